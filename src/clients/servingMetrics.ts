/** What all serving processes together say about their answers. */
import type { ServingCounts, ServingPoint } from '../domain/servingHealth';

export interface ServingMetrics {
  /** One point for each minute of [fromMs, toMs) that any process told of, in time order. */
  answered(fromMs: number, toMs: number): Promise<ServingPoint[]>;
  /** Adds what one process has counted up to this time. */
  add(counts: ServingCounts, atMs: number): Promise<void>;
}
