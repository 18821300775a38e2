/**
 * What a reader or a section is served: where fresh lists are known, a blend of them and of the lists of the live version; else the
 * personal list where there is one, filled up from the popular list of the same version. A failing table costs quality before it
 * costs the answer: what is in memory is served, marked `degraded`, and where nothing at all is known, the static list.
 */
import type { RankedList, RecommendationReader } from '../clients/recommendationReader';
import { defaultBlendWeights } from '../domain/blendWeights';
import type { Circuit, CircuitRule } from '../domain/circuit';
import { doorsInTurn } from '../domain/freshDoors';
import { blendFrontPage, composeFrontPage, type Tier, type TieredList, tiers } from './composeFrontPage';
import { createFreshLists, type FoundLists, type LookUp } from './freshLists';
import { createFreshPopular, type FreshPopular, type FreshRule } from './freshPopular';
import { type FrontPage, RecommendationsUnavailable, type Selection, tableSilent } from './frontPage';
import { createGuardedRead } from './guardedReads';
import { createLiveSets } from './liveSets';
import { reasonsOfBlend, reasonsOfLists } from './reasons';
import { createVersionLists } from './versionLists';

export interface FrontPages {
  /** Throws `RecommendationsUnavailable`. */
  forReader(userId: string, selection: Selection): Promise<FrontPage>;
  /** `undefined` when neither the live version nor the fresh loop has a list of this section. Throws `RecommendationsUnavailable`. */
  forSection(section: string, selection: Selection): Promise<FrontPage | undefined>;
  /** The version served from; throws when the table does not answer and none is known. */
  currentVersion(): Promise<string | undefined>;
  /** Of the last fresh popular list that this process knows, in use or not. */
  freshAgeSeconds(): number | undefined;
  /** Looks at the table for the first time; resolves when that has an outcome, whatever it is, or after `limitMs`. */
  warmUp(limitMs: number): Promise<void>;
}

export interface FrontPagesOptions {
  readonly reader: RecommendationReader;
  readonly pointerCacheSeconds: number;
  /** How long an answer may wait for the table, all its reads together. */
  readonly budgetMs: number;
  readonly circuitRule: CircuitRule;
  /** Without, no fresh list is looked at. */
  readonly fresh?: FreshRule;
  /** Served, in this order, when nothing else is known; may be empty. */
  readonly staticArticles: readonly string[];
  /** Told about each failed read that the answer survived. */
  readonly onFailure: (error: unknown) => void;
  readonly onCircuitChange: (state: Circuit['state']) => void;
  /** Told about each next list that an answer asked for. */
  readonly onNextList?: (lookUp: LookUp) => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** As many next lists as the fresh loop publishes, and as many articles without one; some ten MB. */
const maxNextLists = 4000;
const maxSections = 500;
/** Far more than have a list: what else is asked for is remembered as having none. */
const maxDoorLists = 500;
const off: FreshRule = { cacheSeconds: 0, maxAgeSeconds: 0 };
const nothingFound: FoundLists = { lists: new Map(), complete: true };

export function createFrontPages(options: FrontPagesOptions): FrontPages {
  const { reader, budgetMs, onFailure, fresh: rule = off, onNextList = () => undefined, now = Date.now } = options;
  const liveSets = createLiveSets({ reader, cacheSeconds: options.pointerCacheSeconds, now, onFailure });
  const guardedRead = createGuardedRead({ rule: options.circuitRule, now, onChange: options.onCircuitChange });
  const freshPopular = createFreshPopular({ read: () => reader.freshPopular(), rule, now, onFailure });
  const versionLists = createVersionLists({ reader, liveSets, guardedRead, now, onFailure });
  const memory = { guardedRead, cacheSeconds: rule.cacheSeconds, now, onFailure };
  const nextLists = createFreshLists({
    ...memory,
    read: (articleId) => reader.nextList(articleId),
    maxEntries: maxNextLists,
    onLookUp: onNextList,
  });
  const freshSections = createFreshLists({
    ...memory,
    read: (section) => reader.freshSection(section),
    maxEntries: maxSections,
    onLookUp: () => undefined,
  });

  const doorLists = createFreshLists({
    ...memory,
    read: (door) => reader.freshDoor(Number(door)),
    maxEntries: maxDoorLists,
    onLookUp: () => undefined,
  });

  /** What is left of the budget of an answer that begins now. */
  function budget(): () => number {
    const endsAtMs = now() + budgetMs;
    return () => Math.max(1, endsAtMs - now());
  }

  /** The answer when no list of a live set can be had. */
  function staticPage(selection: Selection, degraded: boolean, reason: RecommendationsUnavailable): FrontPage {
    if (options.staticArticles.length === 0) throw reason;
    return { version: null, ...pageOf([{ tier: 'static', articles: options.staticArticles }], selection), degraded };
  }

  return {
    async forReader(userId, selection) {
      const { limit, exclude, visit = [], door, reasons = false } = selection;
      const remainingMs = budget();
      const look = freshPopular.current(budgetMs);
      const live = await versionLists.live(budgetMs);
      const weights = live.set?.weights ?? defaultBlendWeights;
      const moment = visit.length === 0 ? weights.first : weights.next;
      const doors = visit.length === 0 && moment.door > 0 ? doorsInTurn(door).map(String) : [];
      // Asked for in one turn, so that they share a call.
      const [personal, next, begun, fresh] = await Promise.all([
        versionLists.ofReader(userId, live, remainingMs()),
        look === undefined ? nothingFound : nextLists.find(visit.slice(0, 1), remainingMs()),
        look === undefined ? nothingFound : doorLists.find(doors, remainingMs()),
        look,
      ]);
      const degraded = live.stale || personal.failure !== undefined;
      const popular = versionLists.popular(live, degraded);
      const version = live.set?.version ?? null;
      if (fresh !== undefined) {
        const [ofDoor] = doors.flatMap((one) => begun.lists.get(one) ?? []);
        const input = {
          limit,
          popular: fresh.list,
          ...(personal.list === undefined ? {} : { personal: personal.list.articles }),
          ...(popular === undefined ? {} : { nightlyPopular: popular.articles }),
          visit,
          next: next.lists,
          ...(ofDoor === undefined ? {} : { door: ofDoor }),
          excluded: exclude,
        };
        return {
          version,
          ...blendFrontPage(input, weights),
          freshAt: timeOf(fresh),
          degraded,
          ...missingUnless(next.complete, 'next'),
          ...missingUnless(begun.complete, 'door'),
          ...(reasons ? { why: { articles: reasonsOfBlend(input, weights), weights: moment } } : {}),
        };
      }
      const [first, ...others] = inOrder({ personal: personal.list, popular });
      if (first !== undefined) return { version, ...pageOf([first, ...others], selection), degraded };
      const reason =
        live.failure ??
        personal.failure ??
        new RecommendationsUnavailable(`version ${version} has no popular list that has not expired`);
      return staticPage(selection, degraded, reason);
    },

    async forSection(section, selection) {
      const { limit, exclude, visit = [] } = selection;
      const remainingMs = budget();
      const look = freshPopular.current(budgetMs);
      const live = await versionLists.live(budgetMs);
      const [nightly, found, fresh] = await Promise.all([
        versionLists.ofSection(section, live, remainingMs()),
        look === undefined ? nothingFound : freshSections.find([section], remainingMs()),
        look,
      ]);
      const version = live.set?.version ?? null;
      const degraded = live.stale || nightly.failure !== undefined;
      const filler: TieredList = { tier: 'popular', articles: nightly.list?.articles ?? [] };
      const complete = fresh === undefined || found.complete;
      const current = found.lists.get(section);
      if (fresh !== undefined && current !== undefined) {
        const input = { limit, section: current, visit, next: nothingFound.lists, excluded: exclude };
        const { articles } = blendFrontPage(input, live.set?.weights ?? defaultBlendWeights);
        const composed = pageOf([{ tier: 'fresh', articles }, filler], selection);
        return { version, ...composed, freshAt: timeOf(fresh), degraded };
      }
      if (nightly.list === undefined) {
        // That there is none is said only when it is known.
        const reason = live.failure ?? nightly.failure ?? (complete ? undefined : tableSilent(undefined));
        if (reason !== undefined) throw reason;
        return undefined;
      }
      return { version, ...pageOf([filler], selection), degraded, ...missingUnless(complete, 'section') };
    },

    async currentVersion() {
      return (await liveSets.current(budgetMs)).set?.version;
    },

    freshAgeSeconds: () => freshPopular.ageSeconds(),

    async warmUp(limitMs) {
      // Failures have been told of already.
      await Promise.all([liveSets.current(limitMs).catch(() => undefined), freshPopular.current(limitMs)]);
    },
  };
}

/** The lists in turn, and why each article is there where that was asked for. */
function pageOf(
  lists: readonly [TieredList, ...TieredList[]],
  { exclude, limit, reasons = false }: Selection,
): Pick<FrontPage, 'tier' | 'articles' | 'why'> {
  const composed = composeFrontPage(lists, exclude, limit);
  return reasons ? { ...composed, why: { articles: reasonsOfLists(composed.articles, lists) } } : composed;
}

/** The lists there are, in the order of their tiers. */
function inOrder(lists: Readonly<Partial<Record<Tier, RankedList | undefined>>>): TieredList[] {
  return tiers.flatMap((tier) => {
    const list = lists[tier];
    return list === undefined ? [] : [{ tier, articles: list.articles }];
  });
}

const timeOf = ({ atMs }: FreshPopular): string => new Date(atMs).toISOString();

function missingUnless(complete: boolean, kind: 'next' | 'door' | 'section'): Pick<FrontPage, 'missing'> {
  return complete ? {} : { missing: [kind] };
}
