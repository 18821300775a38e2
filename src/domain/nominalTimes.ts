/**
 * When a schedule fires: the instants of its wall clock times in its time zone, as Temporal's server finds them. A time that the
 * clocks leave out has none. One that they have twice has two west of Greenwich, and east of it the later one only.
 */
import type { CronFields } from './cron';
import { dayMs, hourMs, minuteMs } from './durations';

/** In order; from `fromMs` on, before `untilMs`. `timeZone` is an IANA name. */
export function nominalTimes(cron: CronFields, timeZone: string, fromMs: number, untilMs: number): number[] {
  const offsetAt = offsetsOf(timeZone);
  const times: number[] = [];
  const firstDay = Math.floor(fromMs / dayMs) * dayMs - dayMs;
  // A time of the wall is written as the instant at which UTC has it.
  for (let wallDayMs = firstDay; wallDayMs <= untilMs + dayMs; wallDayMs += dayMs) {
    if (!isDayOf(cron, wallDayMs)) continue;
    const changes = offsetAt(wallDayMs - dayMs) !== offsetAt(wallDayMs + 2 * dayMs);
    for (const wallMs of wallTimesOf(cron, wallDayMs)) {
      times.push(...(changes ? instantsOf(wallMs, offsetAt) : [wallMs - offsetAt(wallDayMs)]));
    }
  }
  return times.filter((atMs) => atMs >= fromMs && atMs < untilMs).sort((a, b) => a - b);
}

type Offsets = (atMs: number) => number;

/** As the time package of Go reads a wall clock, and the server corrects it. */
function instantsOf(wallMs: number, offsetAt: Offsets): number[] {
  const guessMs = wallMs - offsetAt(wallMs);
  const atMs = wallMs - offsetAt(guessMs);
  const shownMs = atMs + offsetAt(atMs);
  // Where clocks change by half an hour, the hour can be there although the minute is not.
  if (Math.floor(shownMs / hourMs) !== Math.floor(wallMs / hourMs)) return [];
  const again = atMs + hourMs + offsetAt(atMs + hourMs) === wallMs;
  return again ? [atMs, atMs + hourMs] : [atMs];
}

function isDayOf({ dayOfMonth, month, dayOfWeek }: CronFields, wallDayMs: number): boolean {
  const day = new Date(wallDayMs);
  return (
    dayOfMonth.includes(day.getUTCDate()) &&
    month.includes(day.getUTCMonth() + 1) &&
    dayOfWeek.includes(day.getUTCDay())
  );
}

function wallTimesOf({ hour, minute }: CronFields, wallDayMs: number): number[] {
  return hour.flatMap((hours) => minute.map((minutes) => wallDayMs + hours * hourMs + minutes * minuteMs));
}

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
function offsetsOf(timeZone: string): Offsets {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
    const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wallMs - Math.floor(atMs / 1000) * 1000;
  };
}
