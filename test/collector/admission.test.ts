/** Who may send, how much, and clicks of which time. */
import { type Collector, type CollectorOptions, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions, eventually } from './collectorFixture';
import { FakeDeliveryStream } from './fakeDeliveryStream';

const started: Collector[] = [];
const stream = new FakeDeliveryStream();

async function start(options: Partial<CollectorOptions>): Promise<Collector> {
  const collector = await startCollector(collectorOptions(stream, options));
  started.push(collector);
  return collector;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((collector) => collector.close()));
});

function post(collector: Collector, headers: Record<string, string> = {}, body: unknown = click('e1')) {
  return fetch(`${collector.url}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

const statuses = async (answers: Promise<Response>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status).sort((a, b) => a - b);

async function metrics(collector: Collector): Promise<string> {
  return (await fetch(`${collector.url}/metrics`)).text();
}

describe('the rate limit', () => {
  const admission = { allowedOrigins: [], requestsPerMinute: 3 };

  it('answers 429 with Retry-After beyond so many requests a minute, and counts them', async () => {
    const collector = await start({ admission });
    expect(await statuses([1, 2, 3].map(() => post(collector)))).toEqual([202, 202, 202]);
    const refused = await post(collector);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toEqual({
      error: 'more than 3 requests a minute from one address; send more clicks a request',
    });
    expect(await metrics(collector)).toContain('\nfrontpage_collector_requests_refused_total{reason="rate"} 1\n');
  });

  it('is for clicks only: a probe or a scrape is never turned away', async () => {
    const collector = await start({ admission });
    const probes = Array.from({ length: 10 }, () => fetch(`${collector.url}/healthz`));
    expect(new Set(await statuses(probes))).toEqual(new Set([200]));
  });

  it('is per client address, which only a trusted proxy may name', async () => {
    const from = (client: number) => ({ 'x-forwarded-for': `203.0.113.${client}` });
    const behindProxy = await start({ admission, trustProxy: '127.0.0.1' });
    expect(await statuses([1, 2, 3, 4, 5].map((client) => post(behindProxy, from(client))))).toEqual(
      Array.from({ length: 5 }, () => 202),
    );
    const facingClients = await start({ admission });
    expect(await statuses([1, 2, 3, 4, 5].map((client) => post(facingClients, from(client))))).toEqual([
      202, 202, 202, 429, 429,
    ]);
  });
});

describe('the origin allow-list', () => {
  const admission = { allowedOrigins: ['https://news.example'], requestsPerMinute: 1000 };

  it('lets pages of its origins send and read the answer', async () => {
    const collector = await start({ admission });
    const preflight = await fetch(`${collector.url}/v1/clicks`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://news.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://news.example');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
    const answer = await post(collector, { origin: 'https://news.example' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://news.example');
  });

  it('turns pages of other origins away, also a beacon, for which browsers ask nobody', async () => {
    const collector = await start({ admission });
    const answer = await post(collector, { origin: 'https://elsewhere.example', 'content-type': 'text/plain' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await answer.json()).toEqual({ error: 'origin https://elsewhere.example may not send clicks here' });
    expect(await metrics(collector)).toContain('\nfrontpage_collector_requests_refused_total{reason="origin"} 1\n');
  });

  it('takes clicks that come from no page, and all of them when it is empty or *', async () => {
    expect((await post(await start({ admission }))).status).toBe(202);
    const unlisted = await start({ admission: { ...admission, allowedOrigins: [] } });
    const answer = await post(unlisted, { origin: 'https://elsewhere.example' });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([202, null]);
    const everybody = await start({ admission: { ...admission, allowedOrigins: ['*'] } });
    const read = await post(everybody, { origin: 'https://elsewhere.example' });
    expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([202, '*']);
  });
});

describe('the event-time window', () => {
  const window = { maxFutureSeconds: 300, maxAgeHours: 48 };
  const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

  it.each([
    ['of three days ago', -3 * 86_400_000, 'clicks[1].occurred_at is more than 48 hours ago'],
    ['of in an hour', 3_600_000, "clicks[1].occurred_at is more than 300 seconds ahead of the collector's clock"],
  ])('refuses a request with a click %s, naming it', async (_what, offsetMs, error) => {
    const collector = await start({ eventTime: { policy: 'reject', ...window } });
    const clicks = [click('e1', { occurred_at: inMs(0) }), click('e2', { occurred_at: inMs(offsetMs) })];
    const answer = await post(collector, {}, clicks);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error, field: 'clicks[1].occurred_at' });
    expect(await metrics(collector)).toContain('\nfrontpage_collector_requests_refused_total{reason="event-time"} 1\n');
  });

  it('dates such clicks to their arrival when told so, and counts them', async () => {
    const collector = await start({ eventTime: { policy: 'restamp', ...window } });
    const sentAtMs = Date.now();
    const clicks = [
      click('kept', { occurred_at: inMs(-1000) }),
      click('dated', { occurred_at: '2019-01-01T00:00:00Z' }),
    ];
    expect((await post(collector, {}, clicks)).status).toBe(202);
    await eventually(() => stream.lines.some((line) => line.includes('"dated"')));
    const timeOf = (id: string): number =>
      Date.parse(JSON.parse(stream.lines.find((line) => line.includes(`"${id}"`)) ?? '{}').occurred_at);
    expect(timeOf('dated')).toBeGreaterThanOrEqual(sentAtMs);
    expect(timeOf('kept')).toBeLessThan(sentAtMs);
    expect(await metrics(collector)).toContain('\nfrontpage_collector_clicks_restamped_total 1\n');
  });
});
