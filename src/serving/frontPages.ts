/**
 * What a reader or a section is served: the personal list where there is one, filled up from the popular list of the same version.
 * A failing table costs quality before it costs the answer: the last popular list is served, marked `degraded`, and where nothing
 * at all is known, the static list.
 */
import type { RankedList, RecommendationReader } from '../clients/recommendationReader';
import type { Circuit, CircuitRule } from '../domain/circuit';
import { composeFrontPage, type Tier, type TieredList, tiers } from './composeFrontPage';
import { CircuitOpen, createGuardedRead } from './guardedReads';
import { createLiveSets, type KnownSet, type LiveSet } from './liveSets';

export interface FrontPage {
  /** All of the answer is of this version. `null` for the static list, which is of none. */
  readonly version: string | null;
  readonly tier: Tier;
  readonly articles: readonly string[];
  /** The table did not answer; this is the best known without it. */
  readonly degraded: boolean;
}

export interface Selection {
  readonly limit: number;
  /** What the reader has read, or is reading. */
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
  /** Looks at the table for the first time; resolves when that has an outcome, whatever it is, or after `limitMs`. */
  warmUp(limitMs: number): Promise<void>;
}

export interface FrontPagesOptions {
  readonly reader: RecommendationReader;
  readonly pointerCacheSeconds: number;
  /** How long an answer may wait for the table, all its reads together. */
  readonly budgetMs: number;
  readonly circuitRule: CircuitRule;
  /** Served, in this order, when nothing else is known; may be empty. */
  readonly staticArticles: readonly string[];
  /** Told about each failed read that the answer survived. */
  readonly onFailure: (error: unknown) => void;
  readonly onCircuitChange: (state: Circuit['state']) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export function createFrontPages(options: FrontPagesOptions): FrontPages {
  const { reader, budgetMs, onFailure, now = Date.now } = options;
  const liveSets = createLiveSets({ reader, cacheSeconds: options.pointerCacheSeconds, now, onFailure });
  const guardedRead = createGuardedRead({ rule: options.circuitRule, now, onChange: options.onCircuitChange });

  const isFresh = (list: RankedList): boolean => list.expiresAt > now() / 1000;

  /** The answer when no list of a live set can be had. */
  function staticPage({ exclude, limit }: Selection, degraded: boolean, reason: RecommendationsUnavailable): FrontPage {
    if (options.staticArticles.length === 0) throw reason;
    const composed = composeFrontPage([{ tier: 'static', articles: options.staticArticles }], exclude, limit);
    return { version: null, ...composed, degraded };
  }

  async function personalList(userId: string, set: LiveSet, limitMs: number): Promise<PersonalRead> {
    try {
      const list = await guardedRead(() => reader.readerList(userId, set.version), limitMs);
      return { list: list !== undefined && isFresh(list) ? list : undefined };
    } catch (error) {
      if (!(error instanceof CircuitOpen)) onFailure(error);
      return { list: undefined, failure: error };
    }
  }

  return {
    async forReader(userId, selection) {
      const startedAtMs = now();
      let live: KnownSet;
      try {
        live = await liveSets.current(budgetMs);
      } catch (error) {
        return staticPage(selection, true, unavailable(error));
      }
      const { set, stale } = live;
      if (set === undefined) {
        const reason = new RecommendationsUnavailable('no recommendation set has been published yet');
        return staticPage(selection, false, reason);
      }
      const remainingMs = Math.max(1, budgetMs - (now() - startedAtMs));
      const { list: personal, failure } = await personalList(userId, set, remainingMs);
      const degraded = stale || failure !== undefined;
      // An expired popular list is better than none while a newer one cannot be read.
      const popular = set.popular !== undefined && (degraded || isFresh(set.popular)) ? set.popular : undefined;
      const [first, ...others] = inOrder({ personal, popular });
      if (first === undefined) {
        const reason =
          failure === undefined
            ? new RecommendationsUnavailable(`version ${set.version} has no popular list that has not expired`)
            : unavailable(failure);
        return staticPage(selection, degraded, reason);
      }
      return {
        version: set.version,
        ...composeFrontPage([first, ...others], selection.exclude, selection.limit),
        degraded,
      };
    },

    async forSection(section, { limit, exclude }) {
      const { set, stale } = await orUnavailable(liveSets.current(budgetMs));
      if (set === undefined) throw new RecommendationsUnavailable('no recommendation set has been published yet');
      const list =
        set.sections.get(section) ??
        (await orUnavailable(guardedRead(() => reader.sectionList(section, set.version), budgetMs)));
      if (list === undefined || !(stale || isFresh(list))) return undefined;
      // Only sections that exist are remembered, so that made-up names cost no memory.
      set.sections.set(section, list);
      const composed = composeFrontPage([{ tier: 'popular', articles: list.articles }], exclude, limit);
      return { version: set.version, ...composed, degraded: stale };
    },

    async currentVersion() {
      return (await liveSets.current(budgetMs)).set?.version;
    },

    async warmUp(limitMs) {
      // A failure has been told of already.
      await liveSets.current(limitMs).catch(() => undefined);
    },
  };
}

/** The lists there are, in the order of their tiers; a fresh list would be one more of them. */
function inOrder(lists: Readonly<Partial<Record<Tier, RankedList | undefined>>>): TieredList[] {
  return tiers.flatMap((tier) => {
    const list = lists[tier];
    return list === undefined ? [] : [{ tier, articles: list.articles }];
  });
}

interface PersonalRead {
  readonly list: RankedList | undefined;
  readonly failure?: unknown;
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
