/**
 * What a reader or a section is served: the personal list where there is one, filled up from the popular list. A failing
 * table costs quality before it costs the answer: last known lists are served, marked `degraded`.
 */
import type { RankedList, RecommendationReader } from '../clients/recommendationReader';
import { composeArticles } from './composeArticles';
import { createLiveVersion } from './liveVersion';
import { createSharedList, type SharedList } from './sharedList';

export interface FrontPage {
  /** Of the list that led the answer. */
  readonly version: string;
  readonly tier: 'personal' | 'popular';
  readonly articles: readonly string[];
  /** The table did not answer; this is the best known without it. */
  readonly degraded: boolean;
}

export interface Selection {
  readonly limit: number;
  readonly exclude: ReadonlySet<string>;
}

/** Nothing can be served now. The message is for the caller, the cause for the log. */
export class RecommendationsUnavailable extends Error {
  override readonly name = 'RecommendationsUnavailable';
}

export interface FrontPages {
  /** Throws `RecommendationsUnavailable`. */
  forReader(userId: string, selection: Selection): Promise<FrontPage>;
  /** `undefined` when the live version has no list of this section. Throws `RecommendationsUnavailable`. */
  forSection(section: string, selection: Selection): Promise<FrontPage | undefined>;
  /** The version served from; throws when the table does not answer and none is known. */
  currentVersion(): Promise<string | undefined>;
}

export interface FrontPagesOptions {
  readonly reader: RecommendationReader;
  readonly pointerCacheSeconds: number;
  /** Told about each failed read that the answer survived. */
  readonly onFailure: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export function createFrontPages(options: FrontPagesOptions): FrontPages {
  const { reader, onFailure, now = Date.now } = options;
  const lookUpVersion = createLiveVersion({
    lookUp: () => reader.liveVersion(),
    cacheSeconds: options.pointerCacheSeconds,
    now,
    onFailure,
  });
  const popular = createSharedList({ read: (version) => reader.popularList(version), onFailure });
  const sections = new Map<string, (version: string) => Promise<SharedList | undefined>>();

  async function liveVersion(): Promise<{ version: string; stale: boolean }> {
    const { version, stale } = await orUnavailable(lookUpVersion());
    if (version === undefined) throw new RecommendationsUnavailable('no recommendation set has been published yet');
    return { version, stale };
  }

  const isFresh = (list: RankedList): boolean => list.expiresAt > now() / 1000;

  return {
    async forReader(userId, { limit, exclude }) {
      const live = await liveVersion();
      const [personalRead, popularRead] = await Promise.allSettled([
        reader.readerList(userId, live.version),
        popular(live.version),
      ]);
      const failures = [personalRead, popularRead].flatMap((read) => (read.status === 'rejected' ? [read.reason] : []));
      const personalList = valueIf(personalRead, isFresh);
      const popularList = valueIf(popularRead, (list) => list.stale || isFresh(list));
      if (personalList === undefined && popularList === undefined) {
        throw failures.length > 0
          ? unavailable(failures[0])
          : new RecommendationsUnavailable(`version ${live.version} has no popular list that has not expired`);
      }
      failures.forEach(onFailure);

      const personalArticles = composeArticles([personalList?.articles ?? []], exclude, limit);
      const isPersonal = personalArticles.length > 0 || popularList === undefined;
      return {
        version: isPersonal ? live.version : popularList.version,
        tier: isPersonal ? 'personal' : 'popular',
        articles: composeArticles([personalArticles, popularList?.articles ?? []], exclude, limit),
        degraded: live.stale || failures.length > 0 || (popularList?.stale ?? false),
      };
    },

    async forSection(section, { limit, exclude }) {
      const live = await liveVersion();
      const readSection =
        sections.get(section) ??
        createSharedList({ read: (version) => reader.sectionList(section, version), onFailure });
      const list = await orUnavailable(readSection(live.version));
      if (list === undefined || !(list.stale || isFresh(list))) return undefined;
      // Only sections that exist are remembered, so that made-up names cost no memory.
      sections.set(section, readSection);
      return {
        version: list.version,
        tier: 'popular',
        articles: composeArticles([list.articles], exclude, limit),
        degraded: live.stale || list.stale,
      };
    },

    async currentVersion() {
      return (await lookUpVersion()).version;
    },
  };
}

function valueIf<T>(read: PromiseSettledResult<T | undefined>, accept: (value: T) => boolean): T | undefined {
  return read.status === 'fulfilled' && read.value !== undefined && accept(read.value) ? read.value : undefined;
}

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): RecommendationsUnavailable {
  return new RecommendationsUnavailable('the recommendation table does not answer, and nothing is known without it', {
    cause,
  });
}
