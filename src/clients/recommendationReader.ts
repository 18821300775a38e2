/**
 * The recommendation table as serving sees it: the live version, and lists of one version. What was written before a read was begun
 * is seen by it, so the live version never turns back, and no list of it is taken for absent.
 */

export interface RankedList {
  /** Article ids in rank order. */
  readonly articles: readonly string[];
  /** Epoch seconds. A list may still be there after this; whoever reads it treats it as absent. */
  readonly expiresAt: number;
}

/** Every method throws when the table does not answer in time. */
export interface RecommendationReader {
  /** The version that the live pointer names, or `undefined` before the first publish. */
  liveVersion(): Promise<string | undefined>;
  readerList(userId: string, version: string): Promise<RankedList | undefined>;
  popularList(version: string): Promise<RankedList | undefined>;
  sectionList(section: string, version: string): Promise<RankedList | undefined>;
}
