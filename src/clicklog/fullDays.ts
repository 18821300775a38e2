/** Which day of a log can stand for a whole day. */
import { parseRunDate, type RunDate } from '../domain/runDate';

export interface DayOfClicks {
  readonly day: RunDate;
  /** Clicks in each of the 24 hours of UTC. */
  readonly clicksByHour: readonly number[];
}

/** An hour counts as present with so many of the clicks that the same hour has on its fullest day. */
const presentShare = 0.01;

/**
 * The last UTC day with clicks in each of its 24 hours; undefined when there is none. One click is not enough: after the
 * end of a log, sessions that were left open bring a few clicks into every hour of a day or two. So each hour must have
 * at least a hundredth of what it has on its fullest day, a bound that even the day after a 50-fold load meets.
 */
export function lastFullDay(days: readonly DayOfClicks[]): RunDate | undefined {
  const fullest = Array.from({ length: 24 }, (_, hour) =>
    days.reduce((most, { clicksByHour }) => Math.max(most, clicksByHour[hour] ?? 0), 0),
  );
  const isFull = ({ clicksByHour }: DayOfClicks): boolean =>
    fullest.every((most, hour) => (clicksByHour[hour] ?? 0) >= Math.max(1, most * presentShare));
  return days
    .filter(isFull)
    .map(({ day }) => day)
    .toSorted()
    .at(-1);
}

/** Hours as `YYYY-MM-DDTHH` with their clicks → days, earliest first. */
export function daysOfHours(hours: ReadonlyMap<string, number>): DayOfClicks[] {
  const days = new Map<string, number[]>();
  for (const [hour, clicks] of hours) {
    const day = hour.slice(0, 10);
    const byHour = days.get(day) ?? Array.from({ length: 24 }, () => 0);
    byHour[Number(hour.slice(11, 13))] = clicks;
    days.set(day, byHour);
  }
  return Array.from(days, ([day, clicksByHour]) => ({ day: parseRunDate(day), clicksByHour })).toSorted((a, b) =>
    a.day < b.day ? -1 : 1,
  );
}
