/** Pure: several ranked lists → the articles of one answer. */

/** The first `limit` articles of the lists in turn, without repeats and without the excluded ones. */
export function composeArticles(
  lists: readonly (readonly string[])[],
  excluded: ReadonlySet<string>,
  limit: number,
): string[] {
  const chosen = new Set<string>();
  for (const articleId of lists.flat()) {
    if (chosen.size === limit) break;
    if (!excluded.has(articleId)) chosen.add(articleId);
  }
  return [...chosen];
}
