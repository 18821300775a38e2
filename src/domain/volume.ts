/**
 * Whether an hour brought about as much as it usually does. An hour is compared with the same hour of earlier days of the
 * same weekday, since nights, mornings and Sundays differ far more from each other than one Monday from the next.
 *
 * What counts are the clicks that collectors acknowledged in the hour, where their ledgers are there; the bytes that were
 * delivered in it otherwise. Bytes move to later hours when the delivery is behind, acknowledgements do not.
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
  /** The same of acknowledged clicks; null where too few of the days have a ledger, absent where none has. */
  readonly clicksOfHour?: readonly (number | null)[];
}

/** What an hour brought. */
export interface HourVolume {
  /** UTC hour, 0 to 23. */
  readonly hour: number;
  readonly sizeBytes: number;
  /** Absent where no ledger tells. */
  readonly clicks?: number;
}

export type VolumeJudgement = 'not judged' | 'as usual' | 'too little' | 'too much';

/** The days that tell what is usual on this one, the latest first. */
export function earlierWeekdays(day: RunDate): RunDate[] {
  return Array.from({ length: weekdaysLookedBack }, (_, weeks) => addDays(day, -7 * (weeks + 1)));
}

/** `days` holds the 24 hours of each earlier day that is in the lake. */
export function usualVolume(days: readonly (readonly HourVolume[])[]): UsualVolume {
  const bytesOfHour = eachHour((hour) => median(days.map((day) => day[hour]?.sizeBytes ?? 0)));
  const clicksOfHour = eachHour((hour) => {
    const told = days.flatMap((day) => day[hour]?.clicks ?? []);
    return told.length < weekdaysNeeded ? null : median(told);
  });
  return {
    weekdays: days.length,
    bytesOfHour,
    ...(clicksOfHour.every((clicks) => clicks === null) ? {} : { clicksOfHour }),
  };
}

/** The bounds of a day: a spike that is expected raises the upper one. */
export function boundsOf(day: RunDate, bounds: VolumeBounds, spikes: readonly Spike[]): VolumeBounds {
  const expected = spikes.filter(({ date }) => date === day).map(({ acceptVolumeUpTo }) => acceptVolumeUpTo);
  return { low: bounds.low, high: Math.max(bounds.high, ...expected) };
}

export function judgeVolume(volume: HourVolume, usual: UsualVolume, bounds: VolumeBounds): VolumeJudgement {
  const counted = countedClicks(volume, usual);
  if (counted !== undefined) return judge(counted.clicks, counted.usual, bounds);
  const usualBytes = usual.bytesOfHour[volume.hour] ?? 0;
  if (usual.weekdays < weekdaysNeeded || usualBytes === 0) return 'not judged';
  return judge(volume.sizeBytes, usualBytes, bounds);
}

/** Both numbers of an hour that is judged by its clicks. */
export function countedClicks(
  { hour, clicks }: HourVolume,
  { clicksOfHour }: UsualVolume,
): { readonly clicks: number; readonly usual: number } | undefined {
  const usual = clicksOfHour?.[hour] ?? 0;
  return clicks === undefined || usual === 0 ? undefined : { clicks, usual };
}

function judge(value: number, usual: number, bounds: VolumeBounds): VolumeJudgement {
  if (value < bounds.low * usual) return 'too little';
  return value > bounds.high * usual ? 'too much' : 'as usual';
}

function eachHour<Value>(valueOf: (hour: number) => Value): Value[] {
  return Array.from({ length: 24 }, (_, hour) => valueOf(hour));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
