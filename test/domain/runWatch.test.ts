import { pipelineBeat } from '../../src/domain/pipelineAlarms';
import { parseRunDate } from '../../src/domain/runDate';
import {
  type DailyScheduleState,
  judgeStart,
  lastDueRun,
  type RunVerdict,
  withoutSchedule,
} from '../../src/domain/runWatch';

const ms = (time: string): number => Date.parse(time);
const graceMinutes = 15;
const nightly: DailyScheduleState = {
  paused: false,
  createdAtMs: ms('2026-10-01T09:00:00Z'),
  dueAtMs: ['2026-11-22T00:30:00Z', '2026-11-23T00:30:00Z', '2026-11-24T00:30:00Z'].map(ms),
  takenAtMs: ['2026-11-22T00:30:00Z', '2026-11-23T00:30:01Z'].map(ms),
};

function judged(schedule: DailyScheduleState, now: string, hasRun: boolean): RunVerdict {
  return judgeStart(schedule, lastDueRun(schedule, ms(now), graceMinutes), hasRun);
}
const dueAt = (schedule: DailyScheduleState, now: string) => lastDueRun(schedule, ms(now), graceMinutes)?.runDate;

describe('the run that was due last', () => {
  it.each([
    ['2026-11-24T00:29:00Z', '2026-11-22'],
    ['2026-11-24T00:44:59Z', '2026-11-22'],
    ['2026-11-24T00:45:00Z', '2026-11-23'],
    ['2026-11-24T23:00:00Z', '2026-11-23'],
  ])('is at %s the one of %s: a run has its grace to start', (now, day) => {
    expect(dueAt(nightly, now)).toBe(day);
  });

  it('is of the last UTC day that was over, whatever the time zone of the schedule', () => {
    // 03:30 in Tokyo, and 20:00 in New York before and after its clocks go back.
    const tokyo = { ...nightly, dueAtMs: [ms('2026-11-23T18:30:00Z')] };
    expect(dueAt(tokyo, '2026-11-23T19:00:00Z')).toBe('2026-11-22');
    const newYork = { ...nightly, dueAtMs: ['2026-11-01T00:00:00Z', '2026-11-02T01:00:00Z'].map(ms) };
    expect(dueAt(newYork, '2026-11-01T00:30:00Z')).toBe('2026-10-31');
    expect(dueAt(newYork, '2026-11-02T01:30:00Z')).toBe('2026-11-01');
  });

  it('is one run also on the night on which clocks go back and the schedule fires twice', () => {
    const twice = { ...nightly, dueAtMs: ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map(ms) };
    expect([dueAt(twice, '2026-10-25T00:50:00Z'), dueAt(twice, '2026-10-25T01:50:00Z')]).toEqual([
      '2026-10-24',
      '2026-10-24',
    ]);
  });

  it('is none as long as a new schedule has not been due', () => {
    const young = { ...nightly, createdAtMs: ms('2026-11-24T09:00:00Z') };
    expect(dueAt(young, '2026-11-24T10:00:00Z')).toBeUndefined();
    expect(judged(young, '2026-11-24T10:00:00Z', false)).toEqual({ verdict: 'nothing due' });
  });
});

describe('the watchdog', () => {
  const now = '2026-11-24T01:00:00Z';

  it('is content with a run of the day, whoever started it, also while the schedule is paused', () => {
    const started = { verdict: 'started', runDate: '2026-11-23' };
    expect(judged(nightly, now, true)).toEqual(started);
    expect(judged({ ...nightly, paused: true }, now, true)).toEqual(started);
  });

  it.each<[string, Partial<DailyScheduleState>, string, string]>([
    [
      'is paused with a note',
      { paused: true, note: 'table maintenance' },
      'paused',
      "the note says 'table maintenance'",
    ],
    ['is paused without a word', { paused: true, note: ' ' }, 'paused', 'the schedule is paused, nobody said why'],
    [
      'has done its part',
      { takenAtMs: [ms('2026-11-24T00:30:02Z')], running: 'frontpage-scheduled-run-2026-11-24T00:30:00Z' },
      'no worker',
      'no worker has begun the run',
    ],
    [
      'left the time out beside a run that still goes on',
      { running: 'frontpage-scheduled-run-2026-11-23T00:30:00Z' },
      'still running',
      'still goes on (frontpage-scheduled-run-2026-11-23T00:30:00Z)',
    ],
    ['let the time pass', {}, 'missed', 'longer than its catch-up window'],
  ])('says of a run that is not there that the schedule %s', (_what, state, cause, words) => {
    expect(judged({ ...nightly, ...state }, now, false)).toEqual({
      verdict: 'not started',
      runDate: '2026-11-23',
      dueAtMs: ms('2026-11-24T00:30:00Z'),
      cause,
      why: expect.stringContaining(words),
    });
  });

  it('misses a schedule that is gone', () => {
    expect(withoutSchedule(ms(now))).toMatchObject({
      verdict: 'not started',
      runDate: '2026-11-23',
      cause: 'no schedule',
    });
  });
});

describe('what a beat of the watchdog puts into the metrics', () => {
  const nowMs = ms('2026-11-24T06:00:00Z');

  it('is that it beat, whether a run is missing, and how old the live set is', () => {
    const verdict = judged(nightly, '2026-11-24T06:00:00Z', false);
    expect(pipelineBeat(verdict, parseRunDate('2026-11-22'), nowMs)).toEqual({
      WatchBeats: 1,
      RunsNotStarted: 1,
      LiveSetAgeHours: 30,
    });
  });

  it('has no age before anything is live', () => {
    expect(pipelineBeat({ verdict: 'nothing due' }, undefined, nowMs)).toEqual({ WatchBeats: 1, RunsNotStarted: 0 });
  });
});
