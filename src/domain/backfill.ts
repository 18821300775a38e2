/** Which days of a range a backfill runs, and how a day that is long over is run. */
import { hourMs } from './durations';
import type { ReadinessSettings } from './readinessSettings';
import { addDays, endOfDayMs, type RunDate } from './runDate';

/** `missing`: days that no run has ended. `failed`: days whose last run ended badly. `all`: also those that were done. */
export type BackfillMode = 'missing' | 'failed' | 'all';
export const backfillModes: readonly BackfillMode[] = ['missing', 'failed', 'all'];

/** A day as it stands before a backfill. */
export interface DayOfRange {
  readonly runDate: RunDate;
  readonly state: 'running' | 'done' | 'failed' | 'missing';
  /** Of the newest run that has ended. */
  readonly generation: number;
  readonly hasClicks: boolean;
}

export interface BackfillPlan {
  /** Oldest first: a day's training builds on the interactions of the days before it. */
  readonly run: readonly Pick<DayOfRange, 'runDate' | 'generation'>[];
  /** They would be run if the lake still had their clicks. */
  readonly withoutClicks: readonly RunDate[];
  /** What is not asked for, or goes on already. */
  readonly leftAlone: readonly Pick<DayOfRange, 'runDate' | 'state'>[];
}

export function planBackfill(days: readonly DayOfRange[], mode: BackfillMode): BackfillPlan {
  const asked = days.filter(({ state }) => state !== 'running' && (mode === 'all' || state === mode));
  return {
    run: asked
      .filter(({ hasClicks }) => hasClicks)
      .map(({ runDate, generation }) => ({ runDate, generation }))
      .sort((a, b) => (a.runDate < b.runDate ? -1 : 1)),
    withoutClicks: asked.filter(({ hasClicks }) => !hasClicks).map(({ runDate }) => runDate),
    leftAlone: days.filter((day) => !asked.includes(day)).map(({ runDate, state }) => ({ runDate, state })),
  };
}

/** All days of a range, both ends included; empty when it ends before it begins. */
export function daysOfRange(from: RunDate, to: RunDate): RunDate[] {
  const days: RunDate[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Firehose tries to deliver for 24 hours (its developer guide, data delivery to S3); an hour more for its last object. */
const deliveryHours = 25;
const quickSeconds = 60;

/** A day of which nothing more can come is looked at, and not waited for. */
export function backfillReadiness(runDate: RunDate, nowMs: number, settings: ReadinessSettings): ReadinessSettings {
  if (nowMs < endOfDayMs(runDate) + deliveryHours * hourMs) return settings;
  return {
    ...settings,
    waitLimitSeconds: Math.min(settings.waitLimitSeconds, 5 * quickSeconds),
    lookSeconds: Math.min(settings.lookSeconds, 5),
    quietSeconds: Math.min(settings.quietSeconds, 5),
    metricGraceSeconds: Math.min(settings.metricGraceSeconds, 5),
    quietWithoutMetricSeconds: Math.min(settings.quietWithoutMetricSeconds, 5),
  };
}
