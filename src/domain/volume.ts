/**
 * Whether an hour brought about as much as it usually does. An hour is compared with the same hour of earlier days of the
 * same weekday, since nights, mornings and Sundays differ far more from each other than one Monday from the next.
 */
import { addDays, type RunDate } from './runDate';

const weekdaysLookedBack = 4;
/** One earlier day is an anecdote. */
export const weekdaysNeeded = 2;

/** Shares of the usual volume, between which an hour is taken as usual. */
export interface VolumeBounds {
  readonly low: number;
  readonly high: number;
}

/** A day on which more volume than usual is accepted on purpose. Too little volume still blocks. */
export interface Spike {
  readonly date: RunDate;
  /** Times the usual volume of an hour. */
  readonly acceptVolumeUpTo: number;
}

export interface UsualVolume {
  /** How many earlier days of the weekday are in the lake. */
  readonly weekdays: number;
  /** Their median for each UTC hour. */
  readonly bytesOfHour: readonly number[];
}

export type VolumeJudgement = 'not judged' | 'as usual' | 'too little' | 'too much';

/** The days that tell what is usual on this one, the latest first. */
export function earlierWeekdays(day: RunDate): RunDate[] {
  return Array.from({ length: weekdaysLookedBack }, (_, weeks) => addDays(day, -7 * (weeks + 1)));
}

/** `days` holds the bytes of the 24 hours of each earlier day that is in the lake. */
export function usualVolume(days: readonly (readonly number[])[]): UsualVolume {
  const bytesOfHour = Array.from({ length: 24 }, (_, hour) => median(days.map((day) => day[hour] ?? 0)));
  return { weekdays: days.length, bytesOfHour };
}

/** The bounds of a day: a spike that is expected raises the upper one. */
export function boundsOf(day: RunDate, bounds: VolumeBounds, spikes: readonly Spike[]): VolumeBounds {
  const expected = spikes.filter(({ date }) => date === day).map(({ acceptVolumeUpTo }) => acceptVolumeUpTo);
  return { low: bounds.low, high: Math.max(bounds.high, ...expected) };
}

export function judgeVolume(
  { hour, sizeBytes }: { readonly hour: number; readonly sizeBytes: number },
  usual: UsualVolume,
  bounds: VolumeBounds,
): VolumeJudgement {
  const usualBytes = usual.bytesOfHour[hour] ?? 0;
  if (usual.weekdays < weekdaysNeeded || usualBytes === 0) return 'not judged';
  if (sizeBytes < bounds.low * usualBytes) return 'too little';
  return sizeBytes > bounds.high * usualBytes ? 'too much' : 'as usual';
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
