import { defaultGate } from '../../src/domain/gateSettings';
import { type Guard, type GuardSettings, SetTally } from '../../src/domain/guards';

const dayEndMs = Date.parse('2026-11-24T00:00:00Z');
const hourMs = 3_600_000;
const ids = Array.from({ length: 100 }, (_, index) => `a${index}`);
const fresh = new Map(ids.map((id) => [id, dayEndMs - 10 * hourMs]));

interface Options {
  readonly catalogue?: ReadonlyMap<string, number> | 'none';
  readonly settings?: Partial<GuardSettings>;
  readonly popular?: readonly string[];
}

/** The guards over these readers' lists and a popular list. */
function guardsOf(lists: readonly (readonly string[])[], options: Options = {}): Guard[] {
  const { catalogue = fresh, settings, popular = ids.slice(0, 20) } = options;
  const whole = { ...defaultGate.guards, ...settings };
  const tally = new SetTally(catalogue === 'none' ? undefined : catalogue, whole, dayEndMs);
  const add = (pk: string, articles: readonly string[]): void =>
    tally.add({ pk, sk: 'v#2026-11-23.01', articles: articles.join(' '), expiresAt: 1_796_000_000 });
  if (popular.length > 0) add('list#popular', popular);
  for (const [index, list] of lists.entries()) add(`u#r${index}`, list);
  expect(tally.readers).toBe(lists.length);
  return tally.guards();
}

/** Twenty articles from this one on. */
const listFrom = (first: number): string[] =>
  Array.from({ length: 20 }, (_, place) => ids[(first + place) % ids.length] ?? '');
const varied = Array.from({ length: 10 }, (_, reader) => listFrom(reader * 10));
const oldHalf = new Map(ids.map((id, index) => [id, dayEndMs - (index < 60 ? 200 : 1) * hourMs]));

describe('the guards', () => {
  it('pass a set that is whole and varied, with all their figures', () => {
    const guards = guardsOf(varied);
    expect(guards.filter(({ passed }) => !passed)).toEqual([]);
    expect(Object.fromEntries(guards.map(({ name, figure }) => [name, figure]))).toEqual({
      'articles in the popular list': 20,
      'share of readers with a full list': 1,
      'share of the catalogue that is recommended': 1,
      'share of places with articles older than 96 hours': 0,
      'places with articles that are not in the catalogue': 0,
      'share of places with the ten most recommended articles': 0.1,
      'lists that repeat an article': 0,
      'articles in the longest list': 20,
      'bytes of the largest item': expect.any(Number),
    });
  });

  it('pass lists that are all popularity: they are honest where there is no taste to learn', () => {
    const guards = guardsOf(Array.from({ length: 10 }, () => listFrom(0)));
    expect(guards.filter(({ passed }) => !passed)).toEqual([]);
    expect(guards).toContainEqual(
      expect.objectContaining({
        name: 'share of places with the ten most recommended articles',
        figure: 0.5,
        bound: 0.6,
      }),
    );
  });

  it.each<[string, readonly (readonly string[])[], Options, number, number]>([
    ['articles in the popular list', varied, { popular: ids.slice(0, 9) }, 9, 10],
    ['articles in the popular list', varied, { popular: [] }, 0, 10],
    ['share of readers with a full list', [...varied.slice(1), ids.slice(0, 19), ids.slice(0, 3)], {}, 9 / 11, 0.9],
    ['share of the catalogue that is recommended', [listFrom(0)], { settings: { minCoverage: 0.21 } }, 0.2, 0.21],
    ['share of places with articles older than 96 hours', varied, { catalogue: oldHalf }, 0.6, 0.25],
    ['places with articles that are not in the catalogue', [...varied, ['x', 'y', ...listFrom(0).slice(2)]], {}, 2, 0],
    [
      'share of places with the ten most recommended articles',
      Array.from({ length: 10 }, () => listFrom(0)),
      { settings: { maxConcentration: 0.8 } },
      0.5,
      0.4,
    ],
    ['lists that repeat an article', [...varied, ['a1', 'a2', 'a1', ...listFrom(10).slice(3)]], {}, 1, 0],
    ['articles in the longest list', [...varied, ids.slice(0, 31)], { settings: { maxListLength: 30 } }, 31, 30],
    [
      'bytes of the largest item',
      [...varied, Array.from({ length: 20 }, (_, place) => `${'x'.repeat(60)}${place}`)],
      { catalogue: 'none' },
      // pk u#r10, sk v#2026-11-23.01, the names of the four attributes, 20 ids of 61 or 62 with 19 spaces, a number of 10 digits.
      5 + 15 + 22 + 10 * 61 + 10 * 62 + 19 + 6,
      1024,
    ],
  ])('refuse over: %s', (name, lists, options, figure, bound) => {
    const failed = guardsOf(lists, options).filter(({ passed }) => !passed);
    expect(failed.map((guard) => guard.name)).toContain(name);
    const guard = failed.find((candidate) => candidate.name === name);
    expect(guard?.figure).toBeCloseTo(figure, 10);
    expect(guard?.bound).toBeCloseTo(bound, 10);
  });

  it('count an article as old by its first click, not by its place in the catalogue', () => {
    const name = 'share of places with articles older than 96 hours';
    const at = (hours: number): number | undefined =>
      guardsOf([listFrom(0)], { catalogue: new Map(ids.map((id) => [id, dayEndMs - hours * hourMs])) }).find(
        (guard) => guard.name === name,
      )?.figure;
    expect([at(95), at(96), at(97)]).toEqual([0, 0, 1]);
  });

  it('judge neither coverage nor age nor unknown articles without a catalogue', () => {
    const names = guardsOf(varied, { catalogue: 'none' }).map(({ name }) => name);
    expect(names).toHaveLength(6);
    expect(names.filter((name) => /catalogue|older/.test(name))).toEqual([]);
  });

  it('ask of lists that cannot be longer than ten articles no more than they can give', () => {
    const few = ids.slice(0, 8);
    const guards = guardsOf([few, few], { popular: few, catalogue: new Map(few.map((id) => [id, dayEndMs])) });
    expect(guards.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('pass no set without readers', () => {
    expect(
      guardsOf([])
        .filter(({ passed }) => !passed)
        .map(({ name }) => name),
    ).toContain('share of readers with a full list');
  });
});
