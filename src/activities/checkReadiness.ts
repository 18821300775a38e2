/**
 * Looks whether the day is wholly delivered. Fails benignly until it is, so that Temporal waits without a worker. What
 * the next look needs from this one, and what operators see meanwhile, travels in its heartbeat.
 */
import { createHash } from 'node:crypto';
import { activityInfo, heartbeat } from '@temporalio/activity';
import type { ObjectInfo, ObjectStore } from '../clients/objectStore';
import type { Activities, ReadinessHeartbeat } from '../contract';
import { clicksDayPrefix, hourOfClicksKey } from '../domain/keys';
import { assessReadiness, type HourPartition } from '../domain/readiness';
import { defaultReadiness } from '../domain/readinessSettings';
import { endOfDayMs, type RunDate } from '../domain/runDate';
import { earlierWeekdays, type UsualVolume, usualVolume } from '../domain/volume';
import { notYet } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** How long after the end of the day a metric may still tell about it. */
const metricSpanMs = 24 * 3600 * 1000;

/** Safe to retry: reads only. */
export function createCheckReadiness({ lake, deliveryMetrics }: ActivityDependencies): Activities['checkReadiness'] {
  return async ({ runDate, ...given }) => {
    const settings = { ...defaultReadiness, ...given };
    const before = previousLook();
    const dayStartsMs = endOfDayMs(runDate) - metricSpanMs;
    const [objects, freshness, usual] = await Promise.all([
      lake.list(clicksDayPrefix(runDate)),
      deliveryMetrics.freshness(dayStartsMs, endOfDayMs(runDate) + metricSpanMs),
      before?.usual ?? usualOf(lake, runDate),
    ]);
    const nowMs = Date.now();
    const waitingSinceMs = activityInfo().scheduledTimestampMs;
    const fingerprint = fingerprintOf(objects);
    const quietSinceMs = before?.fingerprint === fingerprint ? before.quietSinceMs : nowMs;
    const readiness = assessReadiness({
      runDate,
      hours: hoursOf(runDate, objects),
      freshness,
      usual,
      settings,
      nowMs,
      quietSinceMs,
      waitingSinceMs,
    });
    if (!readiness.ready) {
      const waitsUntilMs = waitingSinceMs + settings.waitLimitSeconds * 1000;
      heartbeat({ fingerprint, quietSinceMs, usual, readiness, waitsUntilMs } satisfies ReadinessHeartbeat);
      throw notYet(
        'PartitionsIncomplete',
        `the clicks of ${runDate} are not all delivered: ${readiness.summary} [prefix=s3://${lake.bucket}/${clicksDayPrefix(runDate)}]`,
        settings.lookSeconds,
      );
    }
    return { summary: readiness.summary };
  };
}

/** What the look before this one saw. */
function previousLook(): ReadinessHeartbeat | undefined {
  const details: ReadinessHeartbeat | undefined = activityInfo().heartbeatDetails;
  return details;
}

async function usualOf(lake: ObjectStore, runDate: RunDate): Promise<UsualVolume> {
  const days: number[][] = [];
  for (const day of earlierWeekdays(runDate)) {
    const objects = await lake.list(clicksDayPrefix(day));
    if (objects.length > 0) days.push(hoursOf(day, objects).map(({ sizeBytes }) => sizeBytes));
  }
  return usualVolume(days);
}

function hoursOf(day: RunDate, objects: readonly ObjectInfo[]): HourPartition[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const ofHour = objects.filter((object) => hourOfClicksKey(day, object.key) === hour);
    return { hour, objects: ofHour.length, sizeBytes: ofHour.reduce((sum, object) => sum + object.sizeBytes, 0) };
  });
}

/** The same for the same objects with the same contents; the lake lists in key order. */
function fingerprintOf(objects: readonly ObjectInfo[]): string {
  const hash = createHash('sha256');
  for (const { key, etag } of objects) hash.update(`${key} ${etag}\n`);
  return hash.digest('hex').slice(0, 16);
}
