/** From a model to what readers see, and back: load, verify, publish, watch, sweep, roll back, forget. */
import type { BlendWeights } from '../domain/blendWeights';
import type { RunDate } from '../domain/runDate';
import type { ModelInput } from './model';
import type { SweepSettings } from './settings';

export interface LoadShardsInput extends ModelInput {
  /** This activity loads the shards whose index modulo `groups` is `group`. */
  readonly group: number;
  readonly groups: number;
  readonly maxUnitsPerSecond: number;
}

/** Heartbeat details of `loadShards`: where the next attempt goes on, and what is done. */
export interface LoadCursor {
  readonly shard: number;
  readonly line: number;
  readonly itemsLoaded: number;
  readonly throttledBatches: number;
  /** Of the items, those of shards that an earlier run of the day had loaded; absent: none. */
  readonly itemsFound?: number;
}

export interface LoadedShards {
  readonly items: number;
  readonly throttledBatches: number;
  readonly itemsFound?: number;
}

export interface BulkLoadInput extends ModelInput {
  readonly maxUnitsPerSecond: number;
}

/** Heartbeat details of `bulkLoad`: operations that are over, and the one that is watched. */
export interface BulkCursor {
  readonly prefix: number;
  readonly items: number;
  readonly operation?: string;
}

export interface VerifyLoadInput extends ModelInput {
  readonly itemsLoaded: number;
  readonly samplePerShard: number;
}

export interface VerifiedLoad {
  readonly sampled: number;
  /** Absent in histories of before it was taken. */
  readonly latency?: ReadLatency;
}

/** Of strongly consistent reads of one list each, one after another, before anybody reads the version. */
export interface ReadLatency {
  readonly reads: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PublishInput extends ModelInput {
  readonly items: number;
  readonly readers: number;
  /** What the set is blended with; absent: what the one before is. */
  readonly weights?: BlendWeights;
  /** Version that was live when the run decided to publish; absent when none was. */
  readonly expectedLive?: string;
  /** When it had become live; absent in histories of before this was looked at. */
  readonly expectedSince?: string;
}

export interface LiveVersion {
  readonly version: string;
  readonly runDate: RunDate;
  readonly previous?: string;
  /** When the pointer was moved there; absent in histories of before this was looked at. */
  readonly since?: string;
}

export interface MoveLiveInput {
  readonly from: LiveVersion;
  readonly toVersion: string;
  readonly reason: string;
}

export interface WatchServingInput {
  readonly publishedAtMs: number;
  readonly watchSeconds: number;
}

export interface PlanSweepInput {
  readonly keepVersions: number;
}

export interface SweepVersionInput {
  readonly version: string;
  readonly maxUnitsPerSecond: number;
}

export interface VersionsSweepInput {
  readonly settings: SweepSettings;
}

export interface RollbackInput {
  /** Default: the version that was live before. */
  readonly version?: string;
  readonly reason: string;
}

export interface RollbackResult {
  readonly from: string;
  readonly to: string;
}

/** A reader is named by the hash of the id only: histories are kept, and so is what they hold. */
export interface ForgetUserInput {
  readonly hash: string;
}

export interface ErasureStatus {
  /** How often the table was looked at. */
  readonly looks: number;
  readonly deleted: number;
  readonly over: boolean;
}
