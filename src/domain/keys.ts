/**
 * The layout of the lake and of the table, written once. The pipeline, the collector, the local cloud and the
 * infrastructure all build and read keys through here. See docs/formats.md.
 */
import { firstGeneration } from './generation';
import type { RunDate } from './runDate';

/** Firehose expressions are evaluated on the arrival time of an object's oldest record, in UTC. */
export const clicksPrefixExpression = 'clicks/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/';
export const errorsPrefixExpression =
  'errors/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/';

export const clicksDayPrefix = (day: RunDate): string => `clicks/dt=${day}/`;
export const clicksHourPrefix = (day: RunDate, hour: number): string =>
  `${clicksDayPrefix(day)}hr=${String(hour).padStart(2, '0')}/`;

export const ledgerDayPrefix = (day: RunDate): string => `ledger/dt=${day}/`;
export const ledgerHourPrefix = (day: RunDate, hour: number): string =>
  `${ledgerDayPrefix(day)}hr=${String(hour).padStart(2, '0')}/`;
export const ledgerKey = (day: RunDate, hour: number, spool: string): string =>
  `${ledgerHourPrefix(day, hour)}${spool}.json`;

/** What a later generation of a day writes lies beside what the earlier ones wrote. */
const mark = (generation: number): string =>
  generation === firstGeneration ? '' : `.g${String(generation).padStart(2, '0')}`;

export const partitionManifestKey = (runDate: RunDate, generation = firstGeneration): string =>
  `manifests/dt=${runDate}/partitions${mark(generation)}.json`;
export const clicksChannelKey = (runDate: RunDate, generation = firstGeneration): string =>
  `manifests/dt=${runDate}/clicks${mark(generation)}.manifest`;
export const interactionsChannelKey = (runDate: RunDate, generation = firstGeneration): string =>
  `manifests/dt=${runDate}/interactions${mark(generation)}.manifest`;
export const ledgerChannelKey = (runDate: RunDate, generation = firstGeneration): string =>
  `manifests/dt=${runDate}/ledger${mark(generation)}.manifest`;
/** What is to be forgotten grows; each list of it that a job has read stays as it was. */
export const erasuresChannelKey = (runDate: RunDate, digest: string): string =>
  `manifests/dt=${runDate}/erasures.${digest}.manifest`;
export const interactionsKey = (day: RunDate): string => `interactions/dt=${day}/interactions.parquet`;
export const checkpointsPrefix = (scope: string): string => `checkpoints/${scope}/`;
export const progressKey = (scope: string): string => `${checkpointsPrefix(scope)}progress.json`;
export const trainingOutputPrefix = 'training';
export const modelPrefix = (jobName: string): string => `${trainingOutputPrefix}/${jobName}/output/model/`;
/** The job whose artefact lies at a URI like `s3://lake/training/<job>/output/model/`. */
export const jobOfModelUri = (uri: string): string | undefined =>
  /^s3:\/\/[^/]+\/training\/([^/]+)\/output\/model\/$/.exec(uri)?.[1];
/** Where a bulk load tells of items that it could not write. */
export const bulkErrorsPrefix = (jobName: string): string => `bulk-errors/${jobName}/`;
export const reportsPrefix = 'reports/';
export const reportKey = (runDate: RunDate, generation = firstGeneration): string =>
  `reports/dt=${runDate}/run${mark(generation)}.json`;
/** The same report as a page for a browser. */
export const reportPageKey = (runDate: RunDate, generation = firstGeneration): string =>
  `reports/dt=${runDate}/run${mark(generation)}.html`;
/** What people have been told about a day; `hash` is of what the alert is about. */
export const alertKey = (runDate: RunDate, kind: string, hash: string): string =>
  `alerts/dt=${runDate}/${kind.replaceAll(' ', '-')}-${hash}.json`;
/** An object that a doctor writes and removes at once. */
export const doctorProbeKey = (id: string): string => `doctor/probe-${id}`;
/** Shards that are in the table, by the version that they were loaded under. */
export const loadedVersionPrefix = (version: string): string => `loads/v=${version}/`;
export const loadedJobPrefix = (version: string, jobName: string): string =>
  `${loadedVersionPrefix(version)}${jobName}/`;
export const loadedShardKey = (version: string, jobName: string, sha256: string): string =>
  `${loadedJobPrefix(version, jobName)}${sha256}.json`;
export const erasuresPrefix = 'erasures/';
export const erasureKey = (hash: string): string => `${erasuresPrefix}${hash}.json`;
export const lateReportKey = (runDate: RunDate): string => `reports/dt=${runDate}/late.json`;
export const freshStatePrefix = 'fresh/state-';
/** Keys are in the order of the beats. */
export const freshStateKey = (beat: number): string => `${freshStatePrefix}${String(beat).padStart(10, '0')}.gz`;

/** The beat that wrote a state. */
export function beatOfFreshStateKey(key: string): number | undefined {
  const beat = /^fresh\/state-(\d{10})\.gz$/.exec(key)?.[1];
  return beat === undefined ? undefined : Number(beat);
}

/** The UTC hour (0 to 23) that a key of a clicks partition of this day belongs to. */
export const hourOfClicksKey = (day: RunDate, key: string): number | undefined => hourOfKey(clicksDayPrefix(day), key);
/** The same of a ledger. */
export const hourOfLedgerKey = (day: RunDate, key: string): number | undefined => hourOfKey(ledgerDayPrefix(day), key);

function hourOfKey(dayPrefix: string, key: string): number | undefined {
  const prefix = `${dayPrefix}hr=`;
  if (!key.startsWith(prefix)) return undefined;
  const hour = Number(key.slice(prefix.length, prefix.length + 2));
  return Number.isInteger(hour) && hour >= 0 && hour <= 23 ? hour : undefined;
}

export const readerPk = (userId: string): string => `u#${userId}`;
export const popularPk = 'list#popular';
export const sectionPk = (section: string): string => `list#section#${section}`;
export const versionSk = (version: string): string => `v#${version}`;
export const livePointerKey = { pk: 'live', sk: 'pointer' } as const;
export const versionsPk = 'versions';
export const erasureRequestKey = (hash: string) => ({ pk: `erasure#${hash}`, sk: 'request' });

/** Items of the fresh loop: one of each, replaced at every beat that changes it. */
export const freshPopularPk = 'fresh#popular';
export const freshSectionPk = (section: string): string => `fresh#section#${section}`;
export const freshDoorPk = (door: number): string => `fresh#door#${door}`;
export const nextListPk = (articleId: string): string => `next#${articleId}`;
export const freshSk = 'now';
