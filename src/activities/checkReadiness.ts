/** Looks whether the day is wholly delivered. Fails benignly until it is, so that Temporal waits without a worker. */
import type { Activities } from '../contract';
import { clicksDayPrefix, hourOfClicksKey } from '../domain/keys';
import { assessReadiness, type HourPartition } from '../domain/readiness';
import { endOfDayMs } from '../domain/runDate';
import { notYet } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** How long after the end of the day a metric may still tell about it. */
const metricSpanMs = 24 * 3600 * 1000;

/** Safe to retry: reads only. */
export function createCheckReadiness({ lake, deliveryMetrics }: ActivityDependencies): Activities['checkReadiness'] {
  return async ({ runDate, lookSeconds, marginSeconds }) => {
    const dayStartsMs = endOfDayMs(runDate) - metricSpanMs;
    const [objects, freshness] = await Promise.all([
      lake.list(clicksDayPrefix(runDate)),
      deliveryMetrics.freshness(dayStartsMs, endOfDayMs(runDate) + metricSpanMs),
    ]);
    const hours: HourPartition[] = Array.from({ length: 24 }, (_, hour) => {
      const ofHour = objects.filter((object) => hourOfClicksKey(runDate, object.key) === hour);
      return { hour, objects: ofHour.length, sizeBytes: ofHour.reduce((sum, object) => sum + object.sizeBytes, 0) };
    });
    const readiness = assessReadiness({ runDate, hours, freshness, marginSeconds });
    if (!readiness.ready) {
      throw notYet(
        'PartitionsIncomplete',
        `the clicks of ${runDate} are not all delivered: ${readiness.summary} [prefix=s3://${lake.bucket}/${clicksDayPrefix(runDate)}]`,
        lookSeconds,
      );
    }
    return { summary: readiness.summary };
  };
}
