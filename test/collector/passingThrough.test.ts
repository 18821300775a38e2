/** A disk that takes nothing before a Firehose that does: clicks are answered when Firehose has acknowledged them. */
import { type Collector, type CollectorOptions, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions, eventually } from './collectorFixture';
import { FakeDeliveryStream, type PutBehaviour } from './fakeDeliveryStream';
import { FaultyDisk, ofSegment } from './faultyDisk';

let collector: Collector | undefined;

afterEach(async () => {
  await collector?.close();
  collector = undefined;
});

async function start(script: PutBehaviour[] = [], options: Partial<CollectorOptions> = {}) {
  // The heartbeat at start is the first call, before those that the script is about.
  const stream = new FakeDeliveryStream([{}, ...script]);
  const files = new FaultyDisk();
  collector = await startCollector(collectorOptions(stream, { files, ...options }));
  await eventually(() => stream.taken.length > 0);
  return { stream, files };
}

function send(...eventIds: string[]): Promise<Response> {
  return fetch(`${collector?.url}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(eventIds.map((id) => click(id))),
  });
}

const ids = (prefix: string): string[] => Array.from({ length: 500 }, (_, index) => `${prefix}-${index}`);

const clicksIn = (stream: FakeDeliveryStream): Record<string, unknown>[] =>
  stream.lines.flatMap((line) => {
    const value: Record<string, unknown> = JSON.parse(line);
    return 'event_id' in value ? [value] : [];
  });
const idsIn = (stream: FakeDeliveryStream): string[] => clicksIn(stream).map(({ event_id: id }) => String(id));

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${collector?.url}/metrics`)).text();
  return Number(new RegExp(`^frontpage_collector_${name} (.*)$`, 'm').exec(text)?.[1]);
}

function held(): { until: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { until, release };
}

describe('a disk that takes nothing, before a Firehose that does', () => {
  it.each([
    ['is full', 'write', 'ENOSPC'],
    ['fails to flush', 'sync', 'EIO'],
  ] as const)('that %s: 202 only after Firehose acknowledged, without a number', async (_case, operation, code) => {
    const { until, release } = held();
    const { stream, files } = await start([{ until }]);
    files.fail(operation, code, ofSegment);
    let answered = false;
    const answer = send('e1', 'e2').finally(() => {
      answered = true;
    });
    await eventually(() => stream.callsInFlight > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(202);
    expect(clicksIn(stream)).toEqual(['e1', 'e2'].map((id) => click(id, { occurred_at: '2026-11-23T10:00:00.000Z' })));
    expect(await metric('clicks_accepted_total')).toBe(2);
    expect(await metric('clicks_passed_through_total')).toBe(2);
    expect(await metric('requests_unavailable_total')).toBe(0);
    expect(await metric('spool_undelivered_clicks')).toBe(0);
  });

  it('uses the disk again as soon as that takes clicks, and their numbers have no gap', async () => {
    const { stream, files } = await start();
    expect((await send('e1')).status).toBe(202);
    files.fail('sync', 'EIO', ofSegment);
    expect((await send('e2')).status).toBe(202);
    files.heal();
    expect((await send('e3')).status).toBe(202);
    await eventually(() => idsIn(stream).length === 3);
    const numbers = new Map(clicksIn(stream).map(({ event_id: id, ack }) => [id, ack]));
    expect(numbers.get('e1')).toMatch(/:1$/);
    expect(numbers.get('e2')).toBeUndefined();
    expect(numbers.get('e3')).toMatch(/:2$/);
    expect(await metric('clicks_passed_through_total')).toBe(1);
  });

  it('answers 503 with Retry-After to those whose record Firehose refused, and to no other', async () => {
    const { until, release } = held();
    const { stream, files } = await start([{ until }, { refuse: (position) => position === 1 }]);
    let writes = 0;
    files.fail('write', 'ENOSPC', (path) => {
      if (ofSegment(path)) writes += 1;
      return ofSegment(path);
    });
    const first = send('first');
    await eventually(() => stream.callsInFlight > 0);
    // Each as large as a record; all share the second call. When the disk has refused the last of them, the others wait.
    const requests: Promise<Response>[] = [];
    for (const eventIds of [ids('a'), ids('b'), ids('c'), ['last']]) {
      const before = writes;
      requests.push(send(...eventIds));
      await eventually(() => writes > before);
    }
    release();
    expect((await first).status).toBe(202);
    const answers = await Promise.all(requests);
    expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([202, 503, 202]);
    expect(answers[1]?.headers.get('retry-after')).toBe('5');
    expect(answers[3]?.status).toBe(202);
    expect(idsIn(stream).sort()).toEqual(['first', ...ids('a'), ...ids('c'), 'last'].sort());
  });

  it('answers who waits for Firehose before it closes', async () => {
    const { until, release } = held();
    const { stream, files } = await start([{ until }]);
    files.fail('write', 'ENOSPC', ofSegment);
    const waiting = send('e1');
    await eventually(() => stream.callsInFlight > 0);
    const closing = collector?.close();
    release();
    await closing;
    expect((await waiting).status).toBe(202);
    expect(idsIn(stream)).toEqual(['e1']);
  });
});

it('a spool at its bound passes clicks through while Firehose takes them, and goes on delivering what it has', async () => {
  const { until, release } = held();
  const { stream } = await start([{ until }], { spoolMaxBytes: 350 });
  expect((await send('e1')).status).toBe(202);
  await eventually(() => stream.callsInFlight > 0);
  expect((await send('e2', 'e3')).status).toBe(202);
  expect(idsIn(stream)).toEqual(['e2', 'e3']);
  release();
  await eventually(() => idsIn(stream).length === 3);
  expect(await metric('clicks_passed_through_total')).toBe(2);
});

it('when Firehose takes nothing either, senders get 503 with Retry-After, and Firehose one call for many of them', async () => {
  const { stream, files } = await start(Array.from({ length: 1000 }, () => ({ refuse: () => true })));
  files.fail('sync', 'EIO', ofSegment);
  const callsBefore = stream.calls.length;
  const requests = 50;
  for (let index = 0; index < requests; index++) {
    const answer = await send(`e${index}`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.text()).toContain('EIO');
  }
  expect(stream.calls.length - callsBefore).toBeLessThan(requests / 2);
  expect(await metric('requests_refused_total\\{reason="disk"\\}')).toBe(requests);
  expect(await metric('clicks_passed_through_total')).toBe(0);
  expect(idsIn(stream)).toEqual([]);
});
