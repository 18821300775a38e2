/**
 * The recommendation table as serving sees it: the live version, lists of one version, and those of the fresh loop. What was written
 * before a read of a version was begun is seen by it, so the live version never turns back, and no list of it is taken for absent.
 */
import type { BlendWeights } from '../domain/blendWeights';
import type { PopularTable, ScoredList } from '../domain/freshLists';

export interface RankedList {
  /** Article ids in rank order. */
  readonly articles: readonly string[];
  /** Epoch seconds. A list may still be there after this; whoever reads it treats it as absent. */
  readonly expiresAt: number;
}

/** A list of the fresh loop, which a later beat replaces. A read may still see the one before. */
export interface FreshList<T> {
  readonly list: T;
  /** Rises with each beat of the loop. */
  readonly beat: number;
  /** The time of the beat. */
  readonly atMs: number;
  /** Epoch seconds, as of a ranked list. */
  readonly expiresAt: number;
}

/** The table answered, but what it holds cannot be read. */
export class UnreadableItem extends Error {
  override readonly name = 'UnreadableItem';
}

/** Every method throws when the table does not answer in time, and `UnreadableItem`. */
export interface RecommendationReader {
  /** The version that the live pointer names, or `undefined` before the first publish. */
  liveVersion(): Promise<string | undefined>;
  readerList(userId: string, version: string): Promise<RankedList | undefined>;
  popularList(version: string): Promise<RankedList | undefined>;
  sectionList(section: string, version: string): Promise<RankedList | undefined>;
  /** What the version was published with; `undefined` where that says nothing of blending. */
  blendWeights(version: string): Promise<BlendWeights | undefined>;
  freshPopular(): Promise<FreshList<PopularTable> | undefined>;
  freshSection(section: string): Promise<FreshList<ScoredList> | undefined>;
  /** What visits begin with through a door; of all readers, `anyDoor`. */
  freshDoor(door: number): Promise<FreshList<ScoredList> | undefined>;
  nextList(articleId: string): Promise<FreshList<ScoredList> | undefined>;
}
