/**
 * How the pipeline stands, gathered for one look. Each part is had or not for itself: a page that shows nothing because one service
 * does not answer is of no use in the very hour in which it is wanted.
 */
import { acknowledgedClicks } from '../activities/acknowledgedClicks';
import { hoursOf } from '../activities/dayHours';
import type { LivePointer, VersionRecord } from '../clients/recommendationTable';
import type { RunRow } from '../clients/runList';
import type { RunView } from '../clients/runs';
import { generationsNewestFirst } from '../domain/generation';
import { clicksDayPrefix, reportPageKey } from '../domain/keys';
import type { HourPartition } from '../domain/readiness';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { type CollectorFigures, collectorFigures, type ServingFigures, servingFigures } from './figures';
import type { OperatorSources } from './sources';

export type Had<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

export interface OperatorView {
  readonly runDate: RunDate;
  /** Epoch milliseconds. */
  readonly lookedAtMs: number;
  readonly runs: Had<readonly RunRow[]>;
  readonly run: Had<RunView | undefined>;
  readonly hours: Had<readonly HourPartition[]>;
  readonly versions: Had<{ readonly live: LivePointer | undefined; readonly versions: readonly VersionRecord[] }>;
  /** Of the newest run that has one. */
  readonly reportOf: Had<RunDate | undefined>;
  readonly collector?: Had<CollectorFigures>;
  readonly serving?: Had<ServingFigures>;
}

const runsListed = 8;

/** `asked`: a run date, by default that of the newest run. Never throws. */
export async function lookAround(sources: OperatorSources, nowMs: number, asked?: RunDate): Promise<OperatorView> {
  const runs = await had(sources.listRuns(runsListed));
  const runDate = asked ?? (runs.ok ? runs.value[0]?.runDate : undefined) ?? lastCompleteDay(nowMs);
  const known = runs.ok ? runs.value.map((row) => row.runDate) : [runDate];
  const { collectorMetrics, servingMetrics } = sources;
  const [run, hours, versions, reportOf, collector, serving] = await Promise.all([
    had(sources.viewRun(runDate)),
    had(hoursOfDay(sources, runDate)),
    had(versionsOf(sources)),
    had(newestReportPage(sources, known)),
    collectorMetrics && had(collectorMetrics().then(collectorFigures)),
    servingMetrics && had(servingMetrics().then(servingFigures)),
  ]);
  return {
    runDate,
    lookedAtMs: nowMs,
    runs,
    run,
    hours,
    versions,
    reportOf,
    ...(collector === undefined ? {} : { collector }),
    ...(serving === undefined ? {} : { serving }),
  };
}

/** The page of the newest generation; `undefined` when no run of the day has written one. */
export async function findReportPage(
  { lake }: Pick<OperatorSources, 'lake'>,
  day: RunDate,
): Promise<string | undefined> {
  const prefix = reportPageKey(day).replace(/\.html$/, '');
  const keys = new Set((await lake.list(prefix)).map(({ key }) => key));
  return generationsNewestFirst.map((generation) => reportPageKey(day, generation)).find((key) => keys.has(key));
}

async function newestReportPage(sources: OperatorSources, days: readonly RunDate[]): Promise<RunDate | undefined> {
  for (const day of new Set(days)) {
    if ((await findReportPage(sources, day)) !== undefined) return day;
  }
  return undefined;
}

async function hoursOfDay({ lake }: OperatorSources, day: RunDate): Promise<HourPartition[]> {
  return hoursOf(day, await lake.list(clicksDayPrefix(day)), await acknowledgedClicks(lake, day));
}

async function versionsOf({ table }: OperatorSources) {
  const [live, versions] = await Promise.all([table.live(), table.versions()]);
  return { live, versions };
}

async function had<T>(value: Promise<T>): Promise<Had<T>> {
  try {
    return { ok: true, value: await value };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
