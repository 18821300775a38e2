/** The clicks of a day: whether they are all there, which of them a run reads, and which came too late for it. */
import type { ManifestEntry } from '../domain/partitionManifest';
import type { Readiness } from '../domain/readiness';
import type { ReadinessSettings } from '../domain/readinessSettings';
import type { RunDate } from '../domain/runDate';
import type { UsualVolume } from '../domain/volume';

/** A setting that the run does not know, since it was started before there was one, has its default. */
export interface CheckReadinessInput extends Partial<ReadinessSettings> {
  readonly runDate: RunDate;
}

/** Heartbeat details of `checkReadiness`: what the next look needs from this one, and what `frontpage status` shows. */
export interface ReadinessHeartbeat {
  /** Of keys and ETags of the day's objects. */
  readonly fingerprint: string;
  readonly quietSinceMs: number;
  readonly usual: UsualVolume;
  readonly readiness: Readiness;
  readonly waitsUntilMs: number;
  /** When the run was last told what the looks see. */
  readonly toldAtMs?: number;
}

/** A look at the day, as the run is told of it. */
export interface ReadinessLook {
  readonly lookedAtMs: number;
  readonly waitsUntilMs: number;
  readonly readiness: Readiness;
}

export interface FreezeManifestInput {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly historyDays: number;
}

export interface FrozenManifest {
  readonly uri: string;
  readonly sha256: string;
  readonly clickObjects: number;
  readonly clickBytes: number;
  readonly interactionObjects: number;
  readonly ledgerObjects: number;
  /** Hours of the run date of which it has no object; absent from results of before they were looked for. */
  readonly missingHours?: readonly number[];
}

export interface LateSweepInput {
  readonly runDate: RunDate;
}

/** Objects that appeared below a day, or changed, after the manifest of this generation was frozen. */
export interface LateObjects {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly objects: number;
  readonly sizeBytes: number;
  /** Where the list is. */
  readonly reportUri: string;
}

/** The report of a sweep, in the lake. */
export interface LateReport {
  readonly schema: 1;
  readonly runDate: RunDate;
  readonly manifestUri: string;
  readonly sizeBytes: number;
  readonly objects: readonly ManifestEntry[];
}

export interface ClickCounts {
  readonly lines: number;
  readonly malformed: number;
  readonly duplicates: number;
  /** Of the run date, after de-duplication. */
  readonly runDate: number;
}

/** The reconciliation of what collectors acknowledged with what the trainer found; null when no ledger was there. */
export type LedgerCounts = { readonly spools: number; readonly acknowledged: number; readonly found: number } | null;
