import { createFrontPages } from '../../src/serving/frontPages';
import { FakeReader } from './fakeReader';

const v1 = '2026-11-22.01';
const v2 = '2026-11-23.01';
const ten = { limit: 10, exclude: new Set<string>() };

function setUp(version: string | undefined = v1) {
  const reader = new FakeReader();
  reader.version = version;
  reader.put('popular', v1, 'p1 p2 p3');
  reader.put('r1', v1, 'a1 a2 p1');
  const clock = { nowMs: Date.parse('2026-11-23T06:00:00Z') };
  const failures: unknown[] = [];
  const frontPages = createFrontPages({
    reader,
    pointerCacheSeconds: 5,
    onFailure: (error) => failures.push(error),
    now: () => clock.nowMs,
  });
  return { reader, clock, failures, frontPages };
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

  it('is the popular list of the version before when that of the new version cannot be read', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    reader.version = v2;
    clock.nowMs += 5_000;
    reader.failing.add('popular').add('r1');
    const page = await frontPages.forReader('r1', ten);
    expect(page).toMatchObject({ version: v1, tier: 'popular', articles: ['p1', 'p2', 'p3'], degraded: true });
  });

  it('is the personal list, marked as degraded, when only the popular list cannot be read', async () => {
    const { frontPages, reader } = setUp();
    reader.failing.add('popular');
    const page = await frontPages.forReader('r1', ten);
    expect(page).toEqual({ version: v1, tier: 'personal', articles: ['a1', 'a2', 'p1'], degraded: true });
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
    reader.failing = new Set(['r1', 'popular']);
    await expect(frontPages.forReader('r1', ten)).rejects.toMatchObject({ cause: new Error('no answer to r1') });
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

  it('is the last known list, marked as degraded, while the table fails, and refused where none is known', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('section sport', v1, 's1');
    await frontPages.forSection('sport', ten);
    reader.version = v2;
    clock.nowMs += 5_000;
    reader.failing.add('section sport').add('section world');
    const page = await frontPages.forSection('sport', ten);
    expect(page).toEqual({ version: v1, tier: 'popular', articles: ['s1'], degraded: true });
    await expect(frontPages.forSection('world', ten)).rejects.toThrow('does not answer');
  });
});
