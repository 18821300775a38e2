/**
 * When is a day of clicks complete? When everything that arrived before its end has been delivered (the freshness
 * watermark has passed the end plus a margin), each of its hours has objects, none of them brought far less or far more
 * than usual, and the objects have not changed for a while.
 *
 * A metric that says nothing about the end of the day is neither proof nor disproof: after a time of grace quiet alone
 * decides, and it must last longer.
 */
import type { ReadinessSettings } from './readinessSettings';
import { endOfDayMs, type RunDate } from './runDate';
import {
  boundsOf,
  countedClicks,
  type HourVolume,
  judgeVolume,
  type UsualVolume,
  type VolumeJudgement,
  weekdaysNeeded,
} from './volume';

export interface HourPartition extends HourVolume {
  readonly objects: number;
}

export interface HourView extends HourPartition {
  readonly state: 'missing' | VolumeJudgement;
}

/** The age of the oldest record that the delivery stream still held at some time in the minute from `atMs` on (the maximum of the minute). */
export interface FreshnessPoint {
  readonly atMs: number;
  readonly ageSeconds: number;
}

export interface ReadinessInput {
  readonly runDate: RunDate;
  readonly hours: readonly HourPartition[];
  readonly freshness: readonly FreshnessPoint[];
  readonly usual: UsualVolume;
  readonly settings: ReadinessSettings;
  readonly nowMs: number;
  /** When these very objects were seen for the first time. */
  readonly quietSinceMs: number;
  /** When the run began to wait. */
  readonly waitingSinceMs: number;
}

export interface Readiness {
  readonly ready: boolean;
  readonly hoursWithObjects: number;
  readonly missingHours: readonly number[];
  /** All 24, in order. */
  readonly hours: readonly HourView[];
  /** Everything that arrived before this instant is in the lake; absent when no metric was found. */
  readonly watermarkMs?: number;
  /** What stands in the way, a phrase for each; empty when the day is ready. */
  readonly waitingFor: readonly string[];
  /** One sentence for operators. */
  readonly summary: string;
}

/** The mark of a run that went on though its day was not wholly there. */
export interface Degraded {
  readonly reason: string;
  /** Hours of the run date of which nothing was frozen. */
  readonly missingHours: readonly number[];
}

/** What the metric says about the end of the day. `silent`: nothing, and the time of grace is over. */
type Delivery = 'delivered' | 'awaited' | 'silent';

/**
 * The instant before which everything that arrived has been delivered: the latest `t - age`.
 * Source: CloudWatch metric DeliveryToS3.DataFreshness, "any record older than this age has been delivered".
 */
export function watermarkMs(freshness: readonly FreshnessPoint[]): number | undefined {
  if (freshness.length === 0) return undefined;
  return Math.max(...freshness.map((point) => point.atMs - point.ageSeconds * 1000));
}

export function assessReadiness(input: ReadinessInput): Readiness {
  const { settings } = input;
  const watermark = watermarkMs(input.freshness);
  const neededMs = endOfDayMs(input.runDate) + settings.marginSeconds * 1000;
  const delivery = judgeDelivery(input, neededMs);
  const hours = viewHours(input, delivery);
  const missingHours = hoursThatAre(hours, 'missing');
  const hoursWithObjects = 24 - missingHours.length;
  // As long as records are on their way, an hour that is short of them is no finding.
  const shortcomings = delivery === 'awaited' ? [] : [...missing(missingHours), ...unusual(hours, input)];
  const unquiet = waitForQuiet(input, delivery);
  const waitingFor = [
    ...shortcomings,
    ...(delivery === 'awaited' ? [`waiting for ${instant(neededMs)}`] : []),
    ...unquiet,
  ];
  return {
    ready: waitingFor.length === 0,
    hoursWithObjects,
    missingHours,
    hours,
    ...(watermark === undefined ? {} : { watermarkMs: watermark }),
    waitingFor,
    summary: [
      `${hoursWithObjects} of 24 hours have objects`,
      ...shortcomings,
      describeDelivery(delivery, watermark),
      ...(delivery === 'awaited' ? [`waiting for ${instant(neededMs)}`] : []),
      ...unquiet,
      ...(input.usual.weekdays < weekdaysNeeded
        ? [`volume not judged: ${input.usual.weekdays} earlier days of this weekday in the lake`]
        : []),
    ].join('; '),
  };
}

export function describeDegraded({ reason, missingHours }: Degraded): string {
  return [reason, ...missing(missingHours)].join('; ');
}

function viewHours({ runDate, hours, usual, settings }: ReadinessInput, delivery: Delivery): HourView[] {
  const bounds = boundsOf(runDate, settings.volume, settings.spikes);
  const given = new Map(hours.map((partition) => [partition.hour, partition]));
  return Array.from({ length: 24 }, (_, hour) => {
    const { clicks, ...delivered } = given.get(hour) ?? { hour, objects: 0, sizeBytes: 0 };
    // Where nothing says that what was acknowledged is delivered too, what is there must speak for itself.
    const partition = clicks === undefined || delivery === 'silent' ? delivered : { ...delivered, clicks };
    return { ...partition, state: partition.objects === 0 ? 'missing' : judgeVolume(partition, usual, bounds) };
  });
}

/** Only a datapoint after the needed instant can say that everything before it is delivered, or that it is not. */
function judgeDelivery({ freshness, settings, nowMs, waitingSinceMs }: ReadinessInput, neededMs: number): Delivery {
  const watermark = watermarkMs(freshness);
  if (watermark !== undefined && watermark >= neededMs) return 'delivered';
  if (freshness.some(({ atMs }) => atMs >= neededMs)) return 'awaited';
  const graceEndsMs = Math.max(neededMs, waitingSinceMs) + settings.metricGraceSeconds * 1000;
  return nowMs >= graceEndsMs ? 'silent' : 'awaited';
}

function describeDelivery(delivery: Delivery, watermark: number | undefined): string {
  if (delivery === 'silent') return 'no delivery metric for the end of the day: quiet alone decides';
  return watermark === undefined
    ? 'no delivery metric yet'
    : `everything that arrived before ${instant(watermark)} is delivered`;
}

function waitForQuiet({ settings, nowMs, quietSinceMs }: ReadinessInput, delivery: Delivery): string[] {
  const neededSeconds = delivery === 'silent' ? settings.quietWithoutMetricSeconds : settings.quietSeconds;
  const quietSeconds = Math.max(0, Math.floor((nowMs - quietSinceMs) / 1000));
  return quietSeconds >= neededSeconds ? [] : [`objects unchanged for ${quietSeconds} of ${neededSeconds} s`];
}

function missing(hours: readonly number[]): string[] {
  return hours.length === 0 ? [] : [`missing hours ${hours.join(', ')}`];
}

function unusual(hours: readonly HourView[], { runDate, usual, settings }: ReadinessInput): string[] {
  const { low, high } = boundsOf(runDate, settings.volume, settings.spikes);
  const tooLittle = named(hours, 'too little', usual);
  const tooMuch = named(hours, 'too much', usual);
  const median = `the median of ${usual.weekdays} earlier days of this weekday`;
  return [
    ...(tooLittle.length === 0 ? [] : [`hours ${tooLittle.join(', ')} hold less than ${low} times ${median}`]),
    ...(tooMuch.length === 0 ? [] : [`hours ${tooMuch.join(', ')} hold more than ${high} times ${median}`]),
  ];
}

/** With its clicks where they decided. */
function named(hours: readonly HourView[], state: HourView['state'], usual: UsualVolume): string[] {
  return hours
    .filter((view) => view.state === state)
    .map((view) => {
      const counted = countedClicks(view, usual);
      return counted === undefined ? String(view.hour) : `${view.hour} (${counted.clicks} clicks acknowledged)`;
    });
}

function hoursThatAre(hours: readonly HourView[], state: HourView['state']): number[] {
  return hours.filter((view) => view.state === state).map(({ hour }) => hour);
}

function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
