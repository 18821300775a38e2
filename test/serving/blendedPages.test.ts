/** Pages in which fresh lists take part, and when they do not. What a blend makes of its lists is the domain's own test. */
import { type BlendInput, blend } from '../../src/domain/blend';
import { type BlendWeights, defaultBlendWeights } from '../../src/domain/blendWeights';
import { createFrontPages, type FrontPagesOptions } from '../../src/serving/frontPages';
import { ampleMs, FakeReader, patientRule, popularTable, scored } from './fakeReader';

const v1 = '2026-11-22.01';
const v2 = '2026-11-23.01';
const beatAtMs = Date.parse('2026-11-23T06:00:00Z');
const freshAt = '2026-11-23T06:00:00.000Z';
const stamp = { beat: 7, atMs: beatAtMs, expiresAt: 4_000_000_000 };
const ten = { limit: 10, exclude: new Set<string>(), visit: [] };
const nightly = { version: v1, tier: 'personal', articles: ['a1', 'a2', 'p1', 'p2', 'p3'], degraded: false };

function setUp(options: Partial<FrontPagesOptions> = {}) {
  const reader = new FakeReader();
  reader.version = v1;
  reader.put('popular', v1, 'p1 p2 p3');
  reader.put('r1', v1, 'a1 a2 p1');
  reader.put('section sport', v1, 's1 s2 s3');
  reader.popular = { list: popularTable('f1 f2 f3 f4'), ...stamp };
  reader.putFresh('next c1', 'n1 n2', stamp);
  reader.putFresh('next c2', 'n3 f4', stamp);
  reader.putFresh('next c3', 'n4', stamp);
  reader.putFresh('next c4', 'n5', stamp);
  reader.putFresh('fresh section sport', 'b1 s2', stamp);
  const clock = { nowMs: beatAtMs + 60_000 };
  const failures: unknown[] = [];
  const frontPages = createFrontPages({
    reader,
    pointerCacheSeconds: 5,
    budgetMs: ampleMs,
    circuitRule: patientRule,
    fresh: { cacheSeconds: 5, maxAgeSeconds: 900 },
    staticArticles: [],
    onFailure: (error) => failures.push(error),
    onCircuitChange: () => undefined,
    now: () => clock.nowMs,
    ...options,
  });
  return { reader, clock, failures, frontPages };
}

/** The articles and the tier that the domain's blend makes of these lists. */
function blended(input: Partial<BlendInput>, weights: BlendWeights = defaultBlendWeights) {
  const ranked = blend({ limit: 10, visit: [], next: new Map(), excluded: new Set(), ...input }, weights);
  return { articles: ranked.map(({ articleId }) => articleId), tier: ranked[0]?.tier };
}

const ofReader: Partial<BlendInput> = {
  popular: popularTable('f1 f2 f3 f4'),
  personal: ['a1', 'a2', 'p1'],
  nightlyPopular: ['p1', 'p2', 'p3'],
};

describe('the page of a reader while the fresh loop runs', () => {
  it('is a blend of the fresh list, the personal list and, to fill up, the popular list of the version', async () => {
    const { frontPages } = setUp();
    const page = await frontPages.forReader('r1', ten);
    expect(page).toEqual({ version: v1, ...blended(ofReader), freshAt, degraded: false });
    expect(new Set(page.articles)).toEqual(new Set(['f1', 'f2', 'f3', 'f4', 'a1', 'a2', 'p1', 'p2', 'p3']));
  });

  it('is a blend without a personal list for a reader who has none', async () => {
    const { frontPages } = setUp();
    const { personal: _none, ...lists } = ofReader;
    expect(await frontPages.forReader('nobody', ten)).toMatchObject({ ...blended(lists), tier: 'fresh', freshAt });
  });

  it('takes in the next list of the open article, and of none before it', async () => {
    const { frontPages, reader } = setUp();
    const visit = ['c1', 'c2', 'c3', 'c4'];
    const next = new Map([['c1', scored('n1 n2')]]);
    const page = await frontPages.forReader('r1', { ...ten, visit });
    expect(page).toMatchObject(blended({ ...ofReader, visit, next }));
    expect(page.articles).toContain('n1');
    expect(reader.asked.filter((name) => name.startsWith('next'))).toEqual(['next c1']);
  });

  it('leaves out what is excluded, from every list', async () => {
    const { frontPages } = setUp();
    const visit = ['c1'];
    const exclude = new Set(['f1', 'a1', 'p2', 'n1', 'c1']);
    const page = await frontPages.forReader('r1', { limit: 50, exclude, visit });
    expect(new Set(page.articles)).toEqual(new Set(['f2', 'f3', 'f4', 'a2', 'p1', 'p3', 'n2']));
  });

  it('is ranked by the weights that its version was published with', async () => {
    const { frontPages, reader, clock } = setUp();
    const own = { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, personal: 50 } };
    reader.weights.set(v2, own);
    const expected = blended(ofReader, own);
    expect(expected.articles).not.toEqual(blended(ofReader).articles);
    expect(await frontPages.forReader('r1', ten)).toMatchObject(blended(ofReader));
    reader.version = v2;
    reader.put('popular', v2, 'p1 p2 p3');
    reader.put('r1', v2, 'a1 a2 p1');
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v2, ...expected });
    expect(reader.timesAsked('weights')).toBe(2);
  });

  it('is ranked by default weights where those of the version cannot be read, which is told once', async () => {
    const { frontPages, reader, failures, clock } = setUp();
    reader.unreadable.add('weights');
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ ...blended(ofReader), degraded: false });
    clock.nowMs += 5_000;
    await frontPages.forReader('r1', ten);
    expect(failures).toMatchObject([{ message: 'weights cannot be read' }]);
  });

  it('is of the version before until the weights of the new one are known', async () => {
    const { frontPages, reader, clock } = setUp();
    await frontPages.forReader('r1', ten);
    reader.version = v2;
    reader.put('popular', v2, 'q1');
    reader.failing.add('weights');
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v1, degraded: true });
    reader.failing.clear();
    clock.nowMs += 5_000;
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ version: v2, degraded: false });
  });

  it('reads the personal list and the next lists at once', async () => {
    const { frontPages, reader } = setUp();
    await frontPages.warmUp(ampleMs);
    const release = reader.hold('r1');
    const page = frontPages.forReader('r1', { ...ten, visit: ['c1'] });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.asked.slice(-2)).toEqual(['r1', 'next c1']);
    release();
    expect(await page).toMatchObject({ degraded: false });
  });

  it('is made of the fresh lists alone, of no version, before the first publish', async () => {
    const { frontPages, reader } = setUp();
    reader.version = undefined;
    expect(await frontPages.forReader('r1', ten)).toEqual({
      version: null,
      ...blended({ popular: popularTable('f1 f2 f3 f4') }),
      freshAt,
      degraded: false,
    });
  });

  it('is blended without the personal list, marked as degraded, when the table does not give that', async () => {
    const { frontPages, reader } = setUp();
    const { personal: _none, ...lists } = ofReader;
    reader.failing.add('r1');
    expect(await frontPages.forReader('r1', ten)).toEqual({ version: v1, ...blended(lists), freshAt, degraded: true });
  });
});

describe('the page of a reader without fresh lists', () => {
  it.each<[string, (reader: FakeReader) => void]>([
    ['was never published', (reader) => (reader.popular = undefined)],
    [
      'has expired',
      (reader) => (reader.popular = { list: popularTable('f1'), ...stamp, expiresAt: beatAtMs / 1000 + 60 }),
    ],
    [
      'is older than it may be',
      (reader) => (reader.popular = { list: popularTable('f1'), ...stamp, atMs: beatAtMs - 840_000 }),
    ],
    ['has no article', (reader) => (reader.popular = { list: popularTable(''), ...stamp })],
    ['cannot be read', (reader) => reader.unreadable.add('fresh popular')],
    ['is not given by the table', (reader) => reader.failing.add('fresh popular')],
  ])(
    'is the personal list and then the popular list when the fresh one %s, and no next list is read',
    async (_what, change) => {
      const { frontPages, reader } = setUp();
      change(reader);
      expect(await frontPages.forReader('r1', { ...ten, visit: ['c1'] })).toEqual(nightly);
      expect(await frontPages.forReader('r1', { ...ten, visit: ['c2'] })).toEqual(nightly);
      expect(reader.asked).not.toContain('next c2');
    },
  );

  it('reads nothing of the fresh loop where that is switched off', async () => {
    const { frontPages, reader } = setUp({ fresh: { cacheSeconds: 5, maxAgeSeconds: 0 } });
    expect(await frontPages.forReader('r1', { ...ten, visit: ['c1'] })).toEqual(nightly);
    expect(reader.asked.filter((name) => /fresh|next/.test(name))).toEqual([]);
  });

  it('tells of a fresh list that cannot be read', async () => {
    const { frontPages, reader, failures } = setUp();
    reader.unreadable.add('fresh popular');
    await frontPages.forReader('r1', ten);
    expect(failures).toMatchObject([{ name: 'UnreadableItem' }]);
  });

  it('does not wait for a slow fresh list longer than the budget, and not again at once', async () => {
    const { frontPages, reader, clock } = setUp({ budgetMs: 1 });
    await frontPages.warmUp(ampleMs);
    clock.nowMs += 900_000;
    const release = reader.hold('fresh popular');
    const pages = [await frontPages.forReader('r1', ten), await frontPages.forReader('r1', ten)];
    expect(pages.map(({ freshAt: at }) => at)).toEqual([undefined, undefined]);
    expect(reader.timesAsked('fresh popular')).toBe(2);
    release();
  });
});

describe('the page of a reader while next lists do not come', () => {
  it.each<[string, (reader: FakeReader) => unknown]>([
    ['fail', (reader) => reader.failing.add('next c1')],
    ['are late', (reader) => reader.hold('next c1')],
  ])('is whole without those that %s, says so, and is not degraded', async (_what, change) => {
    const { frontPages, reader } = setUp({ budgetMs: 200 });
    await frontPages.warmUp(ampleMs);
    change(reader);
    expect(await frontPages.forReader('r1', { ...ten, visit: ['c1', 'c2'] })).toEqual({
      version: v1,
      ...blended({ ...ofReader, visit: ['c1', 'c2'], next: new Map([['c2', scored('n3 f4')]]) }),
      freshAt,
      degraded: false,
      missing: ['next'],
    });
  });

  it('misses nothing where there is no next list, or one that cannot be read', async () => {
    const { frontPages, reader, failures } = setUp();
    reader.unreadable.add('next c1');
    const page = await frontPages.forReader('r1', { ...ten, visit: ['c1', 'c9'] });
    expect(page).toEqual({ version: v1, ...blended({ ...ofReader, visit: ['c1', 'c9'] }), freshAt, degraded: false });
    expect(failures).toMatchObject([{ message: 'next c1 cannot be read' }]);
  });

  it('does not open the circuit for lists that cannot be read', async () => {
    const { frontPages, reader } = setUp({ circuitRule: { ...patientRule, minCalls: 1 } });
    for (const article of ['c1', 'c2', 'c3']) reader.unreadable.add(`next ${article}`);
    await frontPages.forReader('r1', { ...ten, visit: ['c1', 'c2', 'c3'] });
    expect(await frontPages.forReader('r1', ten)).toMatchObject({ degraded: false });
  });
});

describe('the page of a section while the fresh loop runs', () => {
  it('is the fresh list of the section, filled up from the list of the version', async () => {
    const { frontPages } = setUp();
    const page = await frontPages.forSection('sport', { ...ten, exclude: new Set(['s1']) });
    expect(page).toEqual({ version: v1, tier: 'fresh', articles: ['b1', 's2', 's3'], freshAt, degraded: false });
    const short = await frontPages.forSection('sport', { limit: 2, exclude: new Set(['b1']), visit: ['b1'] });
    expect(short).toMatchObject({ tier: 'fresh', articles: ['s2', 's1'] });
  });

  it('is the list of the version where there is no fresh one, or that of a loop that has stopped', async () => {
    const { frontPages, reader, clock } = setUp();
    reader.put('section world', v1, 'w1');
    const world = { version: v1, tier: 'popular', articles: ['w1'], degraded: false };
    expect(await frontPages.forSection('world', ten)).toEqual(world);
    clock.nowMs += 900_000;
    const sport = { version: v1, tier: 'popular', articles: ['s1', 's2', 's3'], degraded: false };
    expect(await frontPages.forSection('sport', ten)).toEqual(sport);
  });

  it('is the fresh list alone where the version has none, and absent where neither is', async () => {
    const { frontPages, reader } = setUp();
    reader.putFresh('fresh section garden', 'g1', stamp);
    expect(await frontPages.forSection('garden', ten)).toMatchObject({ version: v1, tier: 'fresh', articles: ['g1'] });
    expect(await frontPages.forSection('chess', ten)).toBeUndefined();
  });

  it('is the list of the version, and says what is missing, when the fresh one does not come', async () => {
    const { frontPages, reader } = setUp();
    reader.failing.add('fresh section sport');
    expect(await frontPages.forSection('sport', ten)).toEqual({
      version: v1,
      tier: 'popular',
      articles: ['s1', 's2', 's3'],
      degraded: false,
      missing: ['section'],
    });
  });

  it('is the fresh list, marked as degraded, while that of the version does not come', async () => {
    const { frontPages, reader } = setUp();
    reader.failing.add('section sport');
    const page = await frontPages.forSection('sport', ten);
    expect(page).toMatchObject({ tier: 'fresh', articles: ['b1', 's2'], degraded: true });
  });

  it('is what it is without a fresh loop where there is none, though its list of the section does not come', async () => {
    const { frontPages, reader } = setUp();
    reader.popular = undefined;
    reader.failing.add('fresh section chess').add('fresh section sport');
    const [chess, sport] = await Promise.all(['chess', 'sport'].map((section) => frontPages.forSection(section, ten)));
    expect(chess).toBeUndefined();
    expect(sport).toEqual({ version: v1, tier: 'popular', articles: ['s1', 's2', 's3'], degraded: false });
    expect(reader.asked).toContain('fresh section chess');
  });

  it('is not said to be absent while nobody knows', async () => {
    const { frontPages, reader } = setUp();
    reader.failing.add('fresh section chess');
    await expect(frontPages.forSection('chess', ten)).rejects.toThrow('does not answer');
  });
});
