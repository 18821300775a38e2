/** The lists of the live version for one answer: each there, not there, or not to be had, and why. Nothing here throws. */
import type { RankedList, RecommendationReader } from '../clients/recommendationReader';
import { RecommendationsUnavailable, tableSilent } from './frontPage';
import { CircuitOpen, type GuardedRead } from './guardedReads';
import type { LiveSet, LiveSets } from './liveSets';

export interface Live {
  readonly set: LiveSet | undefined;
  readonly stale: boolean;
  /** Why there is no set. */
  readonly failure?: RecommendationsUnavailable;
}

export interface VersionRead {
  /** Not one that has expired. */
  readonly list: RankedList | undefined;
  /** The table may have a list, and did not give it. */
  readonly failure?: RecommendationsUnavailable;
}

export interface VersionLists {
  live(limitMs: number): Promise<Live>;
  ofReader(userId: string, live: Live, limitMs: number): Promise<VersionRead>;
  ofSection(section: string, live: Live, limitMs: number): Promise<VersionRead>;
  /** An expired one only where that is better than none. */
  popular(live: Live, isDegraded: boolean): RankedList | undefined;
}

export interface VersionListsOptions {
  readonly reader: RecommendationReader;
  readonly liveSets: LiveSets;
  readonly guardedRead: GuardedRead;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told about each read that failed. */
  readonly onFailure: (error: unknown) => void;
}

const none: VersionRead = { list: undefined };

export function createVersionLists(options: VersionListsOptions): VersionLists {
  const { reader, liveSets, guardedRead, now, onFailure } = options;

  const isFresh = (list: RankedList): boolean => list.expiresAt > now() / 1000;

  async function read(readList: () => Promise<RankedList | undefined>, limitMs: number): Promise<VersionRead> {
    try {
      const list = await guardedRead(readList, limitMs);
      return list !== undefined && isFresh(list) ? { list } : none;
    } catch (error) {
      if (!(error instanceof CircuitOpen)) onFailure(error);
      return { list: undefined, failure: tableSilent(error) };
    }
  }

  return {
    async live(limitMs) {
      try {
        const known = await liveSets.current(limitMs);
        if (known.set !== undefined) return known;
        return { ...known, failure: new RecommendationsUnavailable('no recommendation set has been published yet') };
      } catch (error) {
        return { set: undefined, stale: true, failure: tableSilent(error) };
      }
    },

    async ofReader(userId, { set }, limitMs) {
      return set === undefined ? none : read(() => reader.readerList(userId, set.version), limitMs);
    },

    async ofSection(section, { set, stale }, limitMs) {
      if (set === undefined) return none;
      const known = set.sections.get(section);
      if (known !== undefined) return stale || isFresh(known) ? { list: known } : none;
      const found = await read(() => reader.sectionList(section, set.version), limitMs);
      // Only sections that exist are remembered, so that made-up names cost no memory.
      if (found.list !== undefined) set.sections.set(section, found.list);
      return found;
    },

    popular({ set }, isDegraded) {
      const { popular } = set ?? {};
      return popular !== undefined && (isDegraded || isFresh(popular)) ? popular : undefined;
    },
  };
}
