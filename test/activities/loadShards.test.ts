import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFolderLake, model as folderModel, writeShards } from '../../bench/load/shards';
import { defaultSenderOptions } from '../../src/activities/batchSender';
import { createLoadShards, type LoadOptions } from '../../src/activities/loadShards';
import { readModelManifest, shardsOf } from '../../src/activities/modelArtefact';
import { streamShard } from '../../src/activities/shardStream';
import { SharedWriteRate } from '../../src/activities/sharedWriteRate';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { RecommendationTable } from '../../src/clients/recommendationTable';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import type { LoadCursor, LoadedShards, LoadShardsInput, ModelInput } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';
import { parseShardLine } from '../../src/domain/storedList';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { createMemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';
import { runProgram, until } from '../support/runProgram';
import { exception, type Fault, startTableEndpoint, type TableEndpoint } from './loadShardsEndpoint';

const model: ModelInput = {
  runDate: parseRunDate('2026-11-23'),
  jobName: 'frontpage-2026-11-23-0123456789ab-a1',
  version: '2026-11-23.01',
};
const input: LoadShardsInput = { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 };
const options: LoadOptions = { ...defaultSenderOptions, retryBaseMs: 1, retryCapMs: 20, heartbeatEveryMs: 10 };

let endpoint: TableEndpoint;
beforeEach(async () => {
  endpoint = await startTableEndpoint();
});
afterEach(() => endpoint.close());

function tableAt(url: string): RecommendationTable {
  return createDynamoDbRecommendationTable('t', {
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

function run(
  loadShards: ReturnType<typeof createLoadShards>,
  what: LoadShardsInput = input,
  environment = new MockActivityEnvironment(),
): Promise<LoadedShards> {
  return environment.run<[LoadShardsInput], LoadedShards, typeof loadShards>(loadShards, what);
}

/** What the shards say the table should hold, in the wire's form, by key. */
async function wanted(lake: ObjectStore, of: ModelInput): Promise<Map<string, unknown>> {
  const items = new Map<string, unknown>();
  for (const shard of shardsOf(await readModelManifest(lake, of))) {
    for await (const lines of streamShard(lake, of.jobName, shard)) {
      for (const text of lines) {
        const { pk, sk } = parseShardLine(text);
        const line: { Item: unknown } = JSON.parse(text);
        items.set(`${pk}|${sk}`, line.Item);
      }
    }
  }
  return items;
}

async function lakeOf(readers: number, readersPerShard = 1000): Promise<MemoryLake> {
  const lake = createMemoryLake();
  await putArtefact(lake, model, { readers, readersPerShard });
  return lake;
}

describe('loadShards over HTTP', () => {
  it('F12: killed at any moment, it goes on from its heartbeat, and the table is what the shards say', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'frontpage-load-'));
    try {
      await writeShards(folder, 12_000);
      let cursor: LoadCursor | null = null;
      let result: LoadedShards | undefined;
      let kills = 0;
      for (let killAfter = 60; result === undefined; killAfter += 20) {
        const before = endpoint.requests.length;
        const worker = runProgram('test/activities/loadShardsWorker.ts', {}, [
          endpoint.url,
          folder,
          JSON.stringify(cursor),
        ]);
        endpoint.fault = ({ number }) => {
          if (kills < 3 && number === before + killAfter) {
            kills += 1;
            worker.child.kill('SIGKILL');
            return { kind: 'cut' };
          }
          return undefined;
        };
        await until(() => worker.child.exitCode ?? worker.child.signalCode ?? undefined);
        for (const text of worker.output().split('\n').slice(0, -1)) {
          const said: { heartbeat?: LoadCursor; result?: LoadedShards } = JSON.parse(text);
          cursor = said.heartbeat ?? cursor;
          result ??= said.result;
        }
      }
      expect(kills).toBe(3);
      expect(result.items).toBe(12_000);
      expect(Object.fromEntries(endpoint.table)).toEqual(
        Object.fromEntries(await wanted(createFolderLake(folder), folderModel)),
      );
      // Three times from the start would be far more: what is written again is what was under way, or not yet heard of.
      const writes = [...endpoint.writes.values()].reduce((sum, count) => sum + count, 0);
      expect(writes).toBeGreaterThanOrEqual(12_000);
      expect(writes).toBeLessThan(15_000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('F13: with 30 % of requests throttled and half of all items given back, it ends with everything written', async () => {
    const lake = await lakeOf(3000);
    const names = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'];
    const fired = { error: 0, unprocessed: 0 };
    endpoint.fault = ({ number }): Fault => {
      if (number % 10 < 3) {
        fired.error += 1;
        return exception(names[number % 3] ?? '', {
          ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:t' }],
        });
      }
      fired.unprocessed += 1;
      return { kind: 'unprocessed', keep: (_item, index) => (index + number) % 2 === 0 };
    };
    const loaded = await run(createLoadShards({ lake, table: tableAt(endpoint.url) }, options));
    expect(loaded.items).toBe(3001);
    expect(loaded.throttledBatches).toBeGreaterThan(fired.error);
    expect(fired.error).toBeGreaterThan(50);
    expect(fired.unprocessed).toBeGreaterThan(100);
    expect(Object.fromEntries(endpoint.table)).toEqual(Object.fromEntries(await wanted(lake, model)));
    // A request gets 35 % of its items written on average: with batches that stay full, 343 requests would do.
    expect(endpoint.requests.length).toBeLessThan(2 * 343);
    expect([...endpoint.writes.values()].every((count) => count === 1)).toBe(true);
  });

  it.each<[string, (number: number) => Fault | undefined]>([
    ['truncated', () => ({ kind: 'garbled', answer: (whole) => whole.slice(0, whole.length / 2) })],
    ['corrupt JSON', () => ({ kind: 'garbled', answer: (whole) => whole.replace(':', ';') })],
    ['of another checksum', () => ({ kind: 'garbled', answer: (whole) => whole, crc32: 1 })],
    ['valid JSON of nothing', () => ({ kind: 'garbled', answer: () => '{}' })],
    ['cut off', () => ({ kind: 'cut' })],
    ['a server error', () => ({ kind: 'error', status: 500, body: { __type: 'InternalServerError' } })],
    ['a page of a proxy', () => ({ kind: 'error', status: 503, body: [] })],
  ])('F14: an answer that is %s is asked for again, and no item is missing', async (_what, faultOf) => {
    const lake = await lakeOf(500);
    let fired = 0;
    endpoint.fault = ({ number }) => {
      if (number % 4 !== 0) return undefined;
      fired += 1;
      return faultOf(number);
    };
    const loaded = await run(createLoadShards({ lake, table: tableAt(endpoint.url) }, options));
    expect(loaded).toEqual({ items: 501, throttledBatches: 0 });
    expect(fired).toBeGreaterThan(4);
    expect(Object.fromEntries(endpoint.table)).toEqual(Object.fromEntries(await wanted(lake, model)));
  });

  it('F15: credentials that expire in the middle are fetched anew, and the load goes on', async () => {
    const lake = await lakeOf(1500);
    const handedOut: string[] = [];
    const issuer = createServer((_request, response) => {
      const token = `token-${handedOut.length + 1}`;
      handedOut.push(token);
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: 'id', SecretAccessKey: 'secret', Token: token, Expiration }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = issuer.address();
    const saved = { ...process.env };
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) delete process.env[name];
    Object.assign(process.env, {
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
    });
    try {
      let refused = 0;
      endpoint.fault = ({ number, headers }) => {
        if (number <= 20 || headers['x-amz-security-token'] !== 'token-1') return undefined;
        refused += 1;
        return exception('ExpiredTokenException');
      };
      const table = createDynamoDbRecommendationTable('t', { region: 'us-east-1', endpoint: endpoint.url });
      expect(await run(createLoadShards({ lake, table }, options))).toEqual({ items: 1501, throttledBatches: 0 });
      expect(refused).toBeGreaterThan(0);
      expect(handedOut.length).toBeGreaterThan(1);
      expect(endpoint.requests.at(-1)?.headers['x-amz-security-token']).not.toBe('token-1');
      expect(Object.fromEntries(endpoint.table)).toEqual(Object.fromEntries(await wanted(lake, model)));
    } finally {
      process.env = saved;
      issuer.closeAllConnections();
      issuer.close();
    }
  });

  it('sends the lines of the shards as they lie there', async () => {
    const lake = await lakeOf(30);
    await run(createLoadShards({ lake, table: tableAt(endpoint.url) }, options));
    const sent = endpoint.requests.map(({ body }) => body).join('\n');
    expect(sent).toContain(
      '{"PutRequest":{"Item":{"pk":{"S":"u#r7"},"sk":{"S":"v#2026-11-23.01"},"articles":{"S":"a7 a1 a2"},"expires_at":{"N":"4000000000"}}}}',
    );
  });
});

describe('loadShards', () => {
  it('ends as LoadThrottled when an item is refused for too long, and its last heartbeat says where to go on', async () => {
    const lake = await lakeOf(200);
    const table = createMemoryTable();
    table.refuse = ({ pk }) => pk === 'u#r120';
    const environment = new MockActivityEnvironment();
    const cursors: LoadCursor[] = [];
    environment.on('heartbeat', (cursor: LoadCursor) => cursors.push(cursor));
    const load = createLoadShards({ lake, table }, { ...options, refusedForMs: 100 });
    await expect(run(load, input, environment)).rejects.toMatchObject({
      type: 'LoadThrottled',
      nonRetryable: false,
      message: expect.stringMatching(/refused an item for .*part-00000.*line=121/),
    });
    const last = cursors.at(-1);
    expect(last).toMatchObject({ shard: 0, line: 120, itemsLoaded: 120 });

    table.refuse = () => false;
    const again = new MockActivityEnvironment({ heartbeatDetails: last });
    expect(await run(load, input, again)).toMatchObject({ items: 201 });
    expect(table.lists.size).toBe(201);
  });

  it('stops when it is cancelled, also while it waits for its rate', async () => {
    const lake = await lakeOf(500);
    const table = createMemoryTable();
    const environment = new MockActivityEnvironment();
    const loading = run(createLoadShards({ lake, table }, options), { ...input, maxUnitsPerSecond: 5 }, environment);
    const outcome = loading.catch((error: unknown) => error);
    await until(() => (table.lists.size > 0 ? true : undefined));
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    expect(await outcome).toBeInstanceOf(CancelledFailure);
    const written = table.lists.size;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(table.lists.size).toBe(written);
    expect(written).toBeLessThan(500);
  });

  it('writes the later of two lines with one key last, also when the earlier one was refused first', async () => {
    const lake = createMemoryLake();
    await putArtefact(lake, { ...model }, { readers: 30, readersPerShard: 30 });
    await replaceShard(lake, (lines) => [
      ...lines.slice(0, 20),
      lines[3]?.replace('a3 a1 a2', 'a99') ?? '',
      ...lines.slice(21),
    ]);
    const table = createMemoryTable();
    const seen: string[] = [];
    let refusals = 0;
    table.refuse = ({ pk, articles }) => {
      if (pk !== 'u#r3') return false;
      const refused = articles === 'a3 a1 a2' && refusals++ < 3;
      if (!refused) seen.push(articles);
      return refused;
    };
    await run(createLoadShards({ lake, table }, options));
    expect(seen).toEqual(['a3 a1 a2', 'a99']);
    expect(table.lists.get('u#r3|v#2026-11-23.01')?.articles).toBe('a99');
  });

  it('leaves out readers who must be forgotten, and counts their lines as done', async () => {
    const lake = await lakeOf(60);
    await registerErasure(lake, readerHash('r7'));
    const table = createMemoryTable();
    expect(await run(createLoadShards({ lake, table }, options))).toMatchObject({ items: 61 });
    expect(table.lists.has('u#r7|v#2026-11-23.01')).toBe(false);
    expect(table.lists.size).toBe(60);
  });

  it('refuses a line of another version, naming the line, and never writes it', async () => {
    const lake = await lakeOf(30);
    await replaceShard(lake, (lines) => lines.map((line, i) => (i === 17 ? line.replace('23.01', '22.01') : line)));
    const table = createMemoryTable();
    await expect(run(createLoadShards({ lake, table }, options))).rejects.toMatchObject({
      type: 'ModelArtefactInvalid',
      nonRetryable: true,
      message: expect.stringMatching(/line 18 of a shard: sk is 'v#2026-11-22.01'/),
    });
    expect([...table.lists.values()].every(({ sk }) => sk === 'v#2026-11-23.01')).toBe(true);
  });

  it('fails when a shard holds fewer lines than its manifest says', async () => {
    const lake = await lakeOf(30);
    await replaceShard(lake, (lines) => lines.slice(1), 30);
    const table = createMemoryTable();
    await expect(run(createLoadShards({ lake, table }, options))).rejects.toMatchObject({
      type: 'ModelArtefactInvalid',
      message: expect.stringContaining('has 29 items, its manifest says 30'),
    });
  });

  it('reads no further than the table takes, whatever the size of the shard', async () => {
    const lake = await lakeOf(60_000, 60_000);
    let handedOn = 0;
    let streams = 0;
    const watched: ObjectStore = {
      ...lake,
      stream: async (key) => {
        streams += 1;
        const source = await lake.stream(key);
        // The first look at the object is for its hash.
        if (streams === 1) return source;
        const counted = new PassThrough({ highWaterMark: 1024 });
        void (async () => {
          for await (const whole of source) {
            for (let at = 0; at < whole.length; at += 1024) {
              handedOn += 1024;
              if (!counted.write(whole.subarray(at, at + 1024)))
                await new Promise((resolve) => counted.once('drain', resolve));
            }
          }
          counted.end();
        })();
        return counted;
      },
    };
    const total = [...lake.objects.values()].reduce((most, body) => Math.max(most, body.length), 0);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const memory = createMemoryTable();
    let started = 0;
    const table: RecommendationTable = {
      ...memory,
      write: async (lists) => {
        started += 1;
        await released;
        return memory.write(lists);
      },
    };
    const loading = run(createLoadShards({ lake: watched, table }, options));
    await until(() => (started === options.batchesInFlight ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(started).toBe(options.batchesInFlight);
    expect(handedOn).toBeLessThan(total / 3);
    release();
    expect(await loading).toMatchObject({ items: 60_001 });
    expect(handedOn).toBeGreaterThanOrEqual(total);
  });

  it('keeps all loads of a worker together within the sum of their shares', async () => {
    const lake = await lakeOf(400, 100);
    const table = createMemoryTable();
    const load = createLoadShards({ lake, table }, options);
    const startedAtMs = Date.now();
    const share = { ...input, groups: 2, maxUnitsPerSecond: 200 };
    await Promise.all([run(load, { ...share, group: 0 }), run(load, { ...share, group: 1 })]);
    // 401 units at 400 a second; timers are never early, so this cannot be faster, however slow the machine is.
    expect(Date.now() - startedAtMs).toBeGreaterThan(900);
    expect(table.lists.size).toBe(401);
  });
});

describe('the rate of a worker', () => {
  it('is the sum of the shares of its loads, and a load that ends takes its share away', () => {
    const shared = new SharedWriteRate();
    const rate = shared.join(100);
    expect(shared.join(50)).toBe(rate);
    expect(rate.currentUnitsPerSecond).toBe(150);
    shared.leave(100);
    expect(rate.currentUnitsPerSecond).toBe(50);
    rate.refused('table', Date.now());
    shared.join(100);
    expect(rate.currentUnitsPerSecond).toBeLessThanOrEqual(50);
  });
});

/** Puts other lines into the first shard, and a manifest that fits. */
async function replaceShard(lake: MemoryLake, change: (lines: string[]) => string[], items?: number): Promise<void> {
  const prefix = `training/${model.jobName}/output/model/`;
  const path = 'recommendations/part-00000.json.gz';
  const before = gunzipSync(lake.objects.get(prefix + path) ?? '').toString();
  const lines = change(before.trimEnd().split('\n'));
  const body = gzipSync(`${lines.join('\n')}\n`);
  await lake.put(prefix + path, body);
  const manifest: { files: { path: string; sha256: string; sizeBytes: number; items?: number }[] } = JSON.parse(
    lake.objects.get(`${prefix}manifest.json`)?.toString() ?? '',
  );
  const file = manifest.files.find((one) => one.path === path);
  if (file === undefined) throw new Error('the artefact has no first shard');
  file.sha256 = createHash('sha256').update(body).digest('hex');
  file.sizeBytes = body.length;
  file.items = items ?? lines.length;
  await lake.put(`${prefix}manifest.json`, JSON.stringify(manifest));
}
