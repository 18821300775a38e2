/** The counters of a serving process, as its `GET /metrics` tells them. */
import { samplesOf } from './prometheusText';
import type { ServingCounts } from './servingHealth';

export class InvalidServingCounters extends Error {
  override readonly name = 'InvalidServingCounters';
}

/** Reads text of Prometheus. Throws `InvalidServingCounters` when a counter is not there. */
export function parseServingCounters(text: string): ServingCounts {
  return {
    answers: total(text, 'answers'),
    unavailable: total(text, 'unavailable'),
    empty: total(text, 'empty'),
    degraded: total(text, 'degraded'),
  };
}

/** What was counted between two looks at one process, which counts from 0 when it starts. */
export function countedSince(before: ServingCounts, now: ServingCounts): ServingCounts {
  return {
    answers: now.answers - before.answers,
    unavailable: now.unavailable - before.unavailable,
    empty: now.empty - before.empty,
    degraded: now.degraded - before.degraded,
  };
}

function total(text: string, name: string): number {
  const samples = samplesOf(text, `frontpage_serving_${name}_total`).filter(({ value }) => /^\d+$/.test(value));
  const values = samples.map(({ value }) => Number(value));
  if (values.length === 0) throw new InvalidServingCounters(`there is no counter frontpage_serving_${name}_total`);
  return values.reduce((sum, value) => sum + value, 0);
}
