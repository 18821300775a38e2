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
  /** What visits begin with, of readers who came through this reader's door, or of all where it is not known. */
  readonly door?: ScoredList;
  /** Given for a section's page, which holds its articles only. */
  readonly section?: ScoredList;
  /** What the reader has read. */
  readonly excluded: ReadonlySet<string>;
}

interface Candidate {
  readonly articleId: string;
  readonly score: number;
  /** Of the score, what the personal list gave. */
  readonly personal: number;
  readonly tooOld: boolean;
  readonly section: string | undefined;
}

/** Places of a personal list differ less than places of a popular one. */
const personalRankOffset = 10;

export function blend(input: BlendInput, weights: BlendWeights): BlendedArticle[] {
  const { limit } = input;
  const isUnread = (articleId: string): boolean => isUnreadIn(input, articleId);
  const ranked = input.section === undefined ? ofFrontPage(input, weights) : ofSection(input.section);
  const maxOfSection = input.section === undefined ? Math.ceil(weights.maxSectionShare * limit) : limit;
  const chosen = varied(ranked, isUnread, limit, maxOfSection);
  const articles = chosen.map(({ articleId, personal, score }): BlendedArticle => {
    return { articleId, tier: personal > score / 2 ? 'personal' : 'fresh' };
  });
  return input.section === undefined ? filledUp(articles, input, isUnread) : articles;
}

const isUnreadIn = ({ visit, excluded }: BlendInput, articleId: string): boolean =>
  !excluded.has(articleId) && !visit.includes(articleId);

/** Whether any weights could serve it: it is unread, and on one of the lists that are blended. */
export function canServe(input: BlendInput, articleId: string): boolean {
  const { popular, personal = [], nightlyPopular = [], next, door, visit, section } = input;
  const open = next.get(visit[0] ?? '');
  const lists =
    section === undefined
      ? [popular?.articles ?? [], open?.articles ?? [], door?.articles ?? [], personal, nightlyPopular]
      : [section.articles];
  return isUnreadIn(input, articleId) && lists.some((articles) => articles.includes(articleId));
}

/** In rank order. Most candidates are ranked by popularity alone, which is the same for all readers: the others are merged in. */
function* ofFrontPage(input: BlendInput, weights: BlendWeights): Iterable<Candidate> {
  const [open] = input.visit;
  const moment = open === undefined ? weights.first : weights.next;
  // Where the door counts nothing, one table does for all of them.
  const door = moment.door > 0 && input.door !== undefined ? input.door : noList;
  const popular = input.popular === undefined ? noTable : rankedTable(input.popular, door, weights, moment);
  const added = addedTo(popular, input, moment);
  const raised = [...added.values()].sort(byRank);
  let at = 0;
  for (const candidate of popular.ranked) {
    if (added.has(candidate.articleId)) continue;
    for (let next = raised[at]; next !== undefined && byRank(next, candidate) < 0; next = raised[++at]) yield next;
    yield candidate;
  }
  yield* raised.slice(at);
}

class RankedTable {
  private known: ReadonlyMap<string, Candidate> | undefined;

  constructor(readonly ranked: readonly Candidate[]) {}

  /** Made when the first reader has a list of his own, or an open article. */
  get byId(): ReadonlyMap<string, Candidate> {
    this.known ??= new Map(this.ranked.map((candidate) => [candidate.articleId, candidate]));
    return this.known;
  }
}

const noTable = new RankedTable([]);
const noList: ScoredList = { articles: [], scores: [] };
/** A table is blended for all readers of a beat, so it is ranked once for each door and moment. */
const rankedTables = new WeakMap<PopularTable, WeakMap<ScoredList, WeakMap<MomentWeights, RankedTable>>>();

function rankedTable(table: PopularTable, door: ScoredList, weights: BlendWeights, moment: MomentWeights): RankedTable {
  const ofTable = heldIn(rankedTables, table, () => new WeakMap());
  const ofDoor = heldIn(ofTable, door, () => new WeakMap());
  return heldIn(ofDoor, moment, () => new RankedTable(candidatesOf(table, door, weights, moment).sort(byRank)));
}

function heldIn<K extends object, V>(memory: WeakMap<K, V>, key: K, make: () => V): V {
  let held = memory.get(key);
  if (held === undefined) {
    held = make();
    memory.set(key, held);
  }
  return held;
}

/** The candidates that the next list of the open article and the personal list add to. */
function addedTo(popular: RankedTable, input: BlendInput, moment: MomentWeights): Map<string, Candidate> {
  const [open] = input.visit;
  const { personal = [] } = input;
  const added = new Map<string, Candidate>();
  const add = (articleId: string, score: number, ofPersonal: number): void => {
    const before = added.get(articleId) ?? popular.byId.get(articleId) ?? newcomer(articleId);
    added.set(articleId, {
      articleId,
      score: before.score + score,
      personal: before.personal + ofPersonal,
      tooOld: before.tooOld,
      section: before.section,
    });
  };
  const nextList = open === undefined ? undefined : input.next.get(open);
  if (nextList !== undefined && moment.nextList > 0) {
    for (const [at, articleId] of nextList.articles.entries()) {
      add(articleId, moment.nextList * (nextList.scores[at] ?? 0), 0);
    }
  }
  if (moment.personal > 0) {
    for (const [rank, share] of personalShares(personal.length).entries()) {
      const score = moment.personal * share;
      add(personal[rank] ?? '', score, score);
    }
  }
  return added;
}

const newcomer = (articleId: string): Candidate => {
  return { articleId, score: 0, personal: 0, tooOld: false, section: undefined };
};

const sharesByLength = new Map<number, readonly number[]>();

/** The share of each place of a personal list. */
export function personalShares(length: number): readonly number[] {
  let shares = sharesByLength.get(length);
  if (shares === undefined) {
    const parts = Array.from({ length }, (_, rank) => 1 / (personalRankOffset + rank));
    const total = parts.reduce((sum, part) => sum + part, 0);
    shares = parts.map((part) => part / total);
    sharesByLength.set(length, shares);
  }
  return shares;
}

function candidatesOf(
  table: PopularTable,
  door: ScoredList,
  weights: BlendWeights,
  moment: MomentWeights,
): Candidate[] {
  const columns = columnWeights(table, weights, moment);
  const ofDoor = new Map(door.articles.map((articleId, at) => [articleId, moment.door * (door.scores[at] ?? 0)]));
  const ofTable = table.articles.map((articleId, at): Candidate => {
    const first = table.first[at] ?? [];
    const next = table.next[at] ?? [];
    let score = ofDoor.get(articleId) ?? 0;
    for (const [column, weight] of columns.entries()) {
      score += weight.first * (first[column] ?? 0) + weight.next * (next[column] ?? 0);
    }
    const tooOld = (table.ages[at] ?? 0) > weights.maxAgeHours * 60;
    return { articleId, score, personal: 0, tooOld, section: table.sections[at] };
  });
  for (const articleId of table.articles) ofDoor.delete(articleId);
  return [...ofTable, ...Array.from(ofDoor, ([articleId, score]) => ({ ...newcomer(articleId), score }))];
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
  return articles
    .map((articleId, at) => {
      return { articleId, score: scores[at] ?? 0, personal: 0, tooOld: false, section: undefined };
    })
    .sort(byRank);
}

function byRank(a: Candidate, b: Candidate): number {
  if (a.tooOld !== b.tooOld) return a.tooOld ? 1 : -1;
  return b.score - a.score || (a.articleId < b.articleId ? -1 : 1);
}

/** In rank order, but no section takes more than its share while another has something left. */
function varied(
  ranked: Iterable<Candidate>,
  isUnread: (articleId: string) => boolean,
  limit: number,
  maxOfSection: number,
): Candidate[] {
  const chosen: Candidate[] = [];
  const waiting: Candidate[] = [];
  const ofSections = new Map<string, number>();
  for (const candidate of ranked) {
    if (chosen.length === limit) return chosen;
    if (!(candidate.score > 0 && isUnread(candidate.articleId))) continue;
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
