/** The days that the page looks back on, with the figures of each. */
import type { RunReport } from '../contract';
import { addDays, type RunDate } from '../domain/runDate';
import { historyDays, type ReportContext } from './context';
import { figuresOf, type RunFigures } from './runFigures';

/** Of all days from the first that has a report to this one, the oldest first; `undefined` for a day without. */
export interface DayFigures {
  readonly day: RunDate;
  readonly figures?: RunFigures;
}

export function lastDays(report: RunReport, { earlier }: ReportContext): DayFigures[] {
  const known = new Map([report, ...earlier.runs].map((run) => [run.runDate, figuresOf(run)]));
  const days = Array.from({ length: historyDays }, (_, back) => addDays(report.runDate, back + 1 - historyDays));
  const first = days.findIndex((day) => known.has(day));
  return days.slice(first).map((day) => {
    const figures = known.get(day);
    return figures === undefined ? { day } : { day, figures };
  });
}

/** Whether the run of the day left no new set live. */
export const isFailed = ({ outcome }: RunFigures): boolean => outcome !== 'published';

/** `2026-10-25 to 2026-11-21`; `days` are the latest first. */
export function rangesOf(days: readonly RunDate[]): string[] {
  const ranges: { from: RunDate; to: RunDate }[] = [];
  for (const day of days.toReversed()) {
    const last = ranges.at(-1);
    if (last !== undefined && addDays(last.to, 1) === day) last.to = day;
    else ranges.push({ from: day, to: day });
  }
  return ranges.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
}
