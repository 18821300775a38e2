/** The articles that a fresh state knows. */
import type { FreshTally } from './freshTally';

export interface FreshArticle {
  readonly id: string;
  /** Of the earliest click that was counted. */
  firstSeenMs: number;
  section: string | undefined;
  /** How many more clicks have named this section than others, so that one wrong click moves no article. */
  sectionVotes: number;
  /** Clicks within the window. */
  clicks: number;
}

export class FreshArticles {
  constructor(private readonly byId = new Map<string, FreshArticle>()) {}

  get size(): number {
    return this.byId.size;
  }

  /** In the order of their ids. */
  sorted(): FreshArticle[] {
    return [...this.byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The article of one more click. */
  take(id: string, occurredAtMs: number, section: string | undefined): FreshArticle {
    let article = this.byId.get(id);
    if (article === undefined) {
      article = { id, firstSeenMs: occurredAtMs, section: undefined, sectionVotes: 0, clicks: 0 };
      this.byId.set(id, article);
    }
    article.clicks += 1;
    article.firstSeenMs = Math.min(article.firstSeenMs, occurredAtMs);
    if (section !== undefined) vote(article, section);
    return article;
  }

  /** One click of it less. */
  release(article: FreshArticle): void {
    article.clicks -= 1;
  }

  /** Forgets the articles without a click in the window and without weight. */
  keepUsed(folded: FreshTally): void {
    const used = new Set(folded.articles.keys());
    for (const { pairs } of folded.articles.values()) for (const article of pairs.keys()) used.add(article);
    for (const article of this.byId.values()) {
      if (article.clicks === 0 && !used.has(article)) this.byId.delete(article.id);
    }
  }

  /** Articles that nobody reads go first, so that made-up ones do not push out real ones. */
  lightestHalf(folded: FreshTally): Set<FreshArticle> {
    const weightOf = (article: FreshArticle): number => article.clicks + folded.longestWeightOf(article);
    const weights = [...this.byId.values()].map((article): [FreshArticle, number] => [article, weightOf(article)]);
    const lightest = weights.toSorted(([a, x], [b, y]) => x - y || (a.id < b.id ? 1 : -1));
    return new Set(lightest.slice(0, lightest.length / 2).map(([article]) => article));
  }

  remove(gone: ReadonlySet<FreshArticle>): void {
    for (const { id } of gone) this.byId.delete(id);
  }
}

function vote(article: FreshArticle, section: string): void {
  if (article.section === section) article.sectionVotes += 1;
  else if (article.sectionVotes > 0) article.sectionVotes -= 1;
  else {
    article.section = section;
    article.sectionVotes = 1;
  }
}
