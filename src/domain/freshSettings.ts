/** How the fresh lists remember and forget. A state that was made under other settings is not read: it would mean something else. */

export interface FreshSettings {
  /** Of popularity, kept side by side: what is served mixes them, by weights that the daily gate has measured. */
  readonly halfLivesMinutes: readonly number[];
  /** One of these: popular lists and section lists are in its order. */
  readonly rankHalfLifeMinutes: number;
  /** Of what readers open next: longer than popularity's, for a pair of articles has far fewer clicks than an article. */
  readonly nextHalfLifeMinutes: number;
  /** What an earlier article of the visit counts for, beside the one before: 1, then this, then its square … */
  readonly earlierArticleShare: number;
  /** How many articles of a visit before a click make pairs with it. */
  readonly pairDistance: number;
  /** Clicks further apart are of two visits. */
  readonly visitGapMinutes: number;
  /** For so long each click is remembered: so late it may come, and within it a reader counts once for an article. */
  readonly windowMinutes: number;
  /** Clicks dated further ahead are not counted. */
  readonly aheadMinutes: number;
  /** A reader's influence: in an hour, more clicks are not counted. */
  readonly maxClicksPerReaderHour: number;
  /** With more readers or clicks in the window, every second reader is left out, and again. */
  readonly maxReaders: number;
  readonly maxClicks: number;
  readonly maxArticles: number;
  /** Articles that are kept of what was opened after an article. */
  readonly maxPairsPerArticle: number;
  readonly maxPairs: number;
  /** What weighs less, in clicks of now, is forgotten. */
  readonly leastWeight: number;
  readonly popularLength: number;
  readonly sectionLength: number;
  readonly maxSections: number;
  readonly nextLength: number;
  readonly maxNextLists: number;
  /** A next list made from so many clicks is trusted by half, popularity by the other half. */
  readonly halfTrustedClicks: number;
}

export const defaultFreshSettings: FreshSettings = {
  halfLivesMinutes: [2, 5, 15, 60],
  rankHalfLifeMinutes: 5,
  nextHalfLifeMinutes: 60,
  earlierArticleShare: 0.5,
  pairDistance: 3,
  visitGapMinutes: 30,
  windowMinutes: 120,
  aheadMinutes: 5,
  maxClicksPerReaderHour: 30,
  maxReaders: 500_000,
  maxClicks: 2_000_000,
  maxArticles: 50_000,
  maxPairsPerArticle: 100,
  maxPairs: 1_000_000,
  leastWeight: 0.01,
  popularLength: 150,
  sectionLength: 50,
  maxSections: 100,
  nextLength: 40,
  maxNextLists: 2000,
  halfTrustedClicks: 10,
};
