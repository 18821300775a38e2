/** What survives the server: SIGKILL between accept and delivery, between delivery and its note, and shutdown in order. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteDeliveryStreamCommand, UpdateDestinationCommand } from '@aws-sdk/client-firehose';
import Fastify, { type FastifyInstance } from 'fastify';
import { answersHttp, freePort, type RunningProgram, startProgram, whenReady } from '../../local/processes';
import type { ObjectStore } from '../../src/clients/objectStore';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { freshBucket, testAws } from '../support/aws';
import { nodeArguments } from '../support/nodeArguments';
import {
  at,
  clientOf,
  contentsOf,
  createStream,
  destinationOf,
  FirehoseBench,
  keysOf,
  moveClock,
  putRecords,
  stateOf,
} from './fixtures/firehoseBench';
import { postControl, until } from './fixtures/localServer';

describe('the program', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'frontpage-firehose-'));
  let bucket: string;
  let store: ObjectStore;
  let url: string;
  let server: RunningProgram | undefined;

  beforeAll(async () => {
    bucket = await freshBucket();
    store = createS3ObjectStore(bucket, testAws());
    url = `http://127.0.0.1:${await freePort()}`;
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function startServer(s3Endpoint = testAws().endpoint): Promise<RunningProgram> {
    const program = startProgram({
      name: 'firehose',
      command: process.execPath,
      args: [
        ...nodeArguments('local/firehose/main.ts'),
        ...['--port', new URL(url).port, '--data-dir', dataDir],
        ...['--s3-endpoint', s3Endpoint, '--cloudwatch-endpoint', testAws().endpoint, '--retry-seconds', '0.1'],
      ],
      logFile: join(dataDir, 'server.log'),
    });
    await whenReady(program, () => answersHttp(`${url}/_control/state`));
    return program;
  }

  /** An S3 that notes which keys are written and takes none of them. */
  async function startFullS3(keys: string[]): Promise<FastifyInstance> {
    const app = Fastify({ bodyLimit: 100_000_000, forceCloseConnections: true });
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.put(`/${bucket}/*`, async (request, reply) => {
      keys.push(decodeURIComponent(new URL(request.url, url).pathname.slice(bucket.length + 2)));
      return reply.code(400).send();
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app;
  }

  test('records that were accepted are delivered once, although the server was killed before', async () => {
    server = await startServer();
    const client = clientOf(url);
    await moveClock(url, '10:00:00');
    await createStream(client, 'killed', destinationOf(bucket));
    const records = Array.from({ length: 200 }, (_, n) => `record-${n};`);
    await Promise.all(records.map((record) => putRecords(client, 'killed', record)));
    await server.kill();

    server = await startServer();
    const state = await stateOf(url);
    expect(state.clock).toEqual({ now: new Date(at('10:00:00')).toISOString(), speed: 0 });
    expect(state.streams).toMatchObject([{ name: 'killed', version: 1, bufferedRecords: 200 }]);
    await moveClock(url, '10:01:00');
    const contents = await contentsOf(store, 'killed');
    expect(contents).toHaveLength(1);
    expect(contents.join('').split(';').filter(Boolean).sort()).toEqual(
      records.map((record) => record.slice(0, -1)).sort(),
    );
    client.destroy();
  });

  test('a delivery repeated after a kill writes the key that the first attempt wrote', async () => {
    await server?.stop();
    const attempted: string[] = [];
    const fullS3 = await startFullS3(attempted);
    server = await startServer(fullS3.listeningOrigin);
    const client = clientOf(url);
    await createStream(client, 'again', destinationOf(bucket));
    await putRecords(client, 'again', 'x');
    void postControl(url, 'flush', { stream: 'again' }).catch(() => undefined);
    await until(
      async () => attempted,
      (keys) => keys.length > 0,
    );
    await server.kill();
    await fullS3.close();

    server = await startServer();
    const keys = await until(
      async () => (await keysOf(store)).filter((key) => key.includes('/again-1-')),
      (found) => found.length > 0,
    );
    expect(new Set(attempted)).toEqual(new Set(keys));
    await until(
      () => stateOf(url),
      ({ streams }) => streams.every(({ bufferedRecords }) => bufferedRecords === 0),
    );
    expect(readdirSync(join(dataDir, 'streams', 'again.stream'))).toEqual(['stream.json']);
    client.destroy();
  });
});

describe('the next server', () => {
  let bench: FirehoseBench;
  beforeEach(async () => {
    bench = await FirehoseBench.start();
    await bench.create('clicks');
  });
  afterEach(() => bench.close());

  test('goes on with the buffer, its deadline and the clock of one that was shut down in order', async () => {
    await bench.put('clicks', 'before;');
    await bench.moveTo('10:00:40');
    await bench.restart();
    expect((await bench.state()).clock).toEqual({ now: new Date(at('10:00:40')).toISOString(), speed: 0 });
    await bench.put('clicks', 'after;');
    await bench.moveTo('10:00:59');
    expect(await bench.keys()).toEqual([]);
    await bench.moveTo('10:01:00');
    expect(await bench.contents('clicks')).toEqual(['before;after;']);
  });

  test('lets a clock with a speed run on while no server was there', async () => {
    const { now } = (await bench.state()).clock;
    await bench.control('clock', { now, speed: 3600 });
    await bench.put('clicks', 'x');
    await bench.restart(() => {
      const endMs = Date.now() + 50;
      while (Date.now() < endMs);
    });
    const { clock } = await bench.state();
    expect(clock.speed).toBe(3600);
    expect(Date.parse(clock.now)).toBeGreaterThan(at('10:03:00'));
    await until(
      () => bench.contents('clicks'),
      (contents) => contents.length === 1,
    );
  });

  test('reads a journal whose end is torn as what was accepted before', async () => {
    await bench.put('clicks', 'whole;');
    await bench.restart(() => {
      const dir = join(bench.dataDir, 'streams', 'clicks.stream');
      const journal = readdirSync(dir).find((file) => file.endsWith('.journal')) ?? 'none';
      appendFileSync(join(dir, journal), Buffer.alloc(1000, 7));
    });
    await bench.put('clicks', 'next;');
    await bench.restart();
    await bench.control('flush', {});
    expect(await bench.contents('clicks')).toEqual(['whole;next;']);
  });

  test('knows a stream with the version that its updates gave it, and no deleted one', async () => {
    await bench.create('gone');
    await bench.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: 'gone' }));
    await bench.client.send(
      new UpdateDestinationCommand({
        DeliveryStreamName: 'clicks',
        CurrentDeliveryStreamVersionId: '1',
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate: { CompressionFormat: 'UNCOMPRESSED' },
      }),
    );
    await bench.restart();
    expect((await bench.state()).streams).toMatchObject([{ name: 'clicks', version: 2 }]);
    expect((await bench.describe('clicks'))?.Destinations?.[0]?.ExtendedS3DestinationDescription).toMatchObject({
      CompressionFormat: 'UNCOMPRESSED',
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
    });
  });
});
