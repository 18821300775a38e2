/** The serving API over real HTTP, before a recommendation table in memory. */
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { anyDoor, doorOf } from '../../src/domain/door';
import { type Serving, type ServingOptions, startServing } from '../../src/serving/startServing';
import { FakeReader, popularTable } from './fakeReader';

const version = '2026-11-23.01';
const open: Serving[] = [];

async function start(options: Partial<ServingOptions> = {}, prepare: (reader: FakeReader) => void = () => undefined) {
  const reader = new FakeReader();
  reader.version = version;
  reader.put('popular', version, Array.from({ length: 20 }, (_, index) => `p${index + 1}`).join(' '));
  reader.put('r1', version, 'a1 a2 a3');
  reader.put('section sport', version, 's1 s2');
  prepare(reader);
  const serving = await startServing({
    host: '127.0.0.1',
    port: 0,
    reader,
    pointerCacheSeconds: 0,
    budgetMs: 20_000,
    logLevel: 'silent',
    ...options,
  });
  open.push(serving);
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${serving.url}${path}`, { headers });
  return { reader, get };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.close()));
});

/** Fresh lists of a beat of a minute ago. */
async function startFresh(cacheSeconds = 0) {
  const stamp = { beat: 7, atMs: Date.now() - 60_000, expiresAt: 4_000_000_000 };
  const started = await start({ fresh: { cacheSeconds, maxAgeSeconds: 900 } }, (reader) => {
    reader.popular = { list: popularTable('f1 f2'), ...stamp };
    reader.putFresh('next c1', 'n1', stamp);
  });
  return { ...started, stamp, freshAt: new Date(stamp.atMs).toISOString() };
}

const nextListSamples = (...counts: readonly number[]): string[] =>
  [
    'found",from="memory',
    'absent",from="memory',
    'found",from="table',
    'absent",from="table',
    'failed",from="table',
  ].map((labels, index) => `frontpage_serving_next_lists_total{result="${labels}"} ${counts[index]}`);

async function answer(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

describe('the serving API', () => {
  it('answers a reader with ten articles unless told otherwise', async () => {
    const { get } = await start();
    expect(await answer(await get('/v1/users/r1/recommendations'))).toEqual({
      status: 200,
      body: {
        user: 'r1',
        version,
        tier: 'personal',
        articles: ['a1', 'a2', 'a3', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'],
      },
    });
    const chosen = await answer(await get('/v1/users/r1/recommendations?limit=2&exclude=a1,p1'));
    expect(chosen.body).toMatchObject({ articles: ['a2', 'a3'] });
  });

  it('does not recommend the article that the reader has open', async () => {
    const { get } = await start();
    const other = await answer(await get('/v1/users/r1/recommendations?limit=3&current=a2'));
    expect(other.body).toMatchObject({ articles: ['a1', 'a3', 'p1'] });
    const both = await answer(await get('/v1/users/r1/recommendations?limit=3&current=a2&exclude=a1'));
    expect(both.body).toMatchObject({ articles: ['a3', 'p1', 'p2'] });
  });

  it('does not recommend what the reader has read in this visit', async () => {
    const { get } = await start();
    const recent = Array.from({ length: 18 }, (_, index) => `x${index}`).join(',');
    const { body } = await answer(await get(`/v1/users/r1/recommendations?limit=3&current=a2&recent=a2,a1,${recent}`));
    expect(body).toMatchObject({ articles: ['a3', 'p1', 'p2'] });
    const section = await answer(await get('/v1/sections/sport/recommendations?recent=s1'));
    expect(section.body).toMatchObject({ articles: ['s2'] });
  });

  it('answers a section', async () => {
    const { get } = await start();
    const { status, body } = await answer(await get('/v1/sections/sport/recommendations'));
    expect([status, body]).toEqual([200, { section: 'sport', version, tier: 'popular', articles: ['s1', 's2'] }]);
    const unknown = await answer(await get('/v1/sections/gardening/recommendations'));
    expect(unknown).toEqual({ status: 404, body: { error: 'no list for section gardening' } });
  });

  it.each([
    ['/v1/users/r%20x/recommendations', 'id'],
    [`/v1/users/${'r'.repeat(65)}/recommendations`, 'id'],
    ['/v1/users/r1/recommendations?limit=0', 'limit'],
    ['/v1/users/r1/recommendations?limit=51', 'limit'],
    ['/v1/users/r1/recommendations?limit=1.5', 'limit'],
    ['/v1/users/r1/recommendations?limit=', 'limit'],
    ['/v1/users/r1/recommendations?limit=1&limit=2', 'limit'],
    ['/v1/users/r1/recommendations?exclude=a1,%22', 'exclude'],
    ['/v1/users/r1/recommendations?exclude=a1,,a2', 'exclude'],
    ['/v1/users/r1/recommendations?recent=a1,%22', 'recent'],
    ['/v1/users/r1/recommendations?recent=a1,,a2', 'recent'],
    ['/v1/users/r1/recommendations?recent=a1&recent=a2', 'recent'],
    [
      `/v1/users/r1/recommendations?recent=${Array.from({ length: 21 }, (_, index) => `a${index}`).join(',')}`,
      'recent',
    ],
    ['/v1/sections/sport/recommendations?recent=a%201', 'recent'],
    ['/v1/users/r1/recommendations?current=', 'current'],
    ['/v1/users/r1/recommendations?current=a1&current=a2', 'current'],
    ['/v1/users/r1/recommendations?current=a%201', 'current'],
    [`/v1/users/r1/recommendations?exclude=${Array.from({ length: 101 }, () => 'a').join(',')}`, 'exclude'],
    ['/v1/sections/Sport/recommendations', 'section'],
  ])('refuses %s, naming the parameter', async (path, parameter) => {
    const { get, reader } = await start();
    reader.asked.length = 0;
    const { status, body } = await answer(await get(path));
    expect(status).toBe(400);
    expect(body).toEqual({ error: expect.stringMatching(`^${parameter} must `), parameter });
    expect(reader.asked).toEqual([]);
  });

  it('takes a visit of twenty articles, and an empty one', async () => {
    const { get } = await start();
    const recent = Array.from({ length: 20 }, (_, index) => `x${index}`).join(',');
    expect((await get(`/v1/users/r1/recommendations?recent=${recent}`)).status).toBe(200);
    expect((await get('/v1/users/r1/recommendations?recent=')).status).toBe(200);
  });

  it('takes every character of an id, also percent-encoded, and an empty exclude', async () => {
    const { get } = await start();
    const id = `${'a.b_c:d-E9'.repeat(6)}wxyz`;
    const { body } = await answer(await get(`/v1/users/${id.replaceAll(':', '%3A')}/recommendations?exclude=`));
    expect(body).toMatchObject({ user: id, tier: 'popular' });
  });

  it('lets the reader keep an answer privately for a short time, and confirms it by its ETag', async () => {
    const { get, reader } = await start();
    const first = await get('/v1/users/r1/recommendations');
    expect(first.headers.get('cache-control')).toBe('private, max-age=30');
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/v1/users/r1/recommendations', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    reader.put('r1', version, 'b1');
    expect((await get('/v1/users/r1/recommendations', { 'if-none-match': etag })).status).toBe(200);
  });

  it('marks a degraded answer and forbids keeping it', async () => {
    const { get, reader } = await start();
    await get('/v1/users/r1/recommendations');
    reader.failing.add('*');
    const response = await get('/v1/users/r1/recommendations?limit=1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await answer(response)).toEqual({
      status: 200,
      body: { user: 'r1', version, tier: 'popular', articles: ['p1'], degraded: true },
    });
  });

  it('answers the static list, where there is one, before the first publish', async () => {
    const { get, reader } = await start({ staticArticles: ['s1', 's2'] });
    reader.version = undefined;
    const { status, body } = await answer(await get('/v1/users/r1/recommendations'));
    expect([status, body]).toEqual([200, { user: 'r1', version: null, tier: 'static', articles: ['s1', 's2'] }]);
  });

  it('answers 503 with Retry-After before the first publish', async () => {
    const { get, reader } = await start();
    reader.version = undefined;
    const response = await get('/v1/users/r1/recommendations');
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await answer(response)).toEqual({
      status: 503,
      body: { error: 'no recommendation set has been published yet' },
    });
    expect(await answer(await get('/healthz'))).toEqual({ status: 200, body: { status: 'ok', version: null } });
  });

  it('is healthy while the pointer can be read or is known, and not otherwise', async () => {
    const { get, reader } = await start({}, (unprepared) => unprepared.failing.add('*'));
    expect((await get('/healthz')).status).toBe(503);
    expect((await get('/v1/users/r1/recommendations')).status).toBe(503);
    reader.failing.clear();
    expect(await answer(await get('/healthz'))).toEqual({ status: 200, body: { status: 'ok', version } });
    reader.failing.add('*');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('counts what it answered, by tier', async () => {
    const { get, reader } = await start();
    await get('/v1/users/r1/recommendations');
    await get('/v1/users/nobody/recommendations');
    await get('/v1/sections/sport/recommendations?exclude=s1,s2');
    reader.failing.add('r1');
    await get('/v1/users/r1/recommendations');
    reader.version = undefined;
    await get('/v1/users/r1/recommendations');
    const text = await (await get('/metrics')).text();
    const samples = text.split('\n').filter((line) => line !== '' && !/^#|_answer_seconds_(?:bucket|sum)/.test(line));
    expect(samples).toEqual([
      'frontpage_serving_answers_total{tier="personal"} 1',
      'frontpage_serving_answers_total{tier="fresh"} 0',
      'frontpage_serving_answers_total{tier="popular"} 3',
      'frontpage_serving_answers_total{tier="static"} 0',
      'frontpage_serving_fresh_total 0',
      'frontpage_serving_degraded_total 1',
      'frontpage_serving_empty_total 1',
      'frontpage_serving_unavailable_total 1',
      ...nextListSamples(0, 0, 0, 0, 0),
      'frontpage_serving_unreadable_total 0',
      'frontpage_serving_answer_seconds_count 4',
    ]);
  });

  it('asks for the key where one is set, but not for the health check', async () => {
    const { get, reader } = await start({ apiKey: 'correct-horse-battery' });
    reader.asked.length = 0;
    const path = '/v1/users/r1/recommendations';
    for (const headers of [{}, { 'x-api-key': 'correct-horse-batterz' }, { 'x-api-key': '' }]) {
      const refused = await answer(await get(path, headers));
      expect(refused).toEqual({ status: 401, body: { error: 'the header x-api-key is missing or wrong' } });
    }
    expect(reader.asked).toEqual([]);
    expect((await get(path, { 'x-api-key': 'correct-horse-battery' })).status).toBe(200);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('names its route when asked for another', async () => {
    const { get } = await start();
    const { status, body } = await answer(await get('/'));
    expect([status, body]).toEqual([404, { error: expect.stringContaining('/v1/users/{id}/recommendations') }]);
  });
});

describe('the serving API while the fresh loop runs', () => {
  it('says of which time the fresh lists are that took part, and of which version the others', async () => {
    const { get, freshAt } = await startFresh();
    const { body } = await answer(await get('/v1/users/r1/recommendations?limit=5&current=c1'));
    expect(body).toEqual({
      user: 'r1',
      version,
      tier: 'fresh',
      articles: expect.arrayContaining(['n1', 'f1', 'f2', 'a1', 'a2']),
      freshAt,
    });
  });

  it('begins a visit with what readers who came through the same door begin with', async () => {
    const { get, reader, stamp } = await startFresh();
    const social = doorOf('https://social.example.net');
    // Heavier than what everybody reads.
    reader.weights.set(version, { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, door: 2 } });
    const list = (articles: string[]) => ({ list: { articles, scores: articles.map(() => 0.9) }, ...stamp });
    reader.fresh.set(`fresh door ${social}`, list(['s1']));
    reader.fresh.set(`fresh door ${anyDoor}`, list(['o1']));
    const first = async (query: string): Promise<unknown> => {
      const { body } = await answer(await get(`/v1/users/r1/recommendations?limit=1&${query}`));
      return body;
    };
    expect(await first(`referrer=${encodeURIComponent('https://social.example.net/feed')}`)).toMatchObject({
      articles: ['s1'],
    });
    expect(await first(`referrer=${encodeURIComponent('https://search.example.net')}`)).toMatchObject({
      articles: ['o1'],
    });
    expect(await first('referrer=')).toMatchObject({ articles: ['o1'] });
    expect(await first('')).toMatchObject({ articles: ['o1'] });
    // A visit that has begun goes on from its article.
    reader.asked.length = 0;
    expect(await first('current=c1&referrer=x')).toMatchObject({ articles: ['f2'] });
    expect(reader.asked.filter((name) => name.startsWith('fresh door'))).toEqual([]);
    const refused = await get('/v1/users/r1/recommendations?referrer=a%0Ab');
    expect(await answer(refused)).toEqual({
      status: 400,
      body: {
        error: 'referrer must be at most 256 characters without control characters',
        parameter: 'referrer',
      },
    });
  });

  it('says that the list of a door is missing, and answers without it', async () => {
    const { get, reader } = await startFresh();
    reader.failing.add(`fresh door ${anyDoor}`);
    const response = await get('/v1/users/r1/recommendations?limit=1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await answer(response)).body).toMatchObject({ articles: ['f1'], missing: ['door'] });
  });

  it('lets a browser keep an answer until the next beat changes it', async () => {
    const { get, reader, stamp } = await startFresh();
    const first = await get('/v1/users/r1/recommendations');
    expect(first.headers.get('cache-control')).toBe('private, max-age=30');
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await get('/v1/users/r1/recommendations', headers)).status).toBe(304);
    reader.popular = { list: popularTable('f3 f1'), ...stamp, beat: 8, atMs: stamp.atMs + 1000 };
    expect((await get('/v1/users/r1/recommendations', headers)).status).toBe(200);
  });

  it('says which fresh lists are missing, and forbids keeping the answer', async () => {
    const { get, reader } = await startFresh();
    reader.failing.add('next c1');
    const response = await get('/v1/users/r1/recommendations?limit=1&recent=c1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { body } = await answer(response);
    expect(body).toMatchObject({ user: 'r1', version, missing: ['next'] });
    expect(body).not.toHaveProperty('degraded');
  });

  it('counts answers with fresh lists, what became of next lists, and what could not be read, and tells their age', async () => {
    const { get, reader } = await startFresh(60);
    reader.failing.add('next c3');
    reader.unreadable.add('next c4');
    for (const current of ['c1', 'c1', 'c2', 'c2', 'c3', 'c4']) {
      await get(`/v1/users/r1/recommendations?current=${current}`);
    }
    const text = await (await get('/metrics')).text();
    const samples = text.split('\n');
    expect(samples).toEqual(
      expect.arrayContaining([
        'frontpage_serving_answers_total{tier="fresh"} 6',
        'frontpage_serving_fresh_total 6',
        ...nextListSamples(1, 1, 1, 2, 1),
        'frontpage_serving_unreadable_total 1',
        '# TYPE frontpage_serving_fresh_age_seconds gauge',
      ]),
    );
    const [, age] = /^frontpage_serving_fresh_age_seconds ([\d.]+)$/m.exec(text) ?? [];
    expect(Number(age)).toBeGreaterThanOrEqual(60);
  });
});
