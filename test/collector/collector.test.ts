/** The collector over real HTTP, before a delivery stream in memory, with its spool on a real disk. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { type Collector, type CollectorOptions, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions, eventually } from './collectorFixture';
import { FakeDeliveryStream, type PutBehaviour } from './fakeDeliveryStream';

const open: Collector[] = [];

async function start(script: PutBehaviour[] = [], options: Partial<CollectorOptions> = {}) {
  // The heartbeat at start is the first call, before those that the script is about.
  const stream = new FakeDeliveryStream([{}, ...script]);
  const used = collectorOptions(stream, options);
  const collector = await startCollector(used);
  open.push(collector);
  await eventually(() => stream.taken.length > 0);
  return { stream, collector, options: used };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((collector) => collector.close()));
});

function held(): { promise: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

function post(collector: Collector, body: unknown, contentType = 'application/json'): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${collector.url}/v1/clicks`, { method: 'POST', headers: { 'content-type': contentType }, body: text });
}

async function answer(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

const eventIds = (stream: FakeDeliveryStream): unknown[] =>
  stream.lines.flatMap((line) => {
    const { event_id: eventId } = JSON.parse(line);
    return eventId === undefined ? [] : [eventId];
  });

/** Clicks are answered before they are delivered. */
async function delivered(stream: FakeDeliveryStream, clicks: number): Promise<unknown[]> {
  await eventually(() => eventIds(stream).length >= clicks);
  return eventIds(stream);
}

describe('the collector', () => {
  it('accepts one click and stores it as one normalised line with its acknowledgement', async () => {
    const { stream, collector } = await start();
    expect(await answer(await post(collector, click('e1')))).toEqual({ status: 202, body: { accepted: 1 } });
    await delivered(stream, 1);
    expect(JSON.parse(stream.lines[1] ?? '')).toEqual({
      ...click('e1', { occurred_at: '2026-11-23T10:00:00.000Z' }),
      ack: expect.stringMatching(/^test-1-[0-9a-f]{8}:1$/),
    });
  });

  it('accepts what navigator.sendBeacon sends: JSON as text/plain', async () => {
    const { stream, collector } = await start();
    const response = await post(collector, [click('e1'), click('e2')], 'text/plain;charset=UTF-8');
    expect(await answer(response)).toEqual({ status: 202, body: { accepted: 2 } });
    expect(await delivered(stream, 2)).toEqual(['e1', 'e2']);
  });

  it('accepts NDJSON with blank lines and without a last newline', async () => {
    const { stream, collector } = await start();
    const body = `${JSON.stringify(click('e1'))}\n\r\n${JSON.stringify(click('e2'))}`;
    expect((await post(collector, body, 'application/x-ndjson')).status).toBe(202);
    expect(await delivered(stream, 2)).toEqual(['e1', 'e2']);
  });

  it.each([
    ['a missing field', [click('e1'), { ...click('e2'), user_id: undefined }], 'clicks[1].user_id'],
    ['a wrong type', [click('e1'), click('e2', { user_id: 7 })], 'clicks[1].user_id'],
    ['a bad time', click('e1', { occurred_at: 'yesterday' }), 'occurred_at'],
    ['an unknown field', click('e1', { colour: 'red' }), 'colour'],
    ['a field of the language', `${JSON.stringify(click('e1')).slice(0, -1)},"__proto__":{}}`, '__proto__'],
    ['no object', [click('e1'), 'click'], 'clicks[1]'],
    ['no clicks', [], 'clicks'],
    ['more than 500 clicks', Array.from({ length: 501 }, (_, index) => click(`e${index}`)), 'clicks'],
  ])('refuses a request with %s, naming the field, and sends nothing of it', async (_case, body, field) => {
    const { stream, collector } = await start();
    const { status, body: told } = await answer(await post(collector, body));
    expect(status).toBe(400);
    expect(told).toEqual({ error: expect.stringContaining(field), field });
    await collector.close();
    expect(eventIds(stream)).toEqual([]);
  });

  it('refuses a body that is neither a click nor a list of them', async () => {
    const { collector } = await start();
    expect(await answer(await post(collector, '"click"'))).toEqual({
      status: 400,
      body: { error: 'the click must be an object' },
    });
  });

  it('takes 500 clicks in one request', async () => {
    const { stream, collector } = await start();
    const response = await post(
      collector,
      Array.from({ length: 500 }, (_, index) => click(`e${index}`)),
    );
    expect(await answer(response)).toEqual({ status: 202, body: { accepted: 500 } });
    expect(await delivered(stream, 500)).toHaveLength(500);
  });

  it('refuses a deeply nested unknown field by its name', async () => {
    const { collector } = await start();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `${JSON.stringify(click('e1')).slice(0, -1)},"deep":${deep}}`;
    expect(await answer(await post(collector, body))).toMatchObject({ status: 400, body: { field: 'deep' } });
  });

  it('says what is wrong with JSON that it cannot read, for NDJSON with the line', async () => {
    const { collector } = await start();
    const broken = await answer(await post(collector, '{"event_id":'));
    expect(broken).toEqual({ status: 400, body: { error: expect.stringMatching(/^the body is not JSON: /) } });
    const brokenLine = await answer(await post(collector, `${JSON.stringify(click('e1'))}\n{`, 'application/x-ndjson'));
    expect(brokenLine).toEqual({ status: 400, body: { error: expect.stringMatching(/^line 2 is not JSON: /) } });
    expect((await answer(await post(collector, ''))).status).toBe(400);
  });

  it('refuses a body of 10 MB, naming the limit', async () => {
    const { collector } = await start();
    const { status, body } = await answer(await post(collector, 'x'.repeat(10_000_000)));
    expect(status).toBe(413);
    expect(body).toEqual({ error: 'the body is larger than 1048576 bytes; send fewer clicks a request' });
  });

  it('refuses a body that grows beyond the limit without having announced its length', async () => {
    const { collector } = await start();
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const upload = request(`${collector.url}/v1/clicks`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        upload.destroy();
      });
      upload.on('error', reject);
      upload.write('x'.repeat(1_100_000));
    });
    expect(status).toBe(413);
  });

  it('refuses a content type that it does not read, naming those that it does', async () => {
    const { collector } = await start();
    const { status, body } = await answer(await post(collector, '<click/>', 'application/xml'));
    expect(status).toBe(415);
    expect(body).toEqual({
      error: 'content type application/xml is not one of application/json, text/plain, application/x-ndjson',
    });
  });

  it('answers 202 when the clicks are on disk, while the stream takes nothing', async () => {
    const { promise: until, release } = held();
    const { stream, collector } = await start([{ until }]);
    expect((await post(collector, click('e1'))).status).toBe(202);
    expect(eventIds(stream)).toEqual([]);
    release();
    expect(await delivered(stream, 1)).toEqual(['e1']);
  });

  it('answers 503 with Retry-After when the spool is full and the stream refuses, and keeps what it took', async () => {
    const { promise: until, release } = held();
    const { stream, collector } = await start([{ until }, { refuse: () => true }], { spoolMaxBytes: 350 });
    expect((await post(collector, click('e1'))).status).toBe(202);
    await eventually(() => stream.callsInFlight > 0);
    const refused = await post(collector, [click('e2'), click('e3')]);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await answer(refused)).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('too much waits for delivery') },
    });
    release();
    expect(await delivered(stream, 1)).toEqual(['e1']);
  });

  it('answers what it has taken before it closes, delivers it, and then accepts no connection', async () => {
    const { promise: until, release } = held();
    const { stream, collector } = await start([{ until, refuse: () => true }]);
    const waiting = post(collector, click('e1'));
    await eventually(() => stream.callsInFlight > 0);
    const closing = collector.close();
    release();
    await closing;
    expect((await waiting).status).toBe(202);
    expect(eventIds(stream)).toEqual(['e1']);
    await expect(post(collector, click('e2'))).rejects.toThrow('fetch failed');
  });

  it('leaves on disk what it cannot deliver while it closes, and the next one delivers it', async () => {
    const refusals = Array.from({ length: 1000 }, () => ({ refuse: () => true }));
    const { collector, options } = await start(refusals, { drainSeconds: 0.1 });
    expect((await post(collector, click('e1'))).status).toBe(202);
    await collector.close();
    const { stream } = await start([], { spoolDir: options.spoolDir });
    expect(await delivered(stream, 1)).toEqual(['e1']);
  });

  it('delivers the click of a sender that does not wait for the answer', async () => {
    const { stream, collector } = await start();
    const body = JSON.stringify(click('e1'));
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    const head = `POST /v1/clicks HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}`;
    await new Promise<void>((resolve) => {
      socket.write(`${head}\r\n\r\n${body}`, () => resolve());
    });
    await delivered(stream, 1);
    socket.destroy();
    expect(eventIds(stream)).toEqual(['e1']);
  });

  it('counts a sender that goes away within its body as a bad request, and takes nothing of it', async () => {
    const { stream, collector } = await start();
    const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
    const head = 'POST /v1/clicks HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5000';
    await new Promise<void>((resolve) => {
      socket.write(`${head}\r\n\r\n${JSON.stringify(click('e1'))}`, () => resolve());
    });
    socket.destroy();
    let text = '';
    while (!text.includes('_requests_refused_total{reason="body"} 1\n')) {
      text = await (await fetch(`${collector.url}/metrics`)).text();
    }
    expect(text).toContain('\nfrontpage_collector_requests_rejected_total 1\n');
    expect(text).toContain('\nfrontpage_collector_requests_refused_total{reason="other"} 0\n');
    await collector.close();
    expect(eventIds(stream)).toEqual([]);
  });

  it('writes heartbeats that name it', async () => {
    const { stream } = await start([], { heartbeatSeconds: 0.02 });
    await eventually(() => stream.lines.length >= 3);
    expect(JSON.parse(stream.lines[2] ?? '')).toEqual({ heartbeat_at: expect.any(String), collector: 'test-1' });
  });

  it('counts what it accepted, rejected and was refused, and says what waits', async () => {
    const { stream, collector } = await start([{ refuse: () => true }]);
    await post(collector, [click('e1'), click('e2')]);
    await delivered(stream, 2);
    await post(collector, 'nonsense');
    await fetch(`${collector.url}/clicks`);
    const text = await (await fetch(`${collector.url}/metrics`)).text();
    expect(text).toContain('# TYPE frontpage_collector_clicks_accepted_total counter\n');
    expect(text).toContain('\nfrontpage_collector_clicks_accepted_total 2\n');
    expect(text).toContain('\nfrontpage_collector_requests_rejected_total 2\n');
    expect(text).toContain('\nfrontpage_collector_requests_refused_total{reason="body"} 1\n');
    expect(text).toContain('\nfrontpage_collector_records_refused_total 1\n');
    expect(text).toContain('\nfrontpage_collector_records_total 2\n');
    expect(text).toContain('\nfrontpage_collector_spool_flushes_total 1\n');
    expect(text).toMatch(/\n# TYPE frontpage_collector_spool_bytes gauge\nfrontpage_collector_spool_bytes [1-9]\d+\n/);
    expect(text).toContain('\nfrontpage_collector_spool_undelivered_clicks 0\n');
    expect(text).toContain('\nfrontpage_collector_spool_oldest_undelivered_seconds 0\n');
  });

  it('says that it is well, and where clicks go when asked elsewhere', async () => {
    const { collector } = await start();
    expect(await answer(await fetch(`${collector.url}/healthz`))).toEqual({ status: 200, body: { status: 'ok' } });
    const lost = await answer(await fetch(`${collector.url}/clicks`));
    expect(lost).toEqual({ status: 404, body: { error: expect.stringContaining('POST /v1/clicks') } });
  });
});
