import { trainingPace } from '../../src/domain/trainingPace';
import { situationOf } from '../../src/domain/watchedJob';
import { jobState } from '../support/fakeTrainingService';

const settings = { hoursAfterStart: 5, launchSeconds: 100, workSeconds: 1000, publishSeconds: 200, safetyFactor: 1.5 };
const job = {
  nowMs: 1_000_000,
  deadlineAtMs: 9_000_000,
  pace: trainingPace([], settings),
  ladder: [{ market: 'spot' }, { market: 'on-demand' }] as const,
  rung: 0,
  reactionSeconds: 40,
};
const progress = {
  phase: 'refit',
  iteration: 1,
  iterations: 15,
  completed: 31,
  total: 45,
  resumedFrom: [],
  remainingSeconds: 60,
};
const training = jobState('InProgress', ['Starting', 'Downloading', 'Training'], {}, 900_000);
const said = (atMs: number) => ({ ...progress, updatedAt: new Date(atMs).toISOString() });

describe('what the rule of the deadline is told', () => {
  it('has its estimates from earlier runs or settings while the trainer has said nothing, safety factor included', () => {
    expect(situationOf({ ...job, state: training })).toEqual({
      nowMs: 1_000_000,
      deadlineAtMs: 9_000_000,
      startupSeconds: 100,
      remainingWorkSeconds: 1500,
      publishSeconds: 300,
      reactionSeconds: 40,
      ladder: job.ladder,
      rung: 0,
      job: { state: 'running', sinceMs: 910_000 },
      spotCapacity: 'available',
    });
  });

  const interrupted = jobState('InProgress', ['Training', 'Interrupted'], {}, 900_000);
  const uploading = jobState('InProgress', ['Training', 'Uploading'], {}, 900_000);
  const writing = { ...said(980_000), phase: 'writing', restartSeconds: 80 };
  const old = { ...said(500_000), phase: 'writing', restartSeconds: 80 };
  const { remainingSeconds: _nothingYet, ...reading } = { ...said(980_000), phase: 'reading' };

  it.each([
    [
      'takes what another job would have to do from the newest checkpoint',
      training,
      { ...progress, restartSeconds: 80 },
      120,
    ],
    ['takes what is left where the trainer says no more', training, said(980_000), 90],
    ['counts down while lists are written', training, writing, 60],
    ['is never below zero', training, { ...writing, ...said(915_000), phase: 'writing' }, 0],
    ['does not believe a word of before the job started anew', training, old, 120],
    ['starts from the newest checkpoint once the job was reclaimed', interrupted, writing, 120],
    ['has nothing left to do once the model is uploaded', uploading, writing, 0],
    ['takes the estimate of the runs before while the trainer has measured nothing', training, reading, 1500],
  ])('%s', (_what, state, word, remaining) => {
    expect(situationOf({ ...job, state, progress: word }).remainingWorkSeconds).toBe(remaining);
  });

  it('knows of Spot capacity only from a job on Spot', () => {
    const waiting = jobState('InProgress', ['Starting']);
    expect(situationOf({ ...job, state: waiting }).spotCapacity).toBe('absent');
    expect(situationOf({ ...job, rung: 1, state: training }).spotCapacity).toBe('unknown');
  });
});
