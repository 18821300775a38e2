/** What an operator decides about when a day counts as wholly there. */
import type { Spike, VolumeBounds } from './volume';

export interface ReadinessSettings {
  /** How long a run waits for its day. */
  readonly waitLimitSeconds: number;
  readonly lookSeconds: number;
  /** How far the watermark must be past the end of the day. */
  readonly marginSeconds: number;
  /** For how long the objects of the day must not have changed. */
  readonly quietSeconds: number;
  /** How long a delivery metric that says nothing is waited for. */
  readonly metricGraceSeconds: number;
  /** As `quietSeconds`, where the metric stays silent and quiet alone decides. */
  readonly quietWithoutMetricSeconds: number;
  readonly volume: VolumeBounds;
  readonly spikes: readonly Spike[];
  /** What happens when the day is still incomplete at the wait limit. */
  readonly onTimeout: 'keep-yesterday' | 'train-on-what-is-there';
}

export const defaultReadiness: ReadinessSettings = {
  waitLimitSeconds: 6 * 3600,
  lookSeconds: 60,
  marginSeconds: 300,
  quietSeconds: 120,
  // An outage of a metrics service that lasts longer should not cost the day.
  metricGraceSeconds: 1800,
  // Twice the longest interval for which Firehose may keep records in its buffer.
  quietWithoutMetricSeconds: 1800,
  volume: { low: 0.3, high: 5 },
  spikes: [],
  onTimeout: 'keep-yesterday',
};
