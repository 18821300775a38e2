import { minuteMs } from '../../src/domain/durations';
import type { FreshLists } from '../../src/domain/freshLists';
import { sharesOfAll } from '../../src/domain/freshLists';
import { defaultFreshSettings, type FreshSettings } from '../../src/domain/freshSettings';
import { type FreshClick, FreshState } from '../../src/domain/freshState';
import { InvalidFreshState } from '../../src/domain/freshStateFile';
import { randomNumbers, seededState } from '../../src/domain/random';

const startMs = Date.UTC(2026, 10, 23, 12);
const at = (minutes: number): number => startMs + minutes * minuteMs;
const click = (userId: string, articleId: string, minutes: number): FreshClick => {
  return { userId, articleId, occurredAtMs: at(minutes) };
};

/** Counts and prunes as one beat does. */
function beat(state: FreshState, minutes: number, clicks: readonly FreshClick[]): void {
  for (const one of clicks) state.count(one, at(minutes));
  state.prune(at(minutes));
}

function traffic(count: number, minutes: number, settings = { readers: 40, articles: 12 }): FreshClick[] {
  const next = randomNumbers(seededState(7));
  return Array.from({ length: count }, () =>
    click(`r${next() % settings.readers}`, `a${next() % settings.articles}`, (next() % (minutes * 60)) / 60),
  );
}

const pairsOf = (lists: FreshLists) => [...lists.next].map(([article, { articles }]) => [article, articles]);

describe('the fresh state', () => {
  it('gives the same bytes and lists in whatever order the clicks of two hours come', () => {
    const clicks = traffic(600, 110);
    const inOrder = FreshState.empty(defaultFreshSettings);
    const backwards = FreshState.empty(defaultFreshSettings);
    beat(inOrder, 110, clicks);
    beat(backwards, 55, []);
    beat(backwards, 110, clicks.toReversed());
    expect(backwards.lists(at(111))).toEqual(inOrder.lists(at(111)));
    beat(inOrder, 300, []);
    beat(backwards, 300, []);
    expect(backwards.write().equals(inOrder.write())).toBe(true);
  });

  it('is changed by nothing that is counted again within the window', () => {
    const clicks = traffic(300, 60);
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 60, clicks);
    const before = state.write();
    const outcomes = new Set(clicks.map((one) => state.count(one, at(65))));
    expect([...outcomes].toSorted()).toEqual(['duplicate', 'repeated']);
    expect(state.write().equals(before)).toBe(true);
  });

  it('counts a reader once for an article, at the earliest time', () => {
    const state = FreshState.empty(defaultFreshSettings);
    expect(state.count(click('r', 'a', 10), at(15))).toBe('counted');
    expect(state.count(click('r', 'a', 10), at(15))).toBe('duplicate');
    expect(state.count(click('r', 'a', 4), at(15))).toBe('repeated');
    const once = FreshState.empty(defaultFreshSettings);
    once.count(click('r', 'a', 4), at(15));
    expect(state.lists(at(20))).toEqual(once.lists(at(20)));
  });

  it('counts nothing from before the window, and nothing dated ahead', () => {
    const state = FreshState.empty(defaultFreshSettings);
    expect(state.count(click('r', 'a', -121), at(0))).toBe('too old');
    expect(state.count(click('r', 'a', 6), at(0))).toBe('ahead');
    expect(state.size.clicks).toBe(0);
  });

  it('does not count a click again after its visit was folded, not even when told an earlier time', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 1, [click('r', 'a', 0)]);
    beat(state, 200, []);
    expect(state.size.clicks).toBe(0);
    expect(state.count(click('r', 'a', 0), at(1))).toBe('too old');
  });

  it('keeps weights over the window: a fold changes no share', () => {
    const clicks = traffic(300, 60);
    const folded = FreshState.empty(defaultFreshSettings);
    const wide = FreshState.empty({ ...defaultFreshSettings, windowMinutes: 600 });
    beat(folded, 60, clicks);
    beat(wide, 60, clicks);
    beat(folded, 250, []);
    beat(wide, 250, []);
    expect(folded.size.clicks).toBe(0);
    expect(wide.size.clicks).toBeGreaterThan(200);
    const [a, b] = [folded.lists(at(251)), wide.lists(at(251))];
    expect(pairsOf(a)).toEqual(pairsOf(b));
    for (const [place, share] of sharesOfAll(a.popular, 3).entries()) {
      expect(share).toBeCloseTo(sharesOfAll(b.popular, 3)[place] ?? 0, 9);
    }
  });

  it('finds what is opened next in a visit also when the earlier click comes later', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 10, [click('r', 'b', 8), click('s', 'c', 9)]);
    beat(state, 15, [click('r', 'a', 5), click('s', 'a', -40)]);
    const { next, popular } = state.lists(at(15));
    expect([...next.keys()]).toEqual(['a']);
    expect(next.get('a')?.articles).toEqual(['b']);
    // b went on with a visit; a and c began one.
    expect(popular.next[popular.articles.indexOf('b')]?.[0]).toBeCloseTo(1, 9);
    expect(popular.first[popular.articles.indexOf('b')]?.[0]).toBe(0);
  });

  it('decays each half-life at its own pace', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 60, [click('r', 'old', 0), click('s', 'old', 0), click('t', 'old', 0), click('u', 'new', 60)]);
    const { popular } = state.lists(at(60));
    const [oldAt, newAt] = [popular.articles.indexOf('old'), popular.articles.indexOf('new')];
    // 3 clicks after one half-life of 60 minutes weigh 1.5 against 1; after 30 of 2 minutes next to nothing.
    expect(popular.first[oldAt]?.[3]).toBeCloseTo(0.6, 9);
    expect(popular.first[newAt]?.[0]).toBeCloseTo(1, 6);
    expect(popular.ages[oldAt]).toBe(60);
  });

  it('ranks sections apart, and moves no article for one wrong click', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 5, [
      { ...click('r', 'a', 1), section: 'sport' },
      { ...click('s', 'a', 2), section: 'sport' },
      { ...click('t', 'a', 3), section: 'politics' },
      { ...click('u', 'b', 4), section: 'politics' },
    ]);
    const { sections } = state.lists(at(5));
    expect(sections.get('sport')?.articles).toEqual(['a']);
    expect(sections.get('politics')?.articles).toEqual(['b']);
  });

  it('forgets the clicks of a reader', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 5, [click('r', 'a', 1), click('s', 'b', 2)]);
    expect(state.forget('r')).toBe(true);
    expect(state.forget('r')).toBe(false);
    expect(state.lists(at(5)).popular.articles).toEqual(['b']);
    expect(state.size).toEqual({ readers: 1, clicks: 1, articles: 2, countedOneIn: 1 });
  });
});

describe('influence', () => {
  const honest = traffic(1900, 30, { readers: 700, articles: 60 });
  // 5 % of all clicks, from five readers.
  const fake = Array.from({ length: 100 }, (_, number) => click(`bot${number % 5}`, 'fake', (number * 30) / 100));
  const rankOf = (articles: readonly string[], article: string) => articles.indexOf(article) + 1;

  it('of 5 % fake clicks from few readers makes no headline, where counting clicks alone makes it the first', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 30, [...honest, ...fake]);
    const uncapped = new Map<string, number>();
    for (const { articleId, occurredAtMs } of [...honest, ...fake]) {
      const weight = 2 ** ((occurredAtMs - at(30)) / minuteMs / defaultFreshSettings.rankHalfLifeMinutes);
      uncapped.set(articleId, (uncapped.get(articleId) ?? 0) + weight);
    }
    const byClicks = [...uncapped].toSorted(([, a], [, b]) => b - a).map(([article]) => article);
    expect(rankOf(byClicks, 'fake')).toBe(1);
    expect(rankOf(state.lists(at(30)).popular.articles, 'fake')).toBeGreaterThan(50);
  });

  it('of a reader is bounded in an hour, over all articles', () => {
    const state = FreshState.empty(defaultFreshSettings);
    const outcomes = Array.from({ length: 100 }, (_, number) =>
      state.count(click('bot', `a${number}`, number / 2), at(55)),
    );
    expect(outcomes.filter((outcome) => outcome === 'counted')).toHaveLength(
      defaultFreshSettings.maxClicksPerReaderHour,
    );
    expect(state.count(click('reader', 'a99', 50), at(55))).toBe('counted');
  });
});

describe('memory', () => {
  it('is bounded by counting every second reader, and shares stay what they were', () => {
    const clicks = traffic(30_000, 60, { readers: 9000, articles: 5 }).map((one, number) =>
      number % 3 === 0 ? { ...one, articleId: 'a0' } : one,
    );
    const whole = FreshState.empty(defaultFreshSettings);
    const sampled = FreshState.empty({ ...defaultFreshSettings, maxReaders: 2000 });
    beat(whole, 60, clicks);
    beat(sampled, 60, clicks);
    expect(sampled.size.countedOneIn).toBe(8);
    expect(sampled.size.readers).toBeLessThanOrEqual(2000);
    const [a, b] = [whole.lists(at(60)).popular, sampled.lists(at(60)).popular];
    expect(b.articles[0]).toBe('a0');
    expect(Math.abs((sharesOfAll(b, 3)[0] ?? 0) - (sharesOfAll(a, 3)[0] ?? 0))).toBeLessThan(0.05);
    beat(sampled, 300, []);
    expect(sampled.size.countedOneIn).toBe(4);
  });

  it('loses made-up articles before read ones', () => {
    const settings: FreshSettings = { ...defaultFreshSettings, maxArticles: 100 };
    const state = FreshState.empty(settings);
    const real = traffic(500, 60, { readers: 100, articles: 20 });
    const madeUp = Array.from({ length: 2000 }, (_, number) => click(`bot${number}`, `x${number}`, number / 50));
    beat(state, 60, [...real, ...madeUp]);
    expect(state.size.articles).toBeLessThanOrEqual(100);
    const listed = new Set(state.lists(at(60)).popular.articles);
    expect(Array.from({ length: 20 }, (_, number) => listed.has(`a${number}`))).not.toContain(false);
  });

  it('forgets articles that nobody reads any more', () => {
    const state = FreshState.empty(defaultFreshSettings);
    beat(state, 30, traffic(200, 30));
    for (let hours = 1; hours < 30; hours++) beat(state, 30 + hours * 60, []);
    expect(state.size).toEqual({ readers: 0, clicks: 0, articles: 0, countedOneIn: 1 });
  });
});

describe('the bytes of a state', () => {
  const state = FreshState.empty(defaultFreshSettings);
  beat(state, 100, traffic(400, 100));
  beat(state, 190, traffic(100, 30));
  const bytes = state.write();

  it('bring back a state that goes on as the one that was written', () => {
    const again = FreshState.read(bytes, defaultFreshSettings);
    expect(again.size).toEqual(state.size);
    expect(again.lists(at(191))).toEqual(state.lists(at(191)));
    expect(again.write().equals(bytes)).toBe(true);
  });

  it('are refused when cut short, damaged, foreign, or of other settings', () => {
    const damaged = Buffer.from(bytes);
    damaged[bytes.length >> 1] = (damaged[bytes.length >> 1] ?? 0) ^ 1;
    expect(() => FreshState.read(bytes.subarray(0, -1), defaultFreshSettings)).toThrow('damaged or cut short');
    expect(() => FreshState.read(damaged, defaultFreshSettings)).toThrow('damaged or cut short');
    expect(() => FreshState.read(Buffer.from('{}'), defaultFreshSettings)).toThrow(InvalidFreshState);
    expect(() => FreshState.read(bytes, { ...defaultFreshSettings, visitGapMinutes: 20 })).toThrow('other settings');
  });
});
