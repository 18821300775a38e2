/**
 * Looks whether the day is wholly delivered. Fails benignly until it is, so that Temporal waits without a worker. What
 * the next look needs from this one, and what operators see meanwhile, travels in its heartbeat.
 */
import { createHash } from 'node:crypto';
import { activityInfo, getClient, heartbeat, log } from '@temporalio/activity';
import type { ObjectInfo } from '../clients/objectStore';
import { tellLook } from '../clients/runSignals';
import type { Activities, ReadinessHeartbeat, ReadinessLook } from '../contract';
import { clicksDayPrefix } from '../domain/keys';
import { assessReadiness } from '../domain/readiness';
import { defaultReadiness } from '../domain/readinessSettings';
import { endOfDayMs } from '../domain/runDate';
import { notYet } from '../failures';
import { acknowledgedClicks } from './acknowledgedClicks';
import { hoursOf, usualOf } from './dayHours';
import type { ActivityDependencies } from './dependencies';

/** A wait of six hours is a dozen signals. */
const tellEveryMs = 30 * 60_000;
/** How long after the end of the day a metric may still tell about it. */
const metricSpanMs = 24 * 3600 * 1000;

/** Safe to retry: reads only. */
export function createCheckReadiness({
  lake,
  deliveryMetrics,
}: Pick<ActivityDependencies, 'lake' | 'deliveryMetrics'>): Activities['checkReadiness'] {
  return async ({ runDate, ...given }) => {
    const settings = { ...defaultReadiness, ...given };
    const before = previousLook();
    const dayStartsMs = endOfDayMs(runDate) - metricSpanMs;
    const [objects, clicks, freshness, usual] = await Promise.all([
      lake.list(clicksDayPrefix(runDate)),
      acknowledgedClicks(lake, runDate),
      deliveryMetrics.freshness(dayStartsMs, endOfDayMs(runDate) + metricSpanMs),
      before?.usual ?? usualOf(lake, runDate),
    ]);
    const nowMs = Date.now();
    const waitingSinceMs = activityInfo().scheduledTimestampMs;
    const fingerprint = fingerprintOf(objects);
    const quietSinceMs = before?.fingerprint === fingerprint ? before.quietSinceMs : nowMs;
    const readiness = assessReadiness({
      runDate,
      hours: hoursOf(runDate, objects, clicks),
      freshness,
      usual,
      settings,
      nowMs,
      quietSinceMs,
      waitingSinceMs,
    });
    if (!readiness.ready) {
      const waitsUntilMs = waitingSinceMs + settings.waitLimitSeconds * 1000;
      const toldAtMs = await tellOf({ lookedAtMs: nowMs, waitsUntilMs, readiness }, before);
      heartbeat({
        ...{ fingerprint, quietSinceMs, usual, readiness, waitsUntilMs },
        ...(toldAtMs === undefined ? {} : { toldAtMs }),
      } satisfies ReadinessHeartbeat);
      throw notYet(
        'PartitionsIncomplete',
        `the clicks of ${runDate} are not all delivered: ${readiness.summary} [prefix=s3://${lake.bucket}/${clicksDayPrefix(runDate)}]`,
        settings.lookSeconds,
      );
    }
    return { summary: readiness.summary };
  };
}

/**
 * Tells the run when an hour has another state than at the look before or it waits for something else, and else now and
 * then: its query, its details in the Temporal UI and its alerts show the day, for a few events of history. Returns when it
 * was last told.
 */
async function tellOf(look: ReadinessLook, before: ReadinessHeartbeat | undefined): Promise<number | undefined> {
  const isKnown = before !== undefined && newsOf(before.readiness) === newsOf(look.readiness);
  if (isKnown && look.lookedAtMs - (before.toldAtMs ?? 0) < tellEveryMs) return before.toldAtMs;
  const run = activityInfo().workflowExecution;
  if (run === undefined) return undefined;
  try {
    await tellLook(getClient(), run, look);
    return look.lookedAtMs;
  } catch (error) {
    // The heartbeat says the same; the next look tries again.
    log.warn('the run could not be told what the look saw', { reason: String(error) });
    return undefined;
  }
}

/** Seconds that pass and an instant that is waited for are no news. */
function newsOf({ hours, waitingFor }: ReadinessLook['readiness']): string {
  return [...hours.map(({ state }) => state), ...waitingFor.map((phrase) => phrase.replaceAll(/\d/g, ''))].join();
}

/** What the look before this one saw. */
function previousLook(): ReadinessHeartbeat | undefined {
  const details: ReadinessHeartbeat | undefined = activityInfo().heartbeatDetails;
  return details;
}

/** The same for the same objects with the same contents; the lake lists in key order. */
function fingerprintOf(objects: readonly ObjectInfo[]): string {
  const hash = createHash('sha256');
  for (const { key, etag } of objects) hash.update(`${key} ${etag}\n`);
  return hash.digest('hex').slice(0, 16);
}
