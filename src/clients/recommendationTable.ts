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
}

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
  /** Strongly consistent; at most 100 keys; lists that are not there are absent from the answer. */
  read(keys: readonly Pick<StoredList, 'pk' | 'sk'>[]): Promise<StoredList[]>;
  live(): Promise<LivePointer | undefined>;
  /** Moves the pointer if nobody has moved it since it was seen like this (undefined: not set yet); `false` when somebody has. */
  moveLive(to: LivePointer, seen: SeenPointer | undefined): Promise<boolean>;
  recordVersion(record: VersionRecord): Promise<void>;
  /** Newest first. */
  versions(): Promise<VersionRecord[]>;
}
