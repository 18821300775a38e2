/**
 * What the watchdog says about the pipeline at each of its beats, and the alarms over it. They are for CloudWatch, which
 * goes on when no worker lives to send an alert. Each alarm has an article of its name in the runbook.
 */
import { hourMs } from './durations';
import { endOfDayMs, type RunDate } from './runDate';
import type { RunVerdict } from './runWatch';

/** Names are metrics in CloudWatch. */
export interface PipelineBeat {
  /** 1 at each beat: where none is there, no worker lives. */
  readonly WatchBeats: 1;
  /** 0 or 1. */
  readonly RunsNotStarted: number;
  /** From the end of the day that the live set was made of; absent when nothing is live. */
  readonly LiveSetAgeHours?: number;
}

export interface PipelineAlarm {
  readonly metric: keyof PipelineBeat;
  readonly statistic: 'Sum' | 'Maximum';
  /** Goes off when the metric is like this in all of the last `periods`. */
  readonly when: { readonly comparison: 'below' | 'above'; readonly threshold: number };
  readonly periodMinutes: number;
  readonly periods: number;
  /** What a period without a datapoint counts as. */
  readonly missing: 'breaching' | 'ignore';
}

export const pipelineAlarms = {
  'No worker': {
    metric: 'WatchBeats',
    statistic: 'Sum',
    when: { comparison: 'below', threshold: 1 },
    // Two beats of ten minutes may be late; the night's run has hours.
    periodMinutes: 30,
    periods: 1,
    missing: 'breaching',
  },
  'Run not started': {
    metric: 'RunsNotStarted',
    statistic: 'Maximum',
    when: { comparison: 'above', threshold: 0 },
    periodMinutes: 30,
    periods: 1,
    missing: 'ignore',
  },
  'Live set too old': {
    metric: 'LiveSetAgeHours',
    statistic: 'Maximum',
    // A set of yesterday is up to 24 hours old, and 6 more until the next one is live by its deadline.
    when: { comparison: 'above', threshold: 32 },
    periodMinutes: 30,
    periods: 1,
    missing: 'ignore',
  },
} as const satisfies Record<string, PipelineAlarm>;

/** `live`: the day that the live set was made of. */
export function pipelineBeat(verdict: RunVerdict, live: RunDate | undefined, nowMs: number): PipelineBeat {
  return {
    WatchBeats: 1,
    RunsNotStarted: verdict.verdict === 'not started' ? 1 : 0,
    ...(live === undefined ? {} : { LiveSetAgeHours: (nowMs - endOfDayMs(live)) / hourMs }),
  };
}
