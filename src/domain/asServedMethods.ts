/** The lists that are compared on each click: what a portal may serve, from the least to the most. */
import type { ServedMoment } from './asServed';
import { ranked } from './asServedLists';
import { blend } from './blend';
import type { BlendWeights } from './blendWeights';
import { sharesOfAll } from './freshLists';
import { firstUnread } from './holdout';
import { judgedPlaces } from './listQuality';

export const servedMethods = [
  'nightlyPopular',
  'nightlyPersonal',
  'popular1h',
  'freshPopular',
  'coVisitation',
  'served',
] as const;
export type ServedMethod = (typeof servedMethods)[number];

export interface MethodSettings {
  readonly weights: BlendWeights;
  /** Column of the half-life of freshPopular and coVisitation. */
  readonly column: number;
}

/** The first ten articles that the reader had not read; none where the method has no list. */
export function listOf(method: ServedMethod, moment: ServedMoment, { weights, column }: MethodSettings): string[] {
  const { input, popularHour, rankings } = moment;
  const { nightlyPopular = [], personal = [], excluded } = input;
  switch (method) {
    case 'nightlyPopular':
      return firstUnread(nightlyPopular, excluded);
    case 'nightlyPersonal':
      return firstUnread([...new Set([...personal, ...nightlyPopular])], excluded);
    case 'popular1h':
      return firstUnread(popularHour, excluded);
    case 'freshPopular':
      return firstUnread(rankings[column] ?? [], excluded);
    case 'coVisitation':
      return firstUnread(coVisitation(moment, column), excluded);
    case 'served':
      return blend(input, weights).map(({ articleId }) => articleId);
  }
}

/** Popularity and the next list of the open article, added up as they are. */
function coVisitation({ input, rankings }: ServedMoment, column: number): readonly string[] {
  const ranking = rankings[column] ?? [];
  const [open] = input.visit;
  const next = open === undefined ? undefined : input.next.get(open);
  const { popular } = input;
  if (next === undefined || popular === undefined) return ranking;
  const shares = sharesOfAll(popular, column);
  const scores = new Map(popular.articles.map((article, at): [string, number] => [article, shares[at] ?? 0]));
  for (const [at, article] of next.articles.entries()) {
    scores.set(article, (scores.get(article) ?? 0) + (next.scores[at] ?? 0));
  }
  return ranked([...scores]);
}

export interface ClickQuality {
  /** 0 or 1. */
  readonly hitAt10: number;
  readonly ndcgAt10: number;
}

/** With one article to find, the ideal gain is 1. */
export function clickQuality(list: readonly string[], articleId: string): ClickQuality {
  const place = list.slice(0, judgedPlaces).indexOf(articleId);
  return place < 0 ? { hitAt10: 0, ndcgAt10: 0 } : { hitAt10: 1, ndcgAt10: 1 / Math.log2(place + 2) };
}
