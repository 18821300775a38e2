import { type BlendInput, blend } from '../../src/domain/blend';
import { type BlendWeights, defaultBlendWeights } from '../../src/domain/blendWeights';
import type { PopularTable } from '../../src/domain/freshLists';

interface Row {
  readonly id: string;
  readonly first?: number;
  readonly next?: number;
  readonly age?: number;
  readonly section?: string;
}

function table(rows: readonly Row[], halfLivesMinutes = [5]): PopularTable {
  const alike = (share = 0) => halfLivesMinutes.map(() => share);
  return {
    halfLivesMinutes,
    firstShares: alike(0.4),
    articles: rows.map(({ id }) => id),
    first: rows.map(({ first }) => alike(first)),
    next: rows.map(({ next }) => alike(next)),
    ages: rows.map(({ age }) => age ?? 10),
    sections: rows.map(({ section }) => section),
  };
}

const weights: BlendWeights = {
  halfLivesMinutes: [5],
  first: { popularFirst: [0.9], popularNext: [0.1], nextList: 0, door: 0, personal: 0 },
  next: { popularFirst: [0], popularNext: [0.5], nextList: 0.5, door: 0, personal: 0 },
  maxAgeHours: 96,
  maxSectionShare: 0.6,
};
const nothing: BlendInput = { limit: 10, visit: [], next: new Map(), excluded: new Set() };
const ids = (input: Partial<BlendInput>, given = weights): string[] =>
  blend({ ...nothing, ...input }, given).map(({ articleId }) => articleId);

const popular = table([
  { id: 'a', first: 0.5, next: 0.1 },
  { id: 'b', first: 0.3, next: 0.5 },
  { id: 'c', first: 0.2, next: 0.4 },
]);

describe('the blend', () => {
  it('ranks by what readers come for when one comes, and by what they go on with when one goes on', () => {
    expect(ids({ popular })).toEqual(['a', 'b', 'c']);
    expect(ids({ popular, visit: ['x'] })).toEqual(['b', 'c', 'a']);
  });

  it('brings what others opened after the open article, also what is not popular', () => {
    const next = new Map([
      ['x', { articles: ['d', 'a'], scores: [0.6, 0.1] }],
      ['y', { articles: ['e'], scores: [0.9] }],
    ]);
    expect(ids({ popular, visit: ['x', 'y'], next })).toEqual(['d', 'b', 'c', 'a']);
  });

  it('brings what visits through the same door begin with, also what is not popular', () => {
    const door = { articles: ['d', 'c'], scores: [0.6, 0.4] };
    const given = { ...weights, first: { ...weights.first, door: 1 } };
    expect(ids({ popular, door }, given)).toEqual(['c', 'd', 'a', 'b']);
    expect(ids({ popular, door }, weights)).toEqual(['a', 'b', 'c']);
    expect(ids({ popular }, given)).toEqual(['a', 'b', 'c']);
    // One table is blended for the readers of several doors.
    expect(ids({ popular, door: { articles: ['b'], scores: [1] } }, given)).toEqual(['b', 'a', 'c']);
    expect(ids({ popular, door, excluded: new Set(['c']), personal: ['p'] }, given)).toEqual(['d', 'a', 'b', 'p']);
  });

  it('leaves out what was read, and the articles of the visit', () => {
    const next = new Map([['b', { articles: ['c', 'd'], scores: [0.5, 0.2] }]]);
    expect(ids({ popular, visit: ['b', 'a'], next, excluded: new Set(['d']) })).toEqual(['c']);
  });

  it('counts the personal list by its weight, and says where an article comes from', () => {
    const personal = ['p', 'c'];
    const given = { ...weights, first: { ...weights.first, personal: 1 } };
    expect(blend({ ...nothing, popular, personal, limit: 2 }, given)).toEqual([
      { articleId: 'c', tier: 'personal' },
      { articleId: 'p', tier: 'personal' },
    ]);
    expect(blend({ ...nothing, popular, personal, limit: 2 }, weights)).toEqual([
      { articleId: 'a', tier: 'fresh' },
      { articleId: 'b', tier: 'fresh' },
    ]);
  });

  it('fills up from the personal list and then from the popular list of the set, each article once', () => {
    const input = { ...nothing, limit: 6, popular, personal: ['a', 'p'], nightlyPopular: ['p', 'n', 'm', 'o'] };
    expect(blend(input, weights).slice(3)).toEqual([
      { articleId: 'p', tier: 'personal' },
      { articleId: 'n', tier: 'popular' },
      { articleId: 'm', tier: 'popular' },
    ]);
    expect(ids({ nightlyPopular: ['n', 'm'], excluded: new Set(['n']) })).toEqual(['m']);
  });

  it('puts old articles behind all others', () => {
    const old = table([
      { id: 'old', first: 0.9, age: 97 * 60 },
      { id: 'new', first: 0.1, age: 95 * 60 },
    ]);
    expect(ids({ popular: old })).toEqual(['new', 'old']);
  });

  it('gives a section no more than its share while another section has something left', () => {
    const rows = Array.from({ length: 9 }, (_, place) => ({
      id: `s${place}`,
      first: 1 - place / 10,
      section: 'sport',
    }));
    const other = { id: 'p', first: 0.01, section: 'politics' };
    const none = { id: 'n', first: 0.005 };
    expect(ids({ popular: table([...rows, other, none]), limit: 5 })).toEqual(['s0', 's1', 's2', 'p', 'n']);
    expect(ids({ popular: table(rows), limit: 5 })).toEqual(['s0', 's1', 's2', 's3', 's4']);
  });

  it('finds the columns of a table by their half-lives', () => {
    const two: PopularTable = {
      ...table([{ id: 'a' }, { id: 'b' }], [60, 5]),
      first: [
        [0.9, 0.1],
        [0.1, 0.9],
      ],
    };
    expect(ids({ popular: two })).toEqual(['b', 'a']);
  });

  it('still ranks a table of half-lives that were never weighed', () => {
    const foreign = table(
      [
        { id: 'a', first: 0.1 },
        { id: 'b', first: 0.9 },
      ],
      [7],
    );
    expect(ids({ popular: foreign })).toEqual(['b', 'a']);
  });

  it("keeps a section's page to the section", () => {
    const section = { articles: ['s', 't', 'u'], scores: [0.5, 0.3, 0.2] };
    const input = { popular, section, nightlyPopular: ['n'], visit: ['s'], excluded: new Set(['t']) };
    expect(ids(input)).toEqual(['u']);
  });

  it('gives equal scores one order', () => {
    const equal = [
      { id: 'b', first: 0.5 },
      { id: 'a', first: 0.5 },
    ];
    expect(ids({ popular: table(equal) })).toEqual(['a', 'b']);
    expect(ids({ popular: table(equal.toReversed()) })).toEqual(['a', 'b']);
  });

  it('serves by its default weights without a personal list', () => {
    expect(ids({ popular: table([{ id: 'a', first: 0.2 }], [2, 5, 15, 60]) }, defaultBlendWeights)).toEqual(['a']);
  });
});
