/** What a run is told of how to go about it; the settings file has more, and defaults (docs/settings.md). */
import type { FreshSettings } from '../domain/freshSettings';
import type { GateSettings } from '../domain/gateSettings';
import type { ReadinessSettings } from '../domain/readinessSettings';
import type { Rung, TrainingSettings } from '../domain/trainingJob';
import type { PaceSettings } from '../domain/trainingPace';

export interface PipelineSettings {
  readonly readiness: ReadinessSettings;
  readonly historyDays: number;
  readonly retentionDays: number;
  readonly ladder: readonly Rung[];
  readonly training: TrainingSettings;
  /** Absent in runs of before there was one: Spot for as long as it takes. */
  readonly deadline?: PaceSettings;
  readonly budget?: TrainingBudget;
  readonly gate: GateSettings;
  /** Absent in runs of before there was one: the set is blended with what was in use. */
  readonly blend?: BlendSettings;
  readonly load: {
    /** Shared evenly by the load activities of a run. */
    readonly maxUnitsPerSecond: number;
    readonly parallelism: number;
    /** By our own writes, or by DynamoDB reading the shards itself; absent: the former. */
    readonly mode?: 'batch' | 'bulk';
  };
  /** Absent in runs of before there was one: nobody watches. */
  readonly publish?: {
    /** How long serving is watched after a publish; 0: not at all. */
    readonly watchSeconds: number;
  };
  /** Absent in runs of before there was one: nothing is swept. */
  readonly sweep?: SweepSettings;
  /** Absent in runs of before there was one: nobody is told that a run waits. */
  readonly alerts?: {
    /** Of waiting for clicks until people are told. */
    readonly waitingMinutes: number;
  };
}

export interface SweepSettings {
  /** The live one and the one before it included. */
  readonly keepVersions: number;
  readonly maxUnitsPerSecond: number;
}

export interface FreshLoopSettings {
  /** Between two beats. */
  readonly everyMinutes: number;
  /** After which an item that no beat has written again expires. */
  readonly keepMinutes: number;
  readonly lists: FreshSettings;
}

/** How what would have been served is replayed, to choose what a set is blended with. */
export interface BlendSettings {
  /** Between two beats of the fresh loop. */
  readonly everyMinutes: number;
  /** From a click to the lake. */
  readonly deliverySeconds: number;
  readonly lists: FreshSettings;
}

/** Hard limits of what one run's training may use. */
export interface TrainingBudget {
  readonly maxAttempts: number;
  readonly maxCostUsd?: number;
}
