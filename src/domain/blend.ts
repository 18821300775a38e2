/**
 * What a reader is served: the articles of the fresh lists and of the personal list, by the weighted sum of their shares.
 * Popularity is told apart by moment, for what readers come for is not what they go on with. Pure, and cheap enough for
 * every request.
 */
import type { BlendWeights, MomentWeights } from './blendWeights';
import type { PopularTable, ScoredList } from './freshLists';

/** Where most of an article's score comes from; `popular` is the list of the published set, which fills up. */
export type BlendTier = 'personal' | 'fresh' | 'popular';

export interface BlendedArticle {
  readonly articleId: string;
  readonly tier: BlendTier;
}

export interface BlendInput {
  readonly limit: number;
  readonly popular?: PopularTable;
  /** The reader's list of the published set. */
  readonly personal?: readonly string[];
  /** The popular list of the published set. */
  readonly nightlyPopular?: readonly string[];
  /** Articles of this visit, newest first; the first of them is open. Empty when the reader comes. */
  readonly visit: readonly string[];
  /** By article; only that of the open article is used. */
  readonly next: ReadonlyMap<string, ScoredList>;
  /** Given for a section's page, which holds its articles only. */
  readonly section?: ScoredList;
  /** What the reader has read. */
  readonly excluded: ReadonlySet<string>;
}

interface Candidate {
  readonly articleId: string;
  score: number;
  personal: number;
  tooOld: boolean;
  readonly section: string | undefined;
}

/** Places of a personal list differ less than places of a popular one. */
const personalRankOffset = 10;

export function blend(input: BlendInput, weights: BlendWeights): BlendedArticle[] {
  const { visit, excluded, limit } = input;
  const isUnread = (articleId: string): boolean => !excluded.has(articleId) && !visit.includes(articleId);
  const candidates = input.section === undefined ? ofFrontPage(input, weights) : ofSection(input.section);
  const ranked = candidates.filter(({ score, articleId }) => score > 0 && isUnread(articleId)).sort(byScore);
  const maxOfSection = input.section === undefined ? Math.ceil(weights.maxSectionShare * limit) : limit;
  const chosen = varied(ranked, limit, maxOfSection);
  const articles = chosen.map(({ articleId, personal, score }): BlendedArticle => {
    return { articleId, tier: personal > score / 2 ? 'personal' : 'fresh' };
  });
  return input.section === undefined ? filledUp(articles, input, isUnread) : articles;
}

function ofFrontPage(input: BlendInput, weights: BlendWeights): Candidate[] {
  const [open] = input.visit;
  const moment = open === undefined ? weights.first : weights.next;
  const found = new Map<string, Candidate>();
  if (input.popular !== undefined) addPopular(found, input.popular, weights, moment);
  const nextList = open === undefined ? undefined : input.next.get(open);
  for (const [at, articleId] of nextList?.articles.entries() ?? []) {
    candidateOf(found, articleId).score += moment.nextList * (nextList?.scores[at] ?? 0);
  }
  const { personal = [] } = input;
  for (const [rank, share] of personalShares(personal.length).entries()) {
    const candidate = candidateOf(found, personal[rank] ?? '');
    candidate.personal = moment.personal * share;
    candidate.score += candidate.personal;
  }
  return [...found.values()];
}

/** The share of each place of a personal list. */
export function personalShares(length: number): number[] {
  const shares = Array.from({ length }, (_, rank) => 1 / (personalRankOffset + rank));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function addPopular(
  found: Map<string, Candidate>,
  table: PopularTable,
  weights: BlendWeights,
  moment: MomentWeights,
): void {
  const columns = columnWeights(table, weights, moment);
  for (const [at, articleId] of table.articles.entries()) {
    const first = table.first[at] ?? [];
    const next = table.next[at] ?? [];
    let score = 0;
    for (let column = 0; column < columns.length; column++) {
      const weight = columns[column];
      if (weight !== undefined) score += weight.first * (first[column] ?? 0) + weight.next * (next[column] ?? 0);
    }
    const tooOld = (table.ages[at] ?? 0) > weights.maxAgeHours * 60;
    found.set(articleId, { articleId, score, personal: 0, tooOld, section: table.sections[at] });
  }
}

/**
 * The weights of the table's columns, found by half-life. A table with none of the half-lives that were weighed is of
 * other settings: all its columns count alike, until the next set brings weights for them.
 */
function columnWeights({ halfLivesMinutes }: PopularTable, weights: BlendWeights, moment: MomentWeights) {
  const known = halfLivesMinutes.map((halfLife) => {
    const at = weights.halfLivesMinutes.indexOf(halfLife);
    return at < 0 ? { first: 0, next: 0 } : { first: moment.popularFirst[at] ?? 0, next: moment.popularNext[at] ?? 0 };
  });
  const alike = 1 / (2 * halfLivesMinutes.length);
  return known.some(({ first, next }) => first + next > 0)
    ? known
    : halfLivesMinutes.map(() => ({ first: alike, next: alike }));
}

function ofSection({ articles, scores }: ScoredList): Candidate[] {
  return articles.map((articleId, at) => {
    return { articleId, score: scores[at] ?? 0, personal: 0, tooOld: false, section: undefined };
  });
}

function candidateOf(found: Map<string, Candidate>, articleId: string): Candidate {
  let candidate = found.get(articleId);
  if (candidate === undefined) {
    candidate = { articleId, score: 0, personal: 0, tooOld: false, section: undefined };
    found.set(articleId, candidate);
  }
  return candidate;
}

function byScore(a: Candidate, b: Candidate): number {
  if (a.tooOld !== b.tooOld) return a.tooOld ? 1 : -1;
  return b.score - a.score || (a.articleId < b.articleId ? -1 : 1);
}

/** In rank order, but no section takes more than its share while another has something left. */
function varied(ranked: readonly Candidate[], limit: number, maxOfSection: number): Candidate[] {
  const chosen: Candidate[] = [];
  const waiting: Candidate[] = [];
  const ofSections = new Map<string, number>();
  for (const candidate of ranked) {
    if (chosen.length === limit) return chosen;
    const { section } = candidate;
    const held = section === undefined ? 0 : (ofSections.get(section) ?? 0);
    if (held >= maxOfSection) {
      waiting.push(candidate);
      continue;
    }
    if (section !== undefined) ofSections.set(section, held + 1);
    chosen.push(candidate);
  }
  return [...chosen, ...waiting.slice(0, limit - chosen.length)];
}

function filledUp(
  articles: BlendedArticle[],
  { personal = [], nightlyPopular = [], limit }: BlendInput,
  isUnread: (articleId: string) => boolean,
): BlendedArticle[] {
  const held = new Set(articles.map(({ articleId }) => articleId));
  const add = (articleId: string, tier: BlendTier): void => {
    if (articles.length === limit || held.has(articleId) || !isUnread(articleId)) return;
    held.add(articleId);
    articles.push({ articleId, tier });
  };
  for (const articleId of personal) add(articleId, 'personal');
  for (const articleId of nightlyPopular) add(articleId, 'popular');
  return articles;
}
