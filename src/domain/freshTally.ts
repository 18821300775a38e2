/**
 * Decayed weights of articles and of pairs of articles. A click weighs 2^(-age / half-life), so a sum is the same in
 * whatever order the clicks come, and the sums of a later time follow from those of an earlier one by one factor.
 */

import { minuteMs } from './durations';
import type { FreshArticle } from './freshArticles';
import type { FreshSettings } from './freshSettings';
import { beginsVisit, type FreshTrace } from './freshTrace';

export interface ArticleWeights {
  /** One sum for each half-life: clicks that began a visit, and clicks that went on with one. */
  readonly first: number[];
  readonly next: number[];
  /** What was opened after it in the same visit. */
  readonly pairs: Map<FreshArticle, number>;
  /** Of all its pairs, those that were forgotten too. */
  support: number;
}

export class FreshTally {
  readonly articles = new Map<FreshArticle, ArticleWeights>();

  /** `atMs` is where a click weighs 1. */
  constructor(
    private readonly settings: FreshSettings,
    readonly atMs: number,
  ) {}

  weightsOf(article: FreshArticle): ArticleWeights {
    let weights = this.articles.get(article);
    if (weights === undefined) {
      const zeros = this.settings.halfLivesMinutes.map(() => 0);
      weights = { first: zeros, next: [...zeros], pairs: new Map(), support: 0 };
      this.articles.set(article, weights);
    }
    return weights;
  }

  /** The first `count` clicks of a trace. Those dated after `latestMs` weigh as if they were of then. */
  add(trace: FreshTrace, count: number, latestMs: number): void {
    const { articles, timesMs } = trace;
    const { halfLivesMinutes, nextHalfLifeMinutes, visitGapMinutes, pairDistance, earlierArticleShare } = this.settings;
    const visitGapMs = visitGapMinutes * minuteMs;
    let visitStart = 0;
    for (let at = 0; at < count; at++) {
      const article = articles[at];
      const timeMs = timesMs[at];
      if (article === undefined || timeMs === undefined) throw new RangeError(`a trace has no click ${at}`);
      if (beginsVisit(trace, at, visitGapMs)) visitStart = at;
      const ageMinutes = (this.atMs - Math.min(timeMs, latestMs)) / minuteMs;
      const weights = this.weightsOf(article);
      const sums = at === visitStart ? weights.first : weights.next;
      for (let column = 0; column < sums.length; column++) {
        sums[column] = (sums[column] ?? 0) + 2 ** (-ageMinutes / (halfLivesMinutes[column] ?? 1));
      }
      let pairWeight = 2 ** (-ageMinutes / nextHalfLifeMinutes);
      for (let before = at - 1; before >= Math.max(visitStart, at - pairDistance); before--) {
        const earlier = articles[before];
        if (earlier !== undefined) addPair(this.weightsOf(earlier), article, pairWeight);
        pairWeight *= earlierArticleShare;
      }
    }
  }

  /** Popularity and support of an earlier tally; its pairs stay where they are, for few of them will be asked for. */
  addSums(earlier: FreshTally): void {
    const factors = this.factorsFrom(earlier);
    for (const [article, { first, next, support }] of earlier.articles) {
      const weights = this.weightsOf(article);
      for (const [column, factor] of factors.columns.entries()) {
        weights.first[column] = (weights.first[column] ?? 0) + (first[column] ?? 0) * factor;
        weights.next[column] = (weights.next[column] ?? 0) + (next[column] ?? 0) * factor;
      }
      weights.support += support * factors.pairs;
    }
  }

  /** The pairs of an article, with those of an earlier tally. */
  pairsWith(earlier: FreshTally, article: FreshArticle): Map<FreshArticle, number> {
    const pairs = new Map(this.articles.get(article)?.pairs);
    const factor = this.factorsFrom(earlier).pairs;
    for (const [other, weight] of earlier.articles.get(article)?.pairs ?? []) {
      pairs.set(other, (pairs.get(other) ?? 0) + weight * factor);
    }
    return pairs;
  }

  /** The same weights, times `share`, as seen from a later time. */
  moved(toMs: number, share = 1): FreshTally {
    const tally = new FreshTally(this.settings, toMs);
    const { columns, pairs: pairFactor } = tally.factorsFrom(this);
    const times = (sums: readonly number[]) => sums.map((sum, column) => share * sum * (columns[column] ?? 0));
    for (const [article, { first, next, pairs, support }] of this.articles) {
      const movedPairs = new Map<FreshArticle, number>();
      for (const [other, weight] of pairs) movedPairs.set(other, share * weight * pairFactor);
      const weights = { first: times(first), next: times(next), pairs: movedPairs };
      tally.articles.set(article, { ...weights, support: share * support * pairFactor });
    }
    return tally;
  }

  longestWeightOf(article: FreshArticle): number {
    const weights = this.articles.get(article);
    return weights === undefined ? 0 : Math.max(...weights.first) + Math.max(...weights.next);
  }

  forget(gone: ReadonlySet<FreshArticle>): void {
    for (const [article, { pairs }] of this.articles) {
      for (const other of pairs.keys()) if (gone.has(other)) pairs.delete(other);
      if (gone.has(article)) this.articles.delete(article);
    }
  }

  /** Forgets what weighs too little to matter. */
  prune(): void {
    const { leastWeight, maxPairs } = this.settings;
    let pairs = this.keepHeaviestPairs(leastWeight);
    for (let least = leastWeight * 2; pairs > maxPairs; least *= 2) pairs = this.keepHeaviestPairs(least);
    for (const [article, weights] of this.articles) {
      const light = [...weights.first, ...weights.next].every((sum) => sum < leastWeight);
      if (light && weights.pairs.size === 0) this.articles.delete(article);
    }
  }

  /** How many are left. */
  private keepHeaviestPairs(least: number): number {
    const { maxPairsPerArticle } = this.settings;
    let left = 0;
    for (const { pairs } of this.articles.values()) {
      for (const [article, weight] of pairs) if (weight < least) pairs.delete(article);
      if (pairs.size > maxPairsPerArticle) {
        const kept = new Set(heaviest([...pairs], maxPairsPerArticle).map(([article]) => article));
        for (const article of pairs.keys()) if (!kept.has(article)) pairs.delete(article);
      }
      left += pairs.size;
    }
    return left;
  }

  private factorsFrom(earlier: FreshTally): { readonly columns: readonly number[]; readonly pairs: number } {
    const { halfLivesMinutes, nextHalfLifeMinutes } = this.settings;
    const ageMinutes = (this.atMs - earlier.atMs) / minuteMs;
    return {
      columns: halfLivesMinutes.map((halfLife) => 2 ** (-ageMinutes / halfLife)),
      pairs: 2 ** (-ageMinutes / nextHalfLifeMinutes),
    };
  }
}

function addPair(weights: ArticleWeights, article: FreshArticle, weight: number): void {
  weights.pairs.set(article, (weights.pairs.get(article) ?? 0) + weight);
  weights.support += weight;
}

/** By weight, and by id where weights are equal, so that nothing depends on the order of arrival. */
export function heaviest(weights: readonly [FreshArticle, number][], count: number): [FreshArticle, number][] {
  return weights.toSorted(([a, x], [b, y]) => y - x || (a.id < b.id ? -1 : 1)).slice(0, count);
}
