/** Pure: why each article of an answer is there, as far as the lists that it was made of can tell. */
import { type BlendInput, blend } from '../domain/blend';
import type { BlendWeights } from '../domain/blendWeights';
import type { Tier, TieredList } from './composeFrontPage';

/** Lists that an article can have a place in; `next` is what readers of the open article go on with, `door` what
 * visits begin with through the reader's door. */
export type ReasonList = 'personal' | 'fresh' | 'next' | 'door' | 'popular' | 'static';

export interface Reason {
  readonly articleId: string;
  /** Where the article is from; in a blend, where most of its score is from. */
  readonly tier: Tier;
  /** From 1; only of lists that took part and hold the article. */
  readonly places: Readonly<Partial<Record<ReasonList, number>>>;
}

/** Of a blended answer. The blend is made a second time: only who asks for reasons pays for them. */
export function reasonsOfBlend(input: BlendInput, weights: BlendWeights): Reason[] {
  const [open] = input.visit;
  const moment = open === undefined ? weights.first : weights.next;
  const lists: readonly NamedList[] = [
    // One that weighs nothing still fills the page up.
    ['personal', input.personal],
    ['fresh', input.popular?.articles],
    ['next', open === undefined || moment.nextList === 0 ? undefined : input.next.get(open)?.articles],
    ['door', moment.door === 0 ? undefined : input.door?.articles],
    ['popular', input.nightlyPopular],
  ];
  return blend(input, weights).map(({ articleId, tier }) => ({ articleId, tier, places: placesIn(lists, articleId) }));
}

/** Of an answer that was taken from lists in turn. */
export function reasonsOfLists(articles: readonly string[], lists: readonly TieredList[]): Reason[] {
  const named = lists.map((list): NamedList => [list.tier, list.articles]);
  return articles.flatMap((articleId) => {
    const from = lists.find((list) => list.articles.includes(articleId));
    return from === undefined ? [] : [{ articleId, tier: from.tier, places: placesIn(named, articleId) }];
  });
}

type NamedList = readonly [ReasonList, readonly string[] | undefined];

function placesIn(lists: readonly NamedList[], articleId: string): Reason['places'] {
  return Object.fromEntries(
    lists.flatMap(([name, articles]) => {
      const at = articles?.indexOf(articleId) ?? -1;
      return at < 0 ? [] : [[name, at + 1]];
    }),
  );
}
