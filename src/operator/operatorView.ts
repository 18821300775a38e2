/**
 * How the pipeline stands, gathered for one look. Each part is had or not for itself: a page that shows nothing because one service
 * does not answer is of no use in the very hour in which it is wanted.
 */
import { acknowledgedClicks } from '../activities/acknowledgedClicks';
import { hoursOf } from '../activities/dayHours';
import type { BeatRow } from '../clients/freshBeats';
import type { FreshList } from '../clients/recommendationReader';
import type { LivePointer, VersionRecord } from '../clients/recommendationTable';
import type { RunRow } from '../clients/runList';
import type { RunView } from '../clients/runs';
import type { PopularTable } from '../domain/freshLists';
import { generationsNewestFirst } from '../domain/generation';
import { clicksDayPrefix, reportPageKey } from '../domain/keys';
import type { HourPartition } from '../domain/readiness';
import { lastCompleteDay, type RunDate, runDateOf } from '../domain/runDate';
import type { UsualVolume } from '../domain/volume';
import type { Pace } from './collectorPace';
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
  /** The day that clicks come in for. */
  readonly today: Had<DayOfClicks>;
  readonly leads: Had<FreshList<PopularTable> | undefined>;
  readonly beats: Had<readonly BeatRow[]>;
  readonly headlines?: Had<ReadonlyMap<string, string>>;
  readonly versions: Had<{ readonly live: LivePointer | undefined; readonly versions: readonly VersionRecord[] }>;
  /** Of the newest run that has one. */
  readonly reportOf: Had<RunDate | undefined>;
  readonly collector?: Had<CollectorNow>;
  readonly serving?: Had<ServingFigures>;
}

export interface DayOfClicks {
  readonly day: RunDate;
  readonly hours: readonly HourPartition[];
  readonly usual: UsualVolume;
}

export interface CollectorNow extends CollectorFigures {
  /** Absent until it has been seen twice. */
  readonly pace?: Pace;
}

/** What is known from looks before this one. */
export interface EarlierLooks {
  usualOf(day: RunDate): Promise<UsualVolume>;
  paceOf(figures: CollectorFigures): Pace | undefined;
}

const runsListed = 8;
/** An hour of them, at the usual interval, and the one before. */
const beatsListed = 13;

/** `asked`: a run date, by default that of the newest run. Never throws. */
export async function lookAround(
  sources: OperatorSources,
  earlier: EarlierLooks,
  nowMs: number,
  asked?: RunDate,
): Promise<OperatorView> {
  const runs = await had(sources.listRuns(runsListed));
  const runDate = asked ?? (runs.ok ? runs.value[0]?.runDate : undefined) ?? lastCompleteDay(nowMs);
  const known = runs.ok ? runs.value.map((row) => row.runDate) : [runDate];
  const { headlines, collectorMetrics, servingMetrics } = sources;
  const readingHours = hoursOfDay(sources, runDate);
  const [run, hours, today, leads, beats, titles, versions, reportOf, collector, serving] = await Promise.all([
    had(sources.viewRun(runDate)),
    had(readingHours),
    had(dayOfClicks(sources, earlier, nowMs, { day: runDate, readingHours })),
    had(sources.fresh.freshPopular()),
    had(sources.listBeats(beatsListed)),
    headlines && had(headlines()),
    had(versionsOf(sources)),
    had(newestReportPage(sources, known)),
    collectorMetrics && had(collectorMetrics().then((text) => collectorNow(text, earlier))),
    servingMetrics && had(servingMetrics().then(servingFigures)),
  ]);
  return {
    runDate,
    lookedAtMs: nowMs,
    runs,
    run,
    hours,
    today,
    leads,
    beats,
    ...(titles === undefined ? {} : { headlines: titles }),
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

/** Today; where no click comes in today, as in a demo that plays an earlier day, the day that is shown. */
async function dayOfClicks(
  sources: OperatorSources,
  earlier: EarlierLooks,
  nowMs: number,
  shown: { readonly day: RunDate; readonly readingHours: Promise<HourPartition[]> },
): Promise<DayOfClicks> {
  const today = runDateOf(nowMs);
  const ofToday = today === shown.day ? [] : await hoursOfDay(sources, today);
  const isToday = ofToday.some(({ clicks = 0 }) => clicks > 0);
  const day = isToday ? today : shown.day;
  return { day, hours: isToday ? ofToday : await shown.readingHours, usual: await earlier.usualOf(day) };
}

function collectorNow(text: string, earlier: EarlierLooks): CollectorNow {
  const figures = collectorFigures(text);
  const pace = earlier.paceOf(figures);
  return { ...figures, ...(pace === undefined ? {} : { pace }) };
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
