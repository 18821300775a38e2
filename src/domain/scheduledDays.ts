/** Whether a daily schedule gives each day its run: where clocks change, a time of the wall can leave a day out or meet it twice. */
import { parseCron } from './cron';
import { dayMs } from './durations';
import { nominalTimes } from './nominalTimes';
import { addDays, lastCompleteDay, type RunDate } from './runDate';

export interface UnevenDays {
  /** Days that no start of the schedule is for. */
  readonly without: readonly RunDate[];
  /** Days that more than one is for. */
  readonly twice: readonly RunDate[];
}

/** A year and a month: each change of the clocks is met. */
const aheadMs = 396 * dayMs;
const namedDays = 3;

/** Of the schedule's starts in the year after an instant. Throws `InvalidCron`. */
export function unevenDays(cron: string, timeZone: string, fromMs: number): UnevenDays {
  const starts = new Map<RunDate, number>();
  for (const atMs of nominalTimes(parseCron(cron), timeZone, fromMs, fromMs + aheadMs)) {
    const day = lastCompleteDay(atMs);
    starts.set(day, (starts.get(day) ?? 0) + 1);
  }
  const days = [...starts.keys()].sort();
  const [first, last] = [days[0], days.at(-1)];
  const without: RunDate[] = [];
  if (first !== undefined && last !== undefined) {
    for (let day = first; day < last; day = addDays(day, 1)) if (!starts.has(day)) without.push(day);
  }
  return { without, twice: days.filter((day) => (starts.get(day) ?? 0) > 1) };
}

/** Sentences for whoever chose the time; none when each day has one run. */
export function describeUnevenDays({ without, twice }: UnevenDays, cron: string, timeZone: string): string[] {
  const schedule = `'${cron}' in ${timeZone}`;
  return [
    ...(without.length === 0
      ? []
      : [
          `${schedule} starts no run for ${someOf(without)}: choose a time that exists on every day and falls on the same UTC day ` +
            `in summer and in winter, or run what is missing with 'frontpage start <date>'`,
        ]),
    ...(twice.length === 0
      ? []
      : [`${schedule} starts two runs for ${someOf(twice)}: the second one finds the day published, or joins its run`]),
  ];
}

function someOf(days: readonly RunDate[]): string {
  const named = days.slice(0, namedDays).join(', ');
  return days.length > namedDays ? `${days.length} days of the coming year (${named}, …)` : named;
}
