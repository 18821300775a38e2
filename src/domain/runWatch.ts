/** Whether the daily run started when it was due: what the watchdog asks every few minutes. */
import { minuteMs } from './durations';
import { lastCompleteDay, type RunDate } from './runDate';

/** The daily schedule as the server knows it. */
export interface DailyScheduleState {
  readonly paused: boolean;
  /** Of whoever paused it, or of whoever made it. */
  readonly note?: string;
  readonly createdAtMs: number;
  /** All times of the last days at which it was to start a run, in time order, also while it was paused. */
  readonly dueAtMs: readonly number[];
  /** When it really started something, the latest times. */
  readonly takenAtMs: readonly number[];
  /** Id of the workflow that it started last, when that still goes on. */
  readonly running?: string;
}

export type RunVerdict =
  /** The newest run that was due is there. */
  | { readonly verdict: 'started'; readonly runDate: RunDate }
  /** A schedule that is younger than its first time. */
  | { readonly verdict: 'nothing due' }
  | {
      readonly verdict: 'not started';
      readonly runDate: RunDate;
      readonly cause: 'no schedule' | 'paused' | 'no worker' | 'still running' | 'missed';
      /** The cause in words, with what helps. */
      readonly why: string;
      readonly dueAtMs?: number;
    };

export interface DueRun {
  readonly dueAtMs: number;
  readonly runDate: RunDate;
}

/** The newest run that was to start, and had `graceMinutes` for it; `undefined` while there was none. */
export function lastDueRun(
  { createdAtMs, dueAtMs }: Pick<DailyScheduleState, 'createdAtMs' | 'dueAtMs'>,
  nowMs: number,
  graceMinutes: number,
): DueRun | undefined {
  const latestMs = nowMs - graceMinutes * minuteMs;
  const due = dueAtMs.findLast((ms) => ms >= createdAtMs && ms <= latestMs);
  // As the run itself takes its day: the last one that was over at the time of the schedule, in UTC.
  return due === undefined ? undefined : { dueAtMs: due, runDate: lastCompleteDay(due) };
}

/** `hasRun`: whether the day of that run ever had one, whoever started it. */
export function judgeStart(schedule: DailyScheduleState, due: DueRun | undefined, hasRun: boolean): RunVerdict {
  if (due === undefined) return { verdict: 'nothing due' };
  const { runDate, dueAtMs } = due;
  if (hasRun) return { verdict: 'started', runDate };
  return { verdict: 'not started', runDate, dueAtMs, ...causeOf(schedule, dueAtMs) };
}

/** Nobody has made the schedule, or somebody has deleted it. */
export function withoutSchedule(nowMs: number): RunVerdict {
  return {
    verdict: 'not started',
    runDate: lastCompleteDay(nowMs),
    cause: 'no schedule',
    why: "the server has no daily schedule; 'npm run schedule' makes it",
  };
}

type Cause = Pick<Extract<RunVerdict, { verdict: 'not started' }>, 'cause' | 'why'>;

function causeOf({ paused, note, takenAtMs, running }: DailyScheduleState, dueAtMs: number): Cause {
  if (paused) {
    const said = note === undefined || note.trim() === '' ? 'nobody said why' : `the note says '${note.trim()}'`;
    return { cause: 'paused', why: `the schedule is paused, ${said}` };
  }
  // The times of a schedule are told without what is left of a second.
  if (takenAtMs.some((ms) => ms >= dueAtMs - minuteMs)) {
    return { cause: 'no worker', why: 'the schedule did its part, but no worker has begun the run' };
  }
  if (running !== undefined) {
    return { cause: 'still running', why: `the scheduled run before it still goes on (${running})` };
  }
  return { cause: 'missed', why: 'the schedule let its time pass, as after an outage longer than its catch-up window' };
}
