/** Pure: what is known for one answer → its articles. */
import { type BlendInput, blend } from '../domain/blend';
import type { BlendWeights } from '../domain/blendWeights';

/** Where a list came from, in the order in which they are preferred where they are not blended. */
export const tiers = ['personal', 'fresh', 'popular', 'static'] as const;
export type Tier = (typeof tiers)[number];

export interface TieredList {
  readonly tier: Tier;
  readonly articles: readonly string[];
}

export interface Composition {
  /** Of the list that leads: the one that the first article is from. */
  readonly tier: Tier;
  readonly articles: readonly string[];
}

/**
 * The first `limit` articles of the lists in turn, without repeats and without the excluded ones. The lists are all of one version:
 * the caller sees to that.
 */
export function composeFrontPage(
  lists: readonly [TieredList, ...TieredList[]],
  excluded: ReadonlySet<string>,
  limit: number,
): Composition {
  const chosen = new Set<string>();
  let leading: Tier | undefined;
  for (const { tier, articles } of lists) {
    for (const articleId of articles) {
      if (chosen.size === limit) break;
      if (excluded.has(articleId)) continue;
      leading ??= tier;
      chosen.add(articleId);
    }
  }
  return { tier: leading ?? (lists.at(-1) ?? lists[0]).tier, articles: [...chosen] };
}

/** Fresh lists and those of a version, ranked together. */
export function blendFrontPage(input: BlendInput, weights: BlendWeights): Composition {
  const ranked = blend(input, weights);
  return { tier: ranked[0]?.tier ?? 'fresh', articles: ranked.map(({ articleId }) => articleId) };
}
