/** Tells the serving metrics, every so often, what a process has counted since it told them last. */
import { countedSince, parseServingCounters } from '../domain/servingCounters';
import type { ServingCounts } from '../domain/servingHealth';
import type { ServingMetrics } from './servingMetrics';

export interface ServingReportOptions {
  readonly metrics: ServingMetrics;
  /** The counters of the process, as text for Prometheus. */
  readonly counters: () => Promise<string>;
  readonly everyMs: number;
  /** Told about each report that failed; the next one makes up for it. */
  readonly onFailure: (error: unknown) => void;
}

export interface ServingReport {
  /** Reports once more, what there is. */
  stop(): Promise<void>;
}

export function startServingReport({ metrics, counters, everyMs, onFailure }: ServingReportOptions): ServingReport {
  let told: ServingCounts = { answers: 0, unavailable: 0, empty: 0, degraded: 0 };
  let reporting: Promise<void> | undefined;

  async function report(): Promise<void> {
    try {
      const counted = parseServingCounters(await counters());
      await metrics.add(countedSince(told, counted), Date.now());
      told = counted;
    } catch (error) {
      onFailure(error);
    }
  }

  /** One at a time: two would count the same answers. */
  function turn(): Promise<void> {
    reporting ??= report().finally(() => {
      reporting = undefined;
    });
    return reporting;
  }

  const timer = setInterval(() => void turn(), everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await reporting;
      await turn();
    },
  };
}
