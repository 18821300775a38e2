/**
 * What serving must answer, worked out from the bench's own table and not from what serving read of it: the whole body, to the last
 * article. Only the blend itself is the domain's, which has tests of its own.
 */
import { blend } from '../../src/domain/blend';
import { personalList } from './dataset';
import { beatOf, doorListOf, nextOf, popularOf, timeOfBeat, visitsOfReaders, weights } from './freshDataset';

export interface Request {
  readonly user: string;
  /** Of `visitsOfReaders`. */
  readonly visit: number;
}

export interface Judged {
  readonly version: string;
  /** Of the fresh lists; `undefined` in an answer of the reader's list alone. */
  readonly beat?: number;
}

/** Checks an answer of the reader's own list alone. `undefined` when it is anything else. */
export function judgeOwn({ user }: Request, body: string): Judged | undefined {
  const version = versionIn(user, body);
  if (version === undefined) return undefined;
  const articles = personalList(user, version).slice(0, 10);
  return body === bodyOf(user, version, 'personal', articles) ? { version } : undefined;
}

/** Checks a blended answer: its version and its beat say of which lists it must be made. */
export function judgeBlended({ user, visit }: Request, body: string): Judged | undefined {
  const version = versionIn(user, body);
  const [, freshAt] = /"freshAt":"([^"]+)"}$/.exec(body) ?? [];
  if (version === undefined || freshAt === undefined) return undefined;
  const beat = beatOf(Date.parse(freshAt));
  const { tier, places } = pattern(visit, beat % 2);
  const own = personalList(user, version);
  const articles = places.map((place) => (typeof place === 'number' ? (own[place] ?? '') : place));
  return body === bodyOf(user, version, tier, articles, timeOfBeat(beat)) ? { version, beat } : undefined;
}

function versionIn(user: string, body: string): string | undefined {
  const head = `{"user":"${user}","version":"`;
  return body.startsWith(head) ? body.slice(head.length, body.indexOf('"', head.length)) : undefined;
}

function bodyOf(user: string, version: string, tier: string, articles: readonly string[], freshAtMs?: number): string {
  const freshAt = freshAtMs === undefined ? {} : { freshAt: new Date(freshAtMs).toISOString() };
  return JSON.stringify({ user, version, tier, articles, ...freshAt });
}

interface Pattern {
  readonly tier: string;
  /** Articles of fresh lists, and ranks of the reader's list. */
  readonly places: readonly (string | number)[];
}

/** Readers differ in the names of their own articles alone, so each visit is blended once for each of the two kinds of beats. */
const patterns = new Map<string, Pattern>();

function pattern(visit: number, parity: number): Pattern {
  const known = patterns.get(`${visit} ${parity}`);
  if (known !== undefined) return known;
  const articles = visitsOfReaders[visit] ?? [];
  const own = personalList('anyone', 'any');
  const ranked = blend(
    {
      limit: 10,
      popular: popularOf(parity),
      personal: own,
      visit: articles,
      next: nextOf(articles),
      ...doorListOf(articles),
      excluded: new Set(articles),
    },
    weights,
  );
  const places = ranked.map(({ articleId }) => (own.includes(articleId) ? own.indexOf(articleId) : articleId));
  const isMixed =
    places.some((place) => typeof place === 'number') && places.some((place) => typeof place === 'string');
  if (!isMixed)
    throw new Error(`the page of visit ${visit} holds lists of one kind alone: the bench would check little`);
  const made = { tier: ranked[0]?.tier ?? '', places };
  patterns.set(`${visit} ${parity}`, made);
  return made;
}

/** What is asked for, as a path. */
export function pathOf({ user, visit }: Request): string {
  const [current, ...recent] = visitsOfReaders[visit] ?? [];
  const parameters = current === undefined ? '' : `?current=${current}&recent=${recent.join(',')}`;
  return `/v1/users/${user}/recommendations${parameters}`;
}
