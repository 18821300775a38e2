import { createFrontPages, type FrontPagesOptions } from '../../src/serving/frontPages';
import { ampleMs, FakeReader, patientRule } from './fakeReader';

const v1 = '2026-11-22.01';
const v2 = '2026-11-23.01';
const ten = { limit: 10, exclude: new Set<string>() };

function setUp(options: Partial<FrontPagesOptions> = {}) {
  const reader = new FakeReader();
  reader.version = v1;
  reader.put('popular', v1, 'p1 p2 p3');
  reader.put('r1', v1, 'a1 a2 p1');
  const clock = { nowMs: Date.parse('2026-11-23T06:00:00Z') };
  const failures: unknown[] = [];
  const circuitStates: string[] = [];
  const frontPages = createFrontPages({
    reader,
    pointerCacheSeconds: 5,
    budgetMs: ampleMs,
    circuitRule: patientRule,
    staticArticles: [],
    onFailure: (error) => failures.push(error),
    onCircuitChange: (state) => circuitStates.push(state),
    now: () => clock.nowMs,
    ...options,
  });
  return { reader, clock, failures, circuitStates, frontPages };
}

describe('the front page of a reader', () => {
  it('is the personal list, filled up from the popular list without repeats', async () => {
    const { frontPages } = setUp();
    expect(await frontPages.forReader('r1', ten)).toEqual({
      version: v1,
      tier: 'personal',
      articles: ['a1', 'a2', 'p1', 'p2', 'p3'],
      degraded: false,
    });
  });

  it('is filled up when exclusions shorten the personal list', async () => {
    const { frontPages } = setUp();
    const page = await frontPages.forReader('r1', { limit: 3, exclude: new Set(['a1', 'p2']) });
    expect(page).toMatchObject({ tier: 'personal', articles: ['a2', 'p1', 'p3'] });
  });

  it('is of tier popular when no personal article is left after exclusions', async () => {
    const { frontPages } = setUp();
    const page = await frontPages.forReader('r1', { limit: 3, exclude: new Set(['a1', 'a2', 'p1']) });
    expect(page).toMatchObject({ tier: 'popular', articles: ['p2', 'p3'] });
  });

  it('is the popular list for an unknown reader', async () => {
    const { frontPages } = setUp();
    expect(await frontPages.forReader('nobody', ten)).toMatchObject({ tier: 'popular', articles: ['p1', 'p2', 'p3'] });
  });

  it('takes no notice of a personal list that has expired but is still stored', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('r1', v1, 'a1', clock.nowMs / 1000);
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ tier: 'popular' });
    reader.put('r1', v1, 'a1', clock.nowMs / 1000 + 1);
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ tier: 'personal' });
  });

  it('cannot be served from an expired popular list alone', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('popular', v1, 'p1', clock.nowMs / 1000);
    await expect(frontPages.forReader('nobody', ten)).rejects.toThrow(`version ${v1} has no popular list`);
  });

  it('reads the popular list once for a version, also for many readers at once', async () => {
    const { frontPages, reader } = setUp();
    await Promise.all(['r1', 'r2', 'r3'].map((id) => frontPages.forReader(id, ten)));
    await frontPages.forReader('r4', ten);
    expect(reader.timesAsked('popular')).toBe(1);
    expect(reader.timesAsked('live')).toBe(1);
  });

  it('comes from the new version once the cached pointer has run out, and not before', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    reader.put('r1', v2, 'b1');
    clock.nowMs += 4_999;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({
      version: v1,
      articles: ['a1', 'a2', 'p1', 'p2', 'p3'],
    });
    clock.nowMs += 1;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v2, articles: ['b1', 'q1'] });
  });

  it('is refused before the first publish, and served right after it', async () => {
    const { frontPages, reader } = setUp();
    reader.version = undefined;
    await expect(frontPages.forReader('r1', ten)).rejects.toThrow('no recommendation set has been published yet');
    reader.version = v1;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ tier: 'personal' });
  });
});

describe('the front page of a reader while a set is published', () => {
  it('is of the version before until the popular list of the new one is known, and then of the new one alone', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    reader.put('r1', v2, 'b1');
    clock.nowMs += 5_000;
    reader.failing.add('popular');
    expect(await frontPages.forReader('r1', ten)).toEqual({
      version: v1,
      tier: 'personal',
      articles: ['a1', 'a2', 'p1', 'p2', 'p3'],
      degraded: true,
    });
    reader.failing.clear();
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toEqual({
      version: v2,
      tier: 'personal',
      articles: ['b1', 'q1'],
      degraded: false,
    });
  });

  it('keeps the version it was begun with when another is published before its list is read', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r2', ten);
    const release = reader.hold('r1');
    const slow = frontPages.forReader('r1', ten);
    await new Promise((resolve) => setImmediate(resolve));
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    reader.put('r1', v2, 'b1');
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r2', ten)).toMatchObject({ version: v2, articles: ['q1'] });
    release();
    expect(await slow).toMatchObject({ version: v1, articles: ['a1', 'a2', 'p1', 'p2', 'p3'] });
  });

  it('is not turned back by a slow look at the pointer, which many requests wait for together', async () => {
    const { frontPages, reader, clock } = setUp({ budgetMs: 1 });
    await frontPages.warmUp(ampleMs);
    clock.nowMs += 5_000;
    const release = reader.hold('live');
    const waiting = ['r1', 'r2', 'r3'].map((id) => frontPages.forReader(id, ten));
    expect((await Promise.all(waiting)).map(({ version, degraded }) => [version, degraded])).toEqual(
      waiting.map(() => [v1, true]),
    );
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    clock.nowMs += 5_000;
    const joined = frontPages.forReader('r1', ten);
    expect(reader.timesAsked('live')).toBe(2);
    release();
    expect(await joined).toMatchObject({ version: v1 });
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v2, degraded: false });
  });

  it('follows a rollback', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v2 });
    reader.version = v1;
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v1, tier: 'personal', degraded: false });
  });
});

describe('the front page of a reader while the table fails', () => {
  it('is the last popular list, marked as degraded', async () => {
    const { frontPages, reader, failures } = setUp();
    await frontPages.forReader('r1', ten);
    reader.failing.add('r1');
    expect(await frontPages.forReader('r1', ten)).toEqual({
      version: v1,
      tier: 'popular',
      articles: ['p1', 'p2', 'p3'],
      degraded: true,
    });
    expect(failures).toEqual([new Error('no answer to r1')]);
  });

  it('is the popular list of the same version when the reader is not answered after a publish', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    clock.nowMs += 5_000;
    reader.failing.add('r1');
    const page = await frontPages.forReader('r1', ten);
    expect(page).toEqual({ version: v2, tier: 'popular', articles: ['q1'], degraded: true });
  });

  it('is the popular list, marked as degraded, when the table does not answer within the budget', async () => {
    const { frontPages, reader } = setUp({ budgetMs: 1 });
    await frontPages.warmUp(ampleMs);
    const release = reader.hold('r1');
    const page = await frontPages.forReader('r1', ten);
    expect(page).toEqual({ version: v1, tier: 'popular', articles: ['p1', 'p2', 'p3'], degraded: true });
    release();
  });

  it('is served without the table while that failed too often, and by single reads until it has recovered', async () => {
    const { frontPages, reader, clock, circuitStates } = setUp({
      circuitRule: { ...patientRule, minCalls: 2, probes: 2 },
    });
    reader.failing.add('r1');
    for (let request = 0; request < 4; request++) {
      expect(await frontPages.forReader('r1', ten)).toMatchObject({ tier: 'popular', degraded: true });
    }
    expect(reader.timesAsked('r1')).toBe(2);

    reader.failing.clear();
    clock.nowMs += 1000;
    const release = reader.hold('r1');
    const probe = frontPages.forReader('r1', ten);
    const beside = await frontPages.forReader('r1', ten);
    release();
    expect([(await probe).tier, beside.tier, beside.degraded]).toEqual(['personal', 'popular', true]);
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ tier: 'personal', degraded: false });
    expect(circuitStates).toEqual(['open', 'half-open', 'closed']);
  });

  it('comes from the last known pointer, marked as degraded, without asking again for each reader', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    clock.nowMs += 60_000;
    reader.failing.add('live');
    const pages = [await frontPages.forReader('r1', ten), await frontPages.forReader('r1', ten)];
    expect(pages.map((page) => [page.tier, page.degraded])).toEqual([
      ['personal', true],
      ['personal', true],
    ]);
    expect(reader.timesAsked('live')).toBe(2);

    reader.failing.clear();
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ degraded: false });
  });

  it('is refused with the cause when nothing is known yet', async () => {
    const { frontPages, reader } = setUp();
    reader.failing.add('*');
    await expect(frontPages.forReader('r1', ten)).rejects.toMatchObject({
      name: 'RecommendationsUnavailable',
      message: 'the recommendation table does not answer, and nothing is known without it',
      cause: new Error('no answer to live'),
    });
    reader.failing = new Set(['popular']);
    await expect(frontPages.forReader('r1', ten)).rejects.toMatchObject({ cause: new Error('no answer to popular') });
  });

  it('is the static list, of no version, when nothing else is known', async () => {
    const { frontPages, reader } = setUp({ staticArticles: ['s1', 's2', 's3'] });
    reader.failing.add('*');
    const down = await frontPages.forReader('r1', { limit: 2, exclude: new Set(['s1']) });
    expect(down).toEqual({ version: null, tier: 'static', articles: ['s2', 's3'], degraded: true });
    reader.failing.clear();
    reader.version = undefined;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: null, tier: 'static', degraded: false });
    reader.version = v1;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v1, tier: 'personal' });
  });
});

describe('the front page of a section', () => {
  it('is the list of the section, read once for a version', async () => {
    const { frontPages, reader } = setUp();
    reader.put('section sport', v1, 's1 s2 s3');
    const page = await frontPages.forSection('sport', { limit: 2, exclude: new Set(['s1']) });
    expect(page).toEqual({ version: v1, tier: 'popular', articles: ['s2', 's3'], degraded: false });
    await frontPages.forSection('sport', ten);
    expect(reader.timesAsked('section sport')).toBe(1);
  });

  it('is absent for a section that the version does not have or that has expired', async () => {
    const { frontPages, reader } = setUp();
    reader.put('section old', v1, 's1', 1);
    expect(await frontPages.forSection('gardening', ten)).toBeUndefined();
    expect(await frontPages.forSection('old', ten)).toBeUndefined();
  });

  it('is of the new version after a publish, without having been asked for in between', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('section sport', v1, 's1');
    reader.put('section gone', v1, 'g1');
    await frontPages.forSection('sport', ten);
    await frontPages.forSection('gone', ten);
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    reader.put('section sport', v2, 't1');
    clock.nowMs += 5_000;
    await frontPages.forReader('r1', ten);
    reader.failing.add('*');
    expect(await frontPages.forSection('sport', ten)).toMatchObject({ version: v2, articles: ['t1'], degraded: false });
    reader.failing.clear();
    expect(await frontPages.forSection('gone', ten)).toBeUndefined();
  });

  it('is the last known list, marked as degraded, while the table fails, and refused where none is known', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('section sport', v1, 's1');
    await frontPages.forSection('sport', ten);
    clock.nowMs += 5_000;
    reader.failing.add('*');
    const page = await frontPages.forSection('sport', ten);
    expect(page).toEqual({ version: v1, tier: 'popular', articles: ['s1'], degraded: true });
    await expect(frontPages.forSection('world', ten)).rejects.toThrow('does not answer');
  });
});
