/**
 * When is a day of clicks complete? When everything that arrived before its end has been delivered (the freshness
 * watermark has passed the end plus a margin) and each of its hours has at least one object.
 */
import { endOfDayMs, type RunDate } from './runDate';

export interface HourPartition {
  /** UTC hour, 0 to 23. */
  readonly hour: number;
  readonly objects: number;
  readonly sizeBytes: number;
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
  readonly marginSeconds: number;
}

export interface Readiness {
  readonly ready: boolean;
  readonly hoursWithObjects: number;
  readonly missingHours: readonly number[];
  /** Everything that arrived before this instant is in the lake; absent when no metric was found. */
  readonly watermarkMs?: number;
  /** One sentence for operators. */
  readonly summary: string;
}

/**
 * The instant before which everything that arrived has been delivered: the latest `t - age`.
 * Source: CloudWatch metric DeliveryToS3.DataFreshness, "any record older than this age has been delivered".
 */
export function watermarkMs(freshness: readonly FreshnessPoint[]): number | undefined {
  if (freshness.length === 0) return undefined;
  return Math.max(...freshness.map((point) => point.atMs - point.ageSeconds * 1000));
}

export function assessReadiness(input: ReadinessInput): Readiness {
  const counted = new Map(input.hours.map((partition) => [partition.hour, partition.objects]));
  const missingHours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !counted.get(hour));
  const hoursWithObjects = 24 - missingHours.length;
  const watermark = watermarkMs(input.freshness);
  const neededMs = endOfDayMs(input.runDate) + input.marginSeconds * 1000;
  const delivered = watermark !== undefined && watermark >= neededMs;
  return {
    ready: delivered && missingHours.length === 0,
    hoursWithObjects,
    missingHours,
    ...(watermark === undefined ? {} : { watermarkMs: watermark }),
    summary: [
      `${hoursWithObjects} of 24 hours have objects`,
      ...(delivered && missingHours.length > 0 ? [`missing hours ${missingHours.join(', ')}`] : []),
      watermark === undefined
        ? 'no delivery metric yet'
        : `everything that arrived before ${instant(watermark)} is delivered`,
      ...(delivered ? [] : [`waiting for ${instant(neededMs)}`]),
    ].join('; '),
  };
}

function instant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
