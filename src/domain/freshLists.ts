/** What the fresh loop publishes: made from decayed weights, bounded in number and length. */

import { minuteMs } from './durations';
import type { FreshArticle } from './freshArticles';
import type { FreshSettings } from './freshSettings';
import { type FreshTally, heaviest } from './freshTally';

/** In rank order. */
export interface ScoredList {
  readonly articles: readonly string[];
  readonly scores: readonly number[];
}

/** Articles in rank order with what is known of each. Each half-life has a column. */
export interface PopularTable {
  readonly halfLivesMinutes: readonly number[];
  /** Of all clicks, the share that begins a visit. */
  readonly firstShares: readonly number[];
  readonly articles: readonly string[];
  /** Row by row: of the clicks that begin a visit, and of those that go on with one, the share that is on the article. */
  readonly first: readonly (readonly number[])[];
  readonly next: readonly (readonly number[])[];
  /** Minutes since the earliest click that is known. */
  readonly ages: readonly number[];
  /** `undefined` where no click has named one. */
  readonly sections: readonly (string | undefined)[];
}

/** Shares of all clicks on the articles of a table, for one of its columns. */
export function sharesOfAll({ firstShares, first, next }: PopularTable, column: number): number[] {
  const firstShare = firstShares[column] ?? 0;
  return first.map((row, at) => firstShare * (row[column] ?? 0) + (1 - firstShare) * (next[at]?.[column] ?? 0));
}

export interface FreshLists {
  readonly atMs: number;
  readonly popular: PopularTable;
  readonly sections: ReadonlyMap<string, ScoredList>;
  /** What visits begin with, by the reader's door, and of all readers under `anyDoor`. */
  readonly doors: ReadonlyMap<number, ScoredList>;
  /** What readers open after an article. Scores add up to the trust in the list, below 1: the rest belongs to popularity. */
  readonly next: ReadonlyMap<string, ScoredList>;
}

/** From the tally of the window and the earlier one of what has left it. */
export function freshLists(
  tally: FreshTally,
  earlier: FreshTally,
  doors: ReadonlyMap<number, ScoredList>,
  settings: FreshSettings,
): FreshLists {
  tally.addSums(earlier);
  const rankColumn = settings.halfLivesMinutes.indexOf(settings.rankHalfLifeMinutes);
  const all = [...tally.articles].map(([article, { first, next }]): [FreshArticle, number] => [
    article,
    (first[rankColumn] ?? 0) + (next[rankColumn] ?? 0),
  ]);
  return {
    atMs: tally.atMs,
    popular: popularTable(tally, settings, all),
    sections: sectionLists(settings, all),
    doors,
    next: nextLists(tally, earlier, settings),
  };
}

function popularTable(tally: FreshTally, settings: FreshSettings, all: [FreshArticle, number][]): PopularTable {
  const { halfLivesMinutes, popularLength } = settings;
  const firstTotals = halfLivesMinutes.map(() => 0);
  const nextTotals = halfLivesMinutes.map(() => 0);
  for (const { first, next } of tally.articles.values()) {
    for (const column of halfLivesMinutes.keys()) {
      firstTotals[column] = (firstTotals[column] ?? 0) + (first[column] ?? 0);
      nextTotals[column] = (nextTotals[column] ?? 0) + (next[column] ?? 0);
    }
  }
  const best = [...tally.articles].map(([article, { first, next }]): [FreshArticle, number] => [
    article,
    Math.max(...shares(first, firstTotals), ...shares(next, nextTotals)),
  ]);
  const chosen = new Set(heaviest(best, popularLength).map(([article]) => article));
  const ranked = heaviest(
    all.filter(([article]) => chosen.has(article)),
    popularLength,
  ).map(([article]) => article);
  const weights = ranked.map((article) => tally.weightsOf(article));
  return {
    halfLivesMinutes,
    firstShares: firstTotals.map((total, column) => share(total, total + (nextTotals[column] ?? 0))),
    articles: ranked.map(({ id }) => id),
    first: weights.map(({ first }) => shares(first, firstTotals)),
    next: weights.map(({ next }) => shares(next, nextTotals)),
    ages: ranked.map(({ firstSeenMs }) => Math.max(0, Math.round((tally.atMs - firstSeenMs) / minuteMs))),
    sections: ranked.map(({ section }) => section),
  };
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
const shares = (sums: readonly number[], totals: readonly number[]): number[] =>
  sums.map((sum, column) => share(sum, totals[column] ?? 0));

function sectionLists(settings: FreshSettings, all: [FreshArticle, number][]): Map<string, ScoredList> {
  const bySection = new Map<string, { total: number; articles: [FreshArticle, number][] }>();
  for (const [article, weight] of all) {
    if (article.section === undefined || weight < settings.leastWeight) continue;
    const section = bySection.get(article.section) ?? { total: 0, articles: [] };
    section.total += weight;
    section.articles.push([article, weight]);
    bySection.set(article.section, section);
  }
  return new Map(
    [...bySection]
      .toSorted(([a, { total: x }], [b, { total: y }]) => y - x || (a < b ? -1 : 1))
      .slice(0, settings.maxSections)
      .map(([name, { total, articles }]) => [name, scoredList(articles, settings.sectionLength, total)]),
  );
}

function nextLists(tally: FreshTally, earlier: FreshTally, settings: FreshSettings): Map<string, ScoredList> {
  const { nextLength, maxNextLists, halfTrustedClicks, leastWeight } = settings;
  const supports = [...tally.articles]
    .map(([article, { support }]): [FreshArticle, number] => [article, support])
    .filter(([, support]) => support >= leastWeight);
  return new Map(
    heaviest(supports, maxNextLists).map(([article, support]) => [
      article.id,
      scoredList([...tally.pairsWith(earlier, article)], nextLength, support + halfTrustedClicks),
    ]),
  );
}

export function scoredList(weights: [FreshArticle, number][], length: number, total: number): ScoredList {
  const kept = heaviest(weights, length);
  return { articles: kept.map(([{ id }]) => id), scores: kept.map(([, weight]) => weight / total) };
}
