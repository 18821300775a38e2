/**
 * The fresh lists of the bench's table, as the fresh loop makes them of a made-up hour of visits. A beat is a second long, and the
 * popular list of every other beat is the same, so whoever knows an answer's beat knows its lists.
 */
import { type BlendWeights, defaultBlendWeights } from '../../src/domain/blendWeights';
import { listOfDoor } from '../../src/domain/freshDoors';
import { formatPopular, formatScored, parsePopular, parseScored } from '../../src/domain/freshItem';
import type { FreshLists, PopularTable, ScoredList } from '../../src/domain/freshLists';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { FreshState } from '../../src/domain/freshState';
import { freshDoorPk, freshPopularPk, nextListPk } from '../../src/domain/keys';

const articles = 200;
const visits = 6000;
const clicksOfVisit = 3;
const sections = ['sport', 'world', 'money', 'city', 'arts'];
const madeAtMs = Date.parse('2026-11-23T12:00:00Z');

const beatMs = 1000;
export const beatOf = (atMs: number): number => Math.floor(atMs / beatMs);
export const timeOfBeat = (beat: number): number => beat * beatMs;

/** With these a page holds personal and fresh articles. */
export const weights: BlendWeights = {
  ...defaultBlendWeights,
  first: { ...defaultBlendWeights.first, personal: 0.4 },
  next: { ...defaultBlendWeights.next, personal: 0.4 },
};

function listsOf(seed: number): FreshLists {
  const state = FreshState.empty(defaultFreshSettings);
  let random = seed;
  /** Park and Miller's generator. */
  const next = (): number => {
    random = (random * 48_271) % 2_147_483_647;
    return random / 2_147_483_647;
  };
  for (let visit = 0; visit < visits; visit++) {
    const beganAtMs = madeAtMs - 3_600_000 * next() - 60_000;
    for (let click = 0; click < clicksOfVisit; click++) {
      const number = Math.floor(articles ** next());
      state.count(
        {
          userId: `v${visit}`,
          articleId: `n${String(number).padStart(6, '0')}`,
          occurredAtMs: Math.round(beganAtMs + click * 10_000),
          section: sections[number % sections.length] ?? '',
        },
        madeAtMs,
      );
    }
  }
  return state.lists(madeAtMs);
}

const [even, odd] = [listsOf(11), listsOf(12)];
const popularTexts = [formatPopular(even.popular), formatPopular(odd.popular)];
const nextTexts = new Map([...even.next].map(([article, list]) => [article, formatScored(list)]));
const doorTexts = new Map([...even.doors].map(([door, list]) => [door, formatScored(list)]));

/** As they come out of an item, which rounds. */
const popularTables = popularTexts.map(parsePopular);
const doorLists = new Map([...doorTexts].map(([door, text]) => [door, parseScored(text)]));
const nextLists = new Map([...nextTexts].map(([article, text]) => [article, parseScored(text)]));

export function popularOf(beat: number): PopularTable {
  const table = popularTables[beat % 2];
  if (table === undefined) throw new Error(`no popular table of beat ${beat}`);
  return table;
}

/** Readers of the bench come through no door that is known. */
export function doorListOf(visit: readonly string[]): { readonly door?: ScoredList } {
  const door = visit.length === 0 ? listOfDoor(doorLists) : undefined;
  return door === undefined ? {} : { door };
}

export function nextOf(visit: readonly string[]): Map<string, ScoredList> {
  return new Map(
    visit.flatMap((article) => {
      const list = nextLists.get(article);
      return list === undefined ? [] : [[article, list] as const];
    }),
  );
}

/** Of each length from none to three articles; the last of them hold articles without a next list. */
export const visitsOfReaders: readonly (readonly string[])[] = Array.from({ length: 240 }, (_, index) =>
  Array.from(
    { length: index % 4 },
    (_article, back) => `n${String((index + back * 7) % (articles + 20)).padStart(6, '0')}`,
  ),
);

const texts = new Map([
  ...Array.from(nextTexts, ([article, text]) => [nextListPk(article), text] as const),
  ...Array.from(doorTexts, ([door, text]) => [freshDoorPk(door), text] as const),
]);

/** An item of the fresh loop in DynamoDB's JSON, or `undefined` when the table has none of this key. */
export function freshItemOf(pk: string, sk: string, nowMs: number): unknown {
  if (pk === freshPopularPk) {
    const beat = beatOf(nowMs);
    return itemOf(pk, sk, popularTexts[beat % 2] ?? '', beat);
  }
  const text = texts.get(pk);
  return text === undefined ? undefined : itemOf(pk, sk, text, 1);
}

function itemOf(pk: string, sk: string, list: string, beat: number): unknown {
  return {
    pk: { S: pk },
    sk: { S: sk },
    list: { S: list },
    beat: { N: String(beat) },
    at: { N: String(timeOfBeat(beat)) },
    expires_at: { N: '4000000000' },
  };
}
