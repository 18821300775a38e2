/**
 * How good a list is for one reader: recall@10 and NDCG@10 against what the reader opened next. By the definitions of the
 * trainer, and written apart from it, so that an error in one shows in the other.
 *
 * recall@k = hits / |opened|. NDCG@k = DCG / IDCG with binary relevance, DCG = sum over hits of 1 / log2(rank + 1), IDCG
 * the same for min(k, |opened|) hits on top. Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
 * techniques" (2002).
 */

export const judgedPlaces = 10;

export interface ListQuality {
  /** 0 to 1; of several readers the mean. */
  readonly recallAt10: number;
  readonly ndcgAt10: number;
}

const gains = Array.from({ length: judgedPlaces }, (_, place) => 1 / Math.log2(place + 2));

/** Of the first ten articles of a list without repetitions; `opened` is not empty. */
export function listQuality(articles: readonly string[], opened: ReadonlySet<string>): ListQuality {
  let hits = 0;
  let gained = 0;
  let ideal = 0;
  for (const [place, gain] of gains.entries()) {
    if (place < opened.size) ideal += gain;
    const article = articles[place];
    if (article === undefined || !opened.has(article)) continue;
    hits += 1;
    gained += gain;
  }
  return { recallAt10: hits / opened.size, ndcgAt10: gained / ideal };
}
