/** What the delivery stream says about itself. */
import type { FreshnessPoint } from '../domain/readiness';

export interface DeliveryMetrics {
  /** One point for each minute of [fromMs, toMs) that has a datapoint, in time order. */
  freshness(fromMs: number, toMs: number): Promise<FreshnessPoint[]>;
}
