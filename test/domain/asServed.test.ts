import {
  type AsServedOptions,
  AsServedReplay,
  LookAhead,
  type ServedClick,
  type ServedMoment,
} from '../../src/domain/asServed';
import { clickQuality, listOf } from '../../src/domain/asServedMethods';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { minuteMs } from '../../src/domain/durations';
import { sharesOfAll } from '../../src/domain/freshLists';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { randomNumbers, seededState } from '../../src/domain/random';

const startMs = Date.UTC(2026, 10, 23, 12);
const at = (minutes: number): number => startMs + minutes * minuteMs;
const delayMs = 90_000;
const refreshMs = 5 * minuteMs;

const click = (userId: string, articleId: string, minutes: number): ServedClick => {
  return { userId, articleId, occurredAtMs: at(minutes), deliveredAtMs: at(minutes) + delayMs };
};

const options: AsServedOptions = {
  settings: defaultFreshSettings,
  refreshMs,
  judgedFromMs: at(0) - 1,
  listsFromMs: at(-60),
  nightly: [],
};

function momentsOf(clicks: readonly ServedClick[], given: Partial<AsServedOptions> = {}): ServedMoment[] {
  const replay = new AsServedReplay({ ...options, ...given });
  const moments: ServedMoment[] = [];
  for (const one of clicks) {
    replay.play(one, (moment) =>
      moments.push({ ...moment, input: { ...moment.input, excluded: new Set(moment.input.excluded) } }),
    );
  }
  return moments;
}

describe('the replay', () => {
  it('meets a click with what had been delivered at the last beat, and with no more', () => {
    const moments = momentsOf([
      click('r', 'early', -2.6), // delivered a moment before -1
      click('s', 'early', 3.4), // delivered at 4.9
      click('t', 'late', 3.6), // delivered at 5.1, after the beat of 5
      click('u', 'x', 6),
      click('v', 'y', 10),
    ]);
    const known = moments.map(({ click: { occurredAtMs }, input }) => [
      (occurredAtMs - startMs) / minuteMs,
      input.popular?.articles,
    ]);
    expect(known).toEqual([
      [3.4, ['early']],
      [3.6, ['early']],
      [6, ['early']],
      [10, ['early', 'x', 'late']],
    ]);
  });

  it('tells a first click from a next one, and what the reader has read', () => {
    const moments = momentsOf([
      click('r', 'a', -50),
      click('r', 'b', 1),
      click('r', 'c', 20),
      click('r', 'a', 30),
      click('r', 'd', 45),
      click('r', 'e', 75),
    ]);
    const told = moments.map(({ kind, click: { articleId }, input }) => [
      articleId,
      kind,
      input.visit,
      [...input.excluded],
    ]);
    expect(told).toEqual([
      ['b', 'first', [], ['a']],
      ['c', 'next', ['b'], ['a', 'b']],
      // 'a' had been read: not judged, but it is the open article for the next.
      ['d', 'next', ['a', 'c', 'b'], ['a', 'b', 'c']],
      ['e', 'first', [], ['a', 'b', 'c', 'd']],
    ]);
  });

  it('knows an article from the beat on that follows its delivery', () => {
    const moments = momentsOf([click('r', 'a', 0), click('s', 'a', 4), click('t', 'a', 6)]);
    expect(moments.map(({ known }) => known)).toEqual([false, false, true]);
  });

  it('serves a nightly set from its publish on', () => {
    const set = {
      learnedUntilMs: at(-30),
      servedFromMs: at(10),
      popular: ['p'],
      listOf: (userId: string) => (userId === 's' ? ['q'] : undefined),
    };
    const moments = momentsOf([click('r', 'a', 9), click('r', 'b', 10), click('s', 'a', 11)], { nightly: [set] });
    expect(moments.map(({ input: { nightlyPopular, personal } }) => [nightlyPopular, personal])).toEqual([
      [undefined, undefined],
      [['p'], undefined],
      [['p'], ['q']],
    ]);
    const [, , last] = moments;
    const settings = { weights: defaultBlendWeights, column: 0 };
    expect(last && listOf('nightlyPersonal', last, settings)).toEqual(['q', 'p']);
    expect(last && listOf('nightlyPopular', last, settings)).toEqual(['p']);
  });
});

describe('a look ahead is caught', () => {
  it('where a click was delivered before it happened', () => {
    const leak: ServedClick = { ...click('s', 'b', 12), deliveredAtMs: at(9) };
    expect(() => momentsOf([click('r', 'a', 1), leak, click('t', 'b', 13)])).toThrow(LookAhead);
    expect(() => momentsOf([click('r', 'a', 1), leak])).toThrow('before it happened');
  });

  it('where a click of the future is played early', () => {
    expect(() => momentsOf([click('r', 'a', 1), click('s', 'b', 20), click('t', 'b', 13)])).toThrow(LookAhead);
  });

  it('where a nightly set has learned from what came after its publish', () => {
    const set = { learnedUntilMs: at(11), servedFromMs: at(10), popular: [], listOf: () => undefined };
    expect(() => momentsOf([], { nightly: [set] })).toThrow(LookAhead);
  });
});

describe('the lists of a replay', () => {
  const next = randomNumbers(seededState(11));
  const clicks = Array.from({ length: 3000 }, () => {
    // A few favourites and a tail, over four hours.
    const article = Math.floor((next() % 1000) ** 2 / 40_000);
    return click(`r${next() % 500}`, `a${article}`, -60 + (next() % 18_000) / 75);
  }).toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.userId < b.userId ? -1 : 1));
  const moments = momentsOf(clicks);
  const sampled = moments.filter((_, index) => index % 61 === 0);

  /** What a beat knows, each reader once for an article. */
  function countedAt(beatMs: number): ServedClick[] {
    const counted: ServedClick[] = [];
    for (const one of clicks) {
      if (one.deliveredAtMs > beatMs) continue;
      const before = counted.find(({ userId, articleId }) => userId === one.userId && articleId === one.articleId);
      if (before === undefined) counted.push(one);
    }
    return counted;
  }

  it('are those that a naive second implementation makes from the delivered clicks', () => {
    expect(sampled.length).toBeGreaterThan(20);
    for (const { click: judged, input, popularHour } of sampled) {
      const beatMs = Math.floor(judged.occurredAtMs / refreshMs) * refreshMs;
      // Within the window of two hours a reader counts once; the first two hours suffice.
      if (beatMs > at(55)) continue;
      const counted = countedAt(beatMs);
      const weight = (one: ServedClick, halfLife: number) => 2 ** -((beatMs - one.occurredAtMs) / minuteMs / halfLife);
      const total = counted.reduce((sum, one) => sum + weight(one, 15), 0);
      const { popular } = input;
      const shares = popular === undefined ? [] : sharesOfAll(popular, 2);
      for (const [place, article] of popular?.articles.entries() ?? []) {
        const own = counted.filter(({ articleId }) => articleId === article);
        const expected = own.reduce((sum, one) => sum + weight(one, 15), 0) / total;
        expect(Math.abs((shares[place] ?? 0) - expected)).toBeLessThan(1e-4);
      }
      const lastHour = clicks.filter(
        ({ deliveredAtMs, occurredAtMs }) => deliveredAtMs <= beatMs && occurredAtMs > beatMs - 60 * minuteMs,
      );
      const clicksOf = (article: string | undefined) => lastHour.filter((one) => one.articleId === article).length;
      expect(new Set(popularHour)).toEqual(new Set(lastHour.map(({ articleId }) => articleId)));
      expect(popularHour.map(clicksOf)).toEqual(popularHour.map(clicksOf).toSorted((a, b) => b - a));
    }
  });

  it('hold what was opened after the open article, by pairs counted one by one', () => {
    const { pairDistance, earlierArticleShare, nextHalfLifeMinutes, halfTrustedClicks } = defaultFreshSettings;
    let compared = 0;
    for (const { click: judged, input } of moments) {
      const beatMs = Math.floor(judged.occurredAtMs / refreshMs) * refreshMs;
      const [open] = input.visit;
      const list = open === undefined ? undefined : input.next.get(open);
      if (list === undefined || beatMs > at(55)) continue;
      const counted = countedAt(beatMs);
      const weights = new Map<string, number>();
      for (const one of counted) {
        if (one.articleId !== open) continue;
        const visit = visitAfter(counted, one);
        for (const [distance, later] of visit.slice(0, pairDistance).entries()) {
          const age = (beatMs - later.occurredAtMs) / minuteMs;
          const weight = earlierArticleShare ** distance * 2 ** (-age / nextHalfLifeMinutes);
          weights.set(later.articleId, (weights.get(later.articleId) ?? 0) + weight);
        }
      }
      const support = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
      for (const [place, article] of list.articles.entries()) {
        const expected = (weights.get(article) ?? 0) / (support + halfTrustedClicks);
        expect(Math.abs((list.scores[place] ?? 0) - expected)).toBeLessThan(0.001);
        compared += 1;
      }
      if (compared > 300) break;
    }
    expect(compared).toBeGreaterThan(100);
  });

  /** The reader's clicks after one of them, in the same visit. */
  function visitAfter(counted: readonly ServedClick[], from: ServedClick): ServedClick[] {
    const own = counted
      .filter(({ userId, occurredAtMs }) => userId === from.userId && occurredAtMs >= from.occurredAtMs)
      .toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.articleId < b.articleId ? -1 : 1));
    const after = own.slice(own.indexOf(from) + 1);
    let lastMs = from.occurredAtMs;
    const ends = after.findIndex(({ occurredAtMs }) => {
      const isOther = occurredAtMs - lastMs >= defaultFreshSettings.visitGapMinutes * minuteMs;
      lastMs = occurredAtMs;
      return isOther;
    });
    return ends < 0 ? after : after.slice(0, ends);
  }
});

describe('the quality of a list for one click', () => {
  it.each([
    [0, 1, 1],
    [1, 1, 0.630_93],
    [9, 1, 0.289_06],
    [10, 0, 0],
  ])('with the article at place %i is hit %d and NDCG %d', (place, hitAt10, ndcgAt10) => {
    const list = Array.from({ length: 11 }, (_, other) => `a${other}`);
    const quality = clickQuality(list, `a${place}`);
    expect(quality.hitAt10).toBe(hitAt10);
    expect(quality.ndcgAt10).toBeCloseTo(ndcgAt10, 4);
  });
});
