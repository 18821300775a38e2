/**
 * Fresh lists as the text of DynamoDB items. Formats in docs/formats.md. What does not fit is left off from the end, so
 * that an item costs what it is meant to: the popular table one read unit, another list one write unit.
 */
import { isId, isSection } from './click';
import type { PopularTable, ScoredList } from './freshLists';

export class InvalidFreshItem extends Error {
  override readonly name = 'InvalidFreshItem';
}

/** Of 4 KB, with the item's other attributes. */
const maxPopularBytes = 3900;
/** Of 1 KB. */
const maxScoredBytes = 900;
/** Shares are whole numbers of so many, at most three digits to the base 36. */
const shareUnits = 36 ** 3 - 1;

/** `a1:0.1234 a2:0.1`; empty for an empty list. */
export function formatScored({ articles, scores }: ScoredList): string {
  return fitting(
    articles.map((article, at) => `${article}:${Number((scores[at] ?? 0).toPrecision(3))}`),
    ' ',
    maxScoredBytes,
  );
}

export function parseScored(text: string): ScoredList {
  const articles: string[] = [];
  const scores: number[] = [];
  if (text === '') return { articles, scores };
  for (const entry of text.split(' ')) {
    const cut = entry.lastIndexOf(':');
    const article = entry.slice(0, Math.max(0, cut));
    const score = entry.slice(cut + 1);
    if (!isId(article)) throw new InvalidFreshItem(`a list has an entry without an article: '${entry.slice(0, 80)}'`);
    articles.push(article);
    scores.push(parseScore(score, entry));
  }
  return { articles: distinct(articles), scores };
}

/**
 * Two lines of heads (half-lives in minutes; shares of first clicks), then a line for each article: id, age in minutes,
 * section or nothing, shares of first clicks, shares of next clicks. Ages and shares are to the base 36.
 */
export function formatPopular(table: PopularTable): string {
  const { halfLivesMinutes, firstShares, articles, first, next, ages, sections } = table;
  const rows = articles.map(
    (article, at) =>
      `${article} ${(ages[at] ?? 0).toString(36)} ${sections[at] ?? ''} ${sharesText(first[at])} ${sharesText(next[at])}`,
  );
  return fitting([halfLivesMinutes.join(' '), sharesText(firstShares), ...rows], '\n', maxPopularBytes);
}

export function parsePopular(text: string): PopularTable {
  const [halfLives = '', firstShares, ...rows] = text.split('\n');
  const halfLivesMinutes = halfLives.split(' ').map(Number);
  if (!halfLivesMinutes.every((minutes) => Number.isFinite(minutes) && minutes > 0)) {
    throw new InvalidFreshItem(`a popular table must begin with half-lives in minutes: '${halfLives.slice(0, 80)}'`);
  }
  const columns = halfLivesMinutes.length;
  const cells = rows.map((row) => readRow(row, columns));
  return {
    halfLivesMinutes,
    firstShares: readShares(firstShares ?? '', columns),
    articles: distinct(cells.map(({ article }) => article)),
    first: cells.map(({ first }) => first),
    next: cells.map(({ next }) => next),
    ages: cells.map(({ age }) => age),
    sections: cells.map(({ section }) => section),
  };
}

function readRow(row: string, columns: number) {
  const [article = '', age = '', section = '', first = '', next = '', ...more] = row.split(' ');
  const isRow = isId(article) && /^[0-9a-z]+$/.test(age) && (section === '' || isSection(section));
  if (!isRow || more.length > 0) throw new InvalidFreshItem(`a row is no article of a table: '${row.slice(0, 80)}'`);
  return {
    article,
    age: Number.parseInt(age, 36),
    section: section === '' ? undefined : section,
    first: readShares(first, columns),
    next: readShares(next, columns),
  };
}

/** Nothing stands for 0. */
const sharesText = (shares: readonly number[] = []): string =>
  shares
    .map((share) => Math.round(share * shareUnits))
    .map((units) => (units === 0 ? '' : units.toString(36)))
    .join(',');

function readShares(text: string, columns: number): number[] {
  const parts = text.split(',');
  if (parts.length !== columns || !parts.every((part) => /^[0-9a-z]{0,3}$/.test(part))) {
    throw new InvalidFreshItem(`${columns} shares are needed, separated by commas, not '${text.slice(0, 80)}'`);
  }
  return parts.map((part) => (part === '' ? 0 : Number.parseInt(part, 36) / shareUnits));
}

function parseScore(text: string, entry: string): number {
  const score = Number(text);
  if (text === '' || !Number.isFinite(score) || score < 0) {
    throw new InvalidFreshItem(`a list has an entry without a score: '${entry.slice(0, 80)}'`);
  }
  return score;
}

function distinct(articles: string[]): string[] {
  if (new Set(articles).size !== articles.length) throw new InvalidFreshItem('an article is there twice');
  return articles;
}

/** All of it is ASCII: a character is a byte. */
function fitting(parts: readonly string[], separator: string, maxBytes: number): string {
  let length = -separator.length;
  const kept = parts.filter((part) => {
    length += separator.length + part.length;
    return length <= maxBytes;
  });
  return kept.join(separator);
}
