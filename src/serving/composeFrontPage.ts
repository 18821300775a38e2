/** Pure: ranked lists of several tiers → the articles of one answer. */

/** Where a list came from, in the order in which they are preferred. `fresh` is kept for lists of the last minutes. */
export const tiers = ['personal', 'fresh', 'popular', 'static'] as const;
export type Tier = (typeof tiers)[number];

export interface TieredList {
  readonly tier: Tier;
  readonly articles: readonly string[];
}

export interface Composition {
  /** Of the list that leads: the first one of which an article is left. */
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
