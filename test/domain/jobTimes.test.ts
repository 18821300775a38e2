import { downloadSecondsOf, interruptionsOf, lostSecondsOf, spansOf, standingOf } from '../../src/domain/jobTimes';
import { jobState } from '../support/fakeTrainingService';

/** Each transition takes ten seconds. */
const way = (...statuses: string[]) => jobState('InProgress', statuses);
const nowMs = 100_000;

describe('the times of a training job', () => {
  it.each([
    [['Starting'], 'waiting', 0],
    [['Starting', 'Pending'], 'waiting', 0],
    [['Starting', 'Downloading'], 'running', 10_000],
    [['Starting', 'Downloading', 'Training'], 'running', 10_000],
    [['Starting', 'Downloading', 'Training', 'Interrupted'], 'waiting', 30_000],
    [['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting'], 'waiting', 30_000],
    [['Starting', 'Training', 'Interrupted', 'Downloading'], 'running', 30_000],
    [['Starting', 'Training', 'Uploading'], 'running', 10_000],
    [['Starting', 'SomethingNew'], 'running', 10_000],
    [[], 'waiting', nowMs],
  ] as const)('after %j it is %s since %d ms', (statuses, state, sinceMs) => {
    expect(standingOf(way(...statuses), nowMs)).toEqual({ state, sinceMs });
  });

  it('counts as lost what lies between a reclaim and the training that goes on', () => {
    const twice = way('Training', 'Interrupted', 'Starting', 'Downloading', 'Training', 'Interrupted', 'Training');
    expect([interruptionsOf(twice), lostSecondsOf(twice, nowMs)]).toEqual([2, 40]);
    const never = way('Starting', 'Training', 'Interrupted', 'Starting');
    expect(lostSecondsOf(never, nowMs)).toBe(80);
    expect(lostSecondsOf(way('Starting', 'Downloading', 'Training'), nowMs)).toBe(0);
  });

  it('tells the longest download before a training', () => {
    expect(downloadSecondsOf(way('Starting', 'Downloading', 'Training', 'Interrupted', 'Training'))).toBe(30);
    expect(downloadSecondsOf(way('Starting', 'Downloading', 'Training'))).toBe(10);
    expect(downloadSecondsOf(way('Starting', 'Downloading'))).toBeUndefined();
  });

  it('tells what a job did and when: a reclaim lasts until training goes on', () => {
    const statuses = [
      ...['Starting', 'Pending', 'Downloading', 'Training'],
      ...['Interrupted', 'Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ];
    expect(spansOf(jobState('Completed', statuses), nowMs)).toEqual([
      { state: 'waiting', startMs: 0, endMs: 20_000 },
      { state: 'preparing', startMs: 20_000, endMs: 30_000 },
      { state: 'training', startMs: 30_000, endMs: 40_000 },
      { state: 'interrupted', startMs: 40_000, endMs: 70_000 },
      { state: 'training', startMs: 70_000, endMs: 80_000 },
      { state: 'saving', startMs: 80_000, endMs: 90_000 },
    ]);
  });

  it('lets what a job does last until now, and says nothing of a status that nobody knows', () => {
    expect(spansOf(way('Training', 'Interrupted'), nowMs).at(-1)).toEqual({
      state: 'interrupted',
      startMs: 10_000,
      endMs: nowMs,
    });
    expect(spansOf(way('SomethingNew', 'Training'), nowMs)).toEqual([
      { state: 'training', startMs: 10_000, endMs: nowMs },
    ]);
    expect(spansOf(way('Training', 'Interrupted', 'Stopping', 'Stopped'), nowMs).map(({ state }) => state)).toEqual([
      'training',
      'interrupted',
      'ending',
    ]);
  });
});
