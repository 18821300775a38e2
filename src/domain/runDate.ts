/** Run dates: UTC days as `YYYY-MM-DD`, and the arithmetic of days that the pipeline needs. */
import { dayMs } from './durations';

/** A UTC day, `YYYY-MM-DD`. */
export type RunDate = string & { readonly __brand: 'RunDate' };

export class InvalidRunDate extends Error {
  override readonly name = 'InvalidRunDate';
}

/** Throws `InvalidRunDate` for anything that is not a day of the calendar. */
export function parseRunDate(text: string): RunDate {
  if (isDay(text)) return text;
  throw new InvalidRunDate(`'${text}' is not a day: give it as YYYY-MM-DD, for example 2026-11-23`);
}

function isDay(text: string): text is RunDate {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // Date.parse takes 30 February for a day of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

/** The UTC day that an instant (epoch milliseconds) falls in. */
export function runDateOf(epochMs: number): RunDate {
  return parseRunDate(new Date(epochMs).toISOString().slice(0, 10));
}

export function addDays(day: RunDate, days: number): RunDate {
  return runDateOf(startOfDayMs(day) + days * dayMs);
}

export function startOfDayMs(day: RunDate): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function endOfDayMs(day: RunDate): number {
  return startOfDayMs(day) + dayMs;
}

/** The last UTC day that was over at this instant: what a run that starts then ingests. */
export function lastCompleteDay(epochMs: number): RunDate {
  return addDays(runDateOf(epochMs), -1);
}
