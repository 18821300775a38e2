/** The lines of the holdout file: what the candidate was measured on. Format in docs/formats.md. */
import { field } from './field';
import { judgedPlaces } from './listQuality';

/** More are never in the file, so what is kept of each of them is bounded. */
export const maxHoldoutReaders = 20_000;

export interface HoldoutReader {
  readonly reader: string;
  /** The candidate's first ten. */
  readonly list: readonly string[];
  /** Of what could be recommended, before the holdout. */
  readonly read: ReadonlySet<string>;
  /** In the holdout, for the first time; never empty. */
  readonly opened: ReadonlySet<string>;
}

export class InvalidHoldout extends Error {
  override readonly name = 'InvalidHoldout';
}

/** The first line: recently popular articles, best first. */
export function parsePopularLine(line: string): readonly string[] {
  return distinct(articles(parse(line), 'popular'), 'popular');
}

/** Throws `InvalidHoldout` also for lines that would flatter the candidate: repetitions, articles read before. */
export function parseReaderLine(line: string): HoldoutReader {
  const value = parse(line);
  const reader = text(value, 'reader');
  if (reader === '') throw new InvalidHoldout('reader is empty');
  const list = distinct(articles(value, 'list'), `list of ${reader}`);
  const read = new Set(articles(value, 'read'));
  const opened = articles(value, 'opened');
  if (opened.length === 0) throw new InvalidHoldout(`${reader} opened nothing: there is nothing to measure`);
  if (list.length > judgedPlaces)
    throw new InvalidHoldout(`the list of ${reader} has more than ${judgedPlaces} articles`);
  const known = [...list, ...opened].find((article) => read.has(article));
  if (known !== undefined) throw new InvalidHoldout(`${reader} had read ${known} before the holdout`);
  return { reader, list, read, opened: new Set(distinct(opened, `opened by ${reader}`)) };
}

/** What of a ranking a reader would be shown first: ten articles that the reader had not read. */
export function firstUnread(ranking: readonly string[], read: ReadonlySet<string>): string[] {
  const unread: string[] = [];
  for (const article of ranking) {
    if (unread.length === judgedPlaces) break;
    if (!read.has(article)) unread.push(article);
  }
  return unread;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new InvalidHoldout(`not JSON: '${line.slice(0, 60)}'`);
  }
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found !== 'string') throw new InvalidHoldout(`${name} is missing`);
  return found;
}

function articles(value: unknown, name: string): string[] {
  const found = text(value, name);
  return found === '' ? [] : found.split(' ');
}

function distinct(ids: string[], what: string): string[] {
  if (new Set(ids).size !== ids.length) throw new InvalidHoldout(`${what}: an article is there twice`);
  return ids;
}
