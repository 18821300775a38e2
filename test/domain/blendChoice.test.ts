import { type AsServedOptions, AsServedReplay, type NightlySet, type ServedClick } from '../../src/domain/asServed';
import { BlendChooser, chooseBlend } from '../../src/domain/blendChoice';
import { fittingMixture } from '../../src/domain/blendFit';
import { lastOf } from '../../src/domain/blendSteps';
import { defaultBlendWeights, parseBlendWeights } from '../../src/domain/blendWeights';
import { minuteMs } from '../../src/domain/durations';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { type RandomNumbers, randomNumbers, seededState } from '../../src/domain/random';

const startMs = Date.UTC(2026, 10, 23, 6);
const hours = 4;
const articles = 120;

interface Habit {
  readonly first: (next: RandomNumbers, reader: number) => number;
  readonly next: (next: RandomNumbers, open: number) => number;
}

/** Each reader comes once, opens one article and then goes on with another. */
function visits(habit: Habit, { seed = 3, readers = 1800 } = {}): ServedClick[] {
  const next = randomNumbers(seededState(seed));
  const clicks: ServedClick[] = [];
  const click = (reader: number, article: number, occurredAtMs: number): void => {
    clicks.push({ userId: `r${reader}`, articleId: `a${article}`, occurredAtMs, deliveredAtMs: occurredAtMs + 1000 });
  };
  for (let reader = 0; reader < readers; reader++) {
    const atMs = startMs + (next() % (hours * 60)) * minuteMs;
    const open = habit.first(next, reader);
    click(reader, open, atMs);
    click(reader, habit.next(next, open), atMs + minuteMs);
  }
  return clicks.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.userId < b.userId ? -1 : 1));
}

const anyArticle = (next: RandomNumbers): number => next() % articles;

function options(nightly: readonly NightlySet[] = []): AsServedOptions {
  const judgedFromMs = startMs + 2 * 60 * minuteMs;
  return { settings: defaultFreshSettings, refreshMs: 5 * minuteMs, judgedFromMs, listsFromMs: startMs, nightly };
}

describe('the choice of blend weights', () => {
  it('gives the next list its weight where readers follow it, and beats popularity there', () => {
    const follow = visits({ first: anyArticle, next: (_, open) => (open + 1) % articles });
    const inUse = { ...defaultBlendWeights, next: { ...defaultBlendWeights.next, nextList: 0.001 } };
    const { weights, next } = chooseBlend(follow, options(), inUse);
    expect(weights.next.nextList).toBeGreaterThan(0.8);
    expect(next.overFreshPopular.hitAt10.low).toBeGreaterThan(2);
    expect(parseBlendWeights(JSON.parse(JSON.stringify(weights)))).toEqual(weights);
  });

  it('gives the list of the door its weight where readers of a door come for the same', () => {
    const doors = 4;
    const doorOfReader = (reader: number): number => 1 + (reader % doors);
    const comesFor = (next: RandomNumbers, reader: number): number => 30 * (reader % doors) + (next() % 12);
    // Who comes again, by the door that is known of the visit before.
    const once = visits({ first: comesFor, next: anyArticle });
    const again = visits({ first: comesFor, next: anyArticle }, { seed: 4 });
    const clicks = [...once, ...again].map((click): ServedClick => {
      return { ...click, door: doorOfReader(Number(click.userId.slice(1))) };
    });
    const inOrder = clicks.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.userId < b.userId ? -1 : 1));
    const inUse = { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, door: 0 } };
    const { weights, first } = chooseBlend(inOrder, options(), inUse);
    expect(first.fitted).toBe(true);
    expect(weights.first.door).toBeGreaterThan(0.4);
    expect(weights.next.door).toBe(0);
    expect(first.overFreshPopular.hitAt10.low).toBeGreaterThan(1.2);
  });

  it('takes the weight from the next list where readers do not follow it', () => {
    // Everybody goes on with one of a few, whatever is open.
    const loose = visits({ first: anyArticle, next: (next) => next() % 3 });
    const inUse = { ...defaultBlendWeights, next: { ...defaultBlendWeights.next, nextList: 5 } };
    const { weights, next } = chooseBlend(loose, options(), inUse);
    const { popularNext, nextList } = weights.next;
    expect(next.fitted).toBe(true);
    expect(popularNext.reduce((sum, weight) => sum + weight, 0)).toBeGreaterThan(nextList);
  });

  const own = visits({ first: (_, reader) => reader % articles, next: anyArticle });
  const setOf = (article: (reader: number) => number): NightlySet => ({
    learnedUntilMs: startMs,
    servedFromMs: startMs,
    popular: [],
    listOf: (userId) => {
      const list = [0, 1, 2].map((place) => `a${(article(Number(userId.slice(1))) + place * 7) % articles}`);
      return [...new Set(list)];
    },
  });

  it('keeps the personal list where it adds to hits', () => {
    const { weights, first } = chooseBlend(own, options([setOf((reader) => reader)]), defaultBlendWeights);
    expect(first.personalKept).toBe(true);
    expect(first.personalGain.hitAt10.low).toBeGreaterThan(0.3);
    expect(weights.first.personal).toBeGreaterThan(0.1);
  });

  it('gives the personal list no weight where it adds nothing', () => {
    const { weights, first } = chooseBlend(own, options([setOf((reader) => reader * 31 + 5)]), defaultBlendWeights);
    expect(first.personalKept).toBe(false);
    expect([weights.first.personal, weights.next.personal]).toEqual([0, 0]);
    const trusting = { ...weights, next: { ...weights.next, personal: 0.01 } };
    const useless = [setOf((reader) => reader * 31 + 5)];
    expect(chooseBlend(own, options(useless), trusting).weights.next.personal).toBe(0);
  });

  it('counts against an article what readers only go on with, where that finds more of what they come for', () => {
    // Everybody comes for one of thirty and goes on with one of twelve others.
    const apart = visits({ first: (next) => next() % 30, next: (next) => 100 + (next() % 12) });
    const mixed = { ...defaultBlendWeights.first, popularFirst: [0, 0, 0, 0], popularNext: [0.4, 0.3, 0.2, 0.1] };
    const { weights, first } = chooseBlend(apart, options(), { ...defaultBlendWeights, first: mixed });
    expect(first.fitted).toBe(true);
    expect(weights.first.popularNext.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(0.05);
    expect(first.overFreshPopular.hitAt10.value).toBeGreaterThan(2);
  });

  it.each([5, 7, 9])('serves popularity by one half-life where nothing does better (%i)', (seed) => {
    // Few clicks by chance: whatever is fitted to one half of the readers is wrong for the other.
    const chance = visits({ first: anyArticle, next: anyArticle }, { seed, readers: 300 });
    const bad = { ...defaultBlendWeights.first, popularFirst: [0, 0, 0, 0], popularNext: [0, 0, 0, 0.1] };
    const choice = chooseBlend(chance, options(), { ...defaultBlendWeights, first: bad });
    expect(choice.first).toMatchObject({ fitted: true, plainPopularity: true, personalKept: false });
    expect(choice.first.overFreshPopular.hitAt10.value).toBeGreaterThan(0.95);
    const { popularFirst, popularNext } = choice.weights.first;
    expect(popularFirst.filter((weight) => weight > 0)).toHaveLength(1);
    expect([...popularFirst, ...popularNext].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
  });

  it('compares with another set as it is served now: with the weights in use', () => {
    const inUse = { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, personal: 5 } };
    const knows = setOf((reader) => reader);
    const guesses = setOf((reader) => reader * 31 + 5);
    const against = (candidate: NightlySet, rival: NightlySet) => {
      const replay = new AsServedReplay(options([candidate]));
      const chooser = new BlendChooser(defaultFreshSettings.halfLivesMinutes, inUse);
      for (const click of own) replay.play(click, (moment) => chooser.add(moment));
      const lists = new Map(chooser.readers.map((reader) => [reader, rival.listOf(reader) ?? []]));
      return lastOf(chooser.choosing(lists)).first.overRival?.hitAt10;
    };
    expect(against(knows, guesses)?.low).toBeGreaterThan(1.5);
    expect(against(guesses, knows)?.high).toBeLessThan(0.7);
    expect(chooseBlend(own, options([knows]), inUse).first.overRival).toBeUndefined();
  });

  it('stays with the weights in use where the clicks say nothing', () => {
    const { weights, first } = chooseBlend([], options(), defaultBlendWeights);
    expect(first).toMatchObject({ moments: 0, fitted: false, personalKept: false });
    expect(weights).toEqual(defaultBlendWeights);
  });

  it('is the same each time', () => {
    const choose = () => chooseBlend(own, options(), defaultBlendWeights);
    expect(choose()).toEqual(choose());
  });
});

describe('a fitted mixture', () => {
  it('finds the weights that the clicks were drawn by', () => {
    const next = randomNumbers(seededState(5));
    const parts = [
      [0.7, 0.2, 0.1],
      [0.1, 0.2, 0.7],
    ];
    const draw = (shares: readonly number[]): number => {
      let left = next() / 2 ** 32;
      for (const [article, share] of shares.entries()) {
        left -= share;
        if (left < 0) return article;
      }
      return shares.length - 1;
    };
    const rows = Array.from({ length: 20_000 }, () =>
      draw((next() / 2 ** 32 < 0.25 ? parts[0] : parts[1]) ?? []),
    ).flatMap((article) => parts.map((shares) => shares[article] ?? 0));
    const [first, second] = lastOf(fittingMixture(rows, 2));
    expect(first).toBeCloseTo(0.25, 1);
    expect((first ?? 0) + (second ?? 0)).toBeCloseTo(1, 9);
  });
});
