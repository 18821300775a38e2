/**
 * Outages: a Firehose that takes nothing, alone and together with a disk without room. What was answered 202 comes through
 * all the same.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryStream } from '../../src/clients/deliveryStream';
import { type Collector, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions, eventually, freshFolder } from './collectorFixture';
import { FakeDeliveryStream } from './fakeDeliveryStream';
import { FaultyDisk } from './faultyDisk';
import { segmentsIn } from './spoolFixture';

const clicksPerRequest = 100;
let collector: Collector | undefined;
let mounted: string | undefined;

afterEach(async () => {
  await collector?.close();
  collector = undefined;
  if (mounted !== undefined) spawnSync('umount', [mounted]);
  mounted = undefined;
});

/** A stream with a switch. */
function switchable() {
  const stream = new FakeDeliveryStream();
  const state = { refusing: true, most: 0 };
  const port: DeliveryStream = {
    put: async (records) => {
      state.most = Math.max(state.most, records.length);
      return state.refusing
        ? records.map(() => ({ accepted: false, reason: 'ServiceUnavailableException: Slow down.' }))
        : stream.put(records);
    },
  };
  return { stream, state, port };
}

let sent = 0;
async function send(): Promise<{ status: number; ids: string[]; retryAfter: string | null; text: string }> {
  const ids = Array.from({ length: clicksPerRequest }, () => `e${++sent}`);
  const response = await fetch(`${collector?.url}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ids.map((id) => click(id))),
  });
  return { status: response.status, ids, retryAfter: response.headers.get('retry-after'), text: await response.text() };
}

async function sendUntilRefused() {
  const acknowledged: string[] = [];
  for (;;) {
    const answer = await send();
    if (answer.status !== 202) return { acknowledged, refusal: answer };
    acknowledged.push(...answer.ids);
  }
}

const idsRead = new WeakMap<FakeDeliveryStream, { records: number; readonly ids: string[] }>();

/** Of all that was taken. A record is read once, for a test that waits looks many hundred times. */
function idsIn(stream: FakeDeliveryStream): string[] {
  const read = idsRead.get(stream) ?? { records: 0, ids: [] };
  idsRead.set(stream, read);
  for (const record of stream.taken.slice(read.records)) {
    read.records += 1;
    read.ids.push(...record.split('\n').flatMap((line) => /"event_id":"(e\d+)"/.exec(line)?.[1] ?? []));
  }
  return [...read.ids];
}

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${collector?.url}/metrics`)).text();
  return Number(new RegExp(`^frontpage_collector_${name} (.*)$`, 'm').exec(text)?.[1]);
}

/** Once more taking clicks, which takes as long as the first segment takes to go. */
async function sendUntilTaken(): Promise<string[]> {
  for (;;) {
    const answer = await send();
    if (answer.status === 202) return answer.ids;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('while Firehose takes nothing', () => {
  it('the spool grows to its bound, then senders get 503 with Retry-After, and afterwards everything is delivered once', async () => {
    const { stream, state, port } = switchable();
    const spoolMaxBytes = 512 * 1024;
    collector = await startCollector(collectorOptions(port, { spoolMaxBytes }));
    const { acknowledged, refusal } = await sendUntilRefused();
    expect(refusal).toMatchObject({ status: 503, retryAfter: '5' });
    expect(refusal.text).toContain('too much waits for delivery');
    expect(await gauge('spool_bytes')).toBeGreaterThan(0.9 * spoolMaxBytes);
    expect(await gauge('spool_bytes')).toBeLessThanOrEqual(spoolMaxBytes);
    expect(await gauge('spool_undelivered_clicks')).toBe(acknowledged.length);
    expect(await gauge('spool_oldest_undelivered_seconds')).toBeGreaterThan(0);
    expect(await gauge('requests_refused_total\\{reason="spool-full"\\}')).toBe(1);
    expect(await gauge('requests_unavailable_total')).toBe(1);

    state.refusing = false;
    await eventually(() => idsIn(stream).length >= acknowledged.length);
    acknowledged.push(...(await sendUntilTaken()));
    await eventually(() => idsIn(stream).length >= acknowledged.length);
    expect(idsIn(stream).sort()).toEqual([...acknowledged].sort());
    expect(stream.lines.join('')).not.toContain(`"${refusal.ids[0]}"`);
  });

  it('memory holds a bounded piece of the spool, and the rest is read back from disk', async () => {
    const { stream, state, port } = switchable();
    const files = new FaultyDisk();
    const readAheadBytes = 8 * 1024 * 1024;
    collector = await startCollector(collectorOptions(port, { files, spoolMaxBytes: 20 * 1024 * 1024 }));
    const { acknowledged } = await sendUntilRefused();
    expect(await gauge('spool_bytes')).toBeGreaterThan(2 * readAheadBytes);
    expect(files.readBytes).toBeLessThan(readAheadBytes + 512 * 1024);
    state.refusing = false;
    await eventually(() => idsIn(stream).length >= acknowledged.length);
    expect(new Set(idsIn(stream))).toEqual(new Set(acknowledged));
  });
});

/** A folder on a file system of 4 MiB: a real one where mounting is allowed, else a disk that plays it. */
function smallDisk(): { folder: string; files: FaultyDisk } {
  const sizeBytes = 4 * 1024 * 1024;
  const folder = freshFolder();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  if (mount.status !== 0) return { folder, files: new FaultyDisk(sizeBytes) };
  mounted = folder;
  return { folder, files: new FaultyDisk() };
}

describe.each(['a disk that plays it', 'a real one, where mounting is allowed'])('a full disk: %s', (kind) => {
  it('senders get 503 with Retry-After while there is no room, the process lives, and takes clicks again when there is', async () => {
    const { folder, files } =
      kind === 'a disk that plays it' ? { folder: freshFolder(), files: new FaultyDisk(4 * 1024 * 1024) } : smallDisk();
    const { stream, state, port } = switchable();
    collector = await startCollector(collectorOptions(port, { spoolDir: folder, files }));
    const { acknowledged, refusal } = await sendUntilRefused();
    expect(refusal).toMatchObject({ status: 503, retryAfter: '5' });
    expect(refusal.text).toContain('ENOSPC');
    expect((await send()).status).toBe(503);
    expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
    expect(segmentsIn(folder).length).toBeGreaterThan(0);

    // Nobody makes room but the collector itself, by delivering and deleting.
    state.refusing = false;
    acknowledged.push(...(await sendUntilTaken()));
    await eventually(() => idsIn(stream).length >= acknowledged.length);
    expect(idsIn(stream).sort()).toEqual([...acknowledged].sort());
  });
});

describe('a disk that others have filled', () => {
  it('starts again, delivers what it has, passes clicks through while Firehose takes them, and uses the disk when there is room', async () => {
    const { folder, files } = smallDisk();
    const { port } = switchable();
    const first = await startCollector(collectorOptions(port, { spoolDir: folder, files, drainSeconds: 0 }));
    collector = first;
    const acknowledged = (await send()).ids;
    await first.close();

    const filler = join(folder, 'filler');
    const fill = (): void => {
      if (mounted !== undefined) spawnSync('sh', ['-c', `cat /dev/zero >> ${filler}`]);
      else files.fail('write', 'ENOSPC', (path) => path.endsWith('.ndjson') || path.endsWith('reserve'));
    };
    fill();
    const next = switchable();
    next.state.refusing = false;
    collector = await startCollector(collectorOptions(next.port, { spoolDir: folder, files }));
    await eventually(() => idsIn(next.stream).length >= acknowledged.length);
    expect(idsIn(next.stream)).toEqual(acknowledged);
    fill();
    const passed = await send();
    expect(passed.status).toBe(202);
    expect(idsIn(next.stream)).toEqual([...acknowledged, ...passed.ids]);
    next.state.refusing = true;
    expect((await send()).status).toBe(503);
    next.state.refusing = false;
    rmSync(filler, { force: true });
    files.heal();
    expect((await send()).status).toBe(202);
  });
});
