/** The recommendation table as the pipeline sees it: versioned lists, the register of versions, and one live pointer. */
import type { RunDate } from '../domain/runDate';
import type { StoredList } from '../domain/storedList';
import type { RefusedBy } from '../domain/writeRate';

export interface LivePointer {
  readonly version: string;
  readonly previous?: string;
  readonly runDate: RunDate;
  readonly publishedAt: string;
  readonly reason: string;
}

/** The time tells a version from the same one after a way there and back: a late try must not undo a rollback. */
export type SeenPointer = Pick<LivePointer, 'version'> & Partial<Pick<LivePointer, 'publishedAt'>>;

export interface VersionRecord {
  readonly version: string;
  readonly runDate: RunDate;
  readonly items: number;
  readonly readers: number;
  readonly modelUri: string;
  readonly publishedAt: string;
  /** What its lists are blended with, as JSON of `BlendWeights`; absent: what serving takes by itself. */
  readonly blend?: string;
  /** Since when its lists are being removed: nobody may be taken back to it any more. */
  readonly sweptSince?: string;
}

/**
 * Who needs a version holds it for a while, and who removes it claims it: never both. The table decides by conditional writes,
 * so what comes second has lost, whoever died meanwhile.
 */
export type Held = 'held' | 'unknown' | 'being swept';
export type Claimed = 'claimed' | 'claimed before' | 'held' | 'unknown';

/** With the line of its shard, which is DynamoDB JSON already, a list goes over the wire as it lies there. */
export interface ListToWrite extends StoredList {
  readonly line?: string;
}

export interface WriteAnswer {
  readonly unprocessed: readonly StoredList[];
  readonly consumedUnits: number;
  /** By whom lists were left unprocessed, where the table told. */
  readonly refusedBy?: RefusedBy;
}

export interface RecommendationTable {
  /**
   * At most 25 lists with distinct keys. What was throttled comes back as unprocessed; a batch throttled whole likewise.
   * An answer that is lost or corrupt is asked for again, for it is not known what of the batch was written.
   */
  write(lists: readonly ListToWrite[]): Promise<WriteAnswer>;
  /** The same for taking them out; what is not there counts as taken out. */
  remove(lists: readonly ListToWrite[]): Promise<WriteAnswer>;
  /** Strongly consistent; at most 100 keys; lists that are not there are absent from the answer. */
  read(keys: readonly Pick<StoredList, 'pk' | 'sk'>[]): Promise<StoredList[]>;
  live(): Promise<LivePointer | undefined>;
  /** Moves the pointer if nobody has moved it since it was seen like this (undefined: not set yet); `false` when somebody has. */
  moveLive(to: LivePointer, seen: SeenPointer | undefined): Promise<boolean>;
  /** Registers the version, held until then, epoch milliseconds; `false` when its lists are being removed. */
  recordVersion(record: VersionRecord, heldUntilMs: number): Promise<boolean>;
  /** No sweep may claim the version until then; one that is not registered needs no holding. */
  holdVersion(version: string, untilMs: number): Promise<Held>;
  /** From here on nobody can hold the version. */
  claimForSweep(version: string, nowMs: number): Promise<Claimed>;
  /** Gives a claim up of which nothing was removed. */
  releaseFromSweep(version: string): Promise<void>;
  /** Takes the version out of the register, unless somebody has registered it anew. */
  forgetVersion(version: string): Promise<void>;
  /** Newest first. */
  versions(): Promise<VersionRecord[]>;
}
