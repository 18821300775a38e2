/** Loads that DynamoDB does by itself, against a local server that speaks its call; not AWS. */
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type BulkOptions, createBulkLoad } from '../../src/activities/bulkLoad';
import { createVerifyLoad } from '../../src/activities/verifyLoad';
import { createDynamoDbBulkLoads } from '../../src/clients/bulkLoads.dynamodb';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import type { BulkCursor, BulkLoadInput, LoadedShards, ModelInput } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';
import { parseShardLine } from '../../src/domain/storedList';
import { type BulkEndpoint, startBulkEndpoint } from '../support/bulkEndpoint';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { createMemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';
import { until } from '../support/runProgram';

const model: ModelInput = {
  runDate: parseRunDate('2026-11-23'),
  jobName: 'frontpage-2026-11-23-0123456789ab-a1',
  version: '2026-11-23.01',
};
const input: BulkLoadInput = { ...model, maxUnitsPerSecond: 3000 };
const options: BulkOptions = { pollMs: 1, maxOperations: 3 };
const readers = 60;

let lake: MemoryLake;
let endpoint: BulkEndpoint;
beforeEach(async () => {
  lake = createMemoryLake();
  await putArtefact(lake, model, { readers, readersPerShard: 25 });
  endpoint = await startBulkEndpoint(lake);
});
afterEach(() => endpoint.close());

/** The table that the server holds, as the pipeline reads and corrects it. */
function tableOfEndpoint() {
  const table = createMemoryTable();
  const stored = () => {
    for (const [key, item] of endpoint.table) table.lists.set(key, parseShardLine(JSON.stringify({ Item: item })));
    endpoint.table.clear();
  };
  return {
    ...table,
    read: async (keys: Parameters<typeof table.read>[0]) => (stored(), table.read(keys)),
    remove: async (lists: Parameters<typeof table.remove>[0]) => (stored(), table.remove(lists)),
  };
}

function house(bulkOptions: Partial<BulkOptions> = {}) {
  const bulkLoads = createDynamoDbBulkLoads('t', {
    region: 'us-east-1',
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = tableOfEndpoint();
  const activity = createBulkLoad({ lake, table, bulkLoads }, { ...options, ...bulkOptions });
  const load = (environment = new MockActivityEnvironment()) =>
    environment.run<[BulkLoadInput], LoadedShards, typeof activity>(activity, input);
  const verify = (itemsLoaded: number) => {
    const verifyLoad = createVerifyLoad({ lake, table });
    return new MockActivityEnvironment().run(verifyLoad, { ...model, itemsLoaded, samplePerShard: 25 });
  };
  return { load, verify, table };
}

const prefix = 'training/frontpage-2026-11-23-0123456789ab-a1/output/model/';

describe('a bulk load', () => {
  it('has the table read both folders of shards, watches until they are in it, and is verified as any load', async () => {
    const { load, verify } = house();
    const cursors: BulkCursor[] = [];
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', (cursor: BulkCursor) => cursors.push(cursor));
    const loaded = await load(environment);
    expect(loaded).toEqual({ items: readers + 1, throttledBatches: 0 });
    expect(endpoint.operations.map(({ request }) => request)).toEqual(
      ['lists/', 'recommendations/'].map((folder) => ({
        ClientToken: expect.stringMatching(/^[0-9a-f]{32}$/),
        TableName: 't',
        InputS3Configuration: {
          S3Bucket: 'lake',
          S3KeyPrefix: prefix + folder,
          InputFormat: 'DYNAMODB_JSON',
          InputCompressionType: 'GZIP',
        },
        OutputS3Configuration: {
          S3Bucket: 'lake',
          S3KeyPrefix: 'bulk-errors/frontpage-2026-11-23-0123456789ab-a1/',
          OutputType: ['ERROR'],
        },
        MaxWriteRequestUnits: 3000,
      })),
    );
    expect(cursors.at(-1)).toEqual({ prefix: 2, items: readers + 1 });
    expect(await verify(loaded.items)).toMatchObject({ sampled: readers + 1 });
  });

  it('is found again when the answer to its start is lost: one operation for each folder', async () => {
    endpoint.fault = (operation, call) =>
      operation === 'StartBulkPutItems' && call === 1 ? 'answer nobody' : undefined;
    const { load } = house();
    expect(await load()).toMatchObject({ items: readers + 1 });
    expect(endpoint.operations).toHaveLength(2);
    expect(endpoint.calls.filter((operation) => operation === 'StartBulkPutItems')).toHaveLength(3);
  });

  it('is watched on by another worker, from the heartbeat of one that is gone', async () => {
    let gone = false;
    endpoint.fault = (operation) =>
      gone || operation !== 'DescribeBulkOperation' ? undefined : { status: 400, type: 'AccessDeniedException' };
    const environment = new MockActivityEnvironment();
    let cursor: BulkCursor | undefined;
    environment.on('heartbeat', (details: BulkCursor) => {
      cursor = details;
    });
    await expect(house().load(environment)).rejects.toThrow('as told');
    gone = true;
    const starts = endpoint.calls.length;
    expect(await house().load(new MockActivityEnvironment({ heartbeatDetails: cursor }))).toMatchObject({
      items: readers + 1,
    });
    expect(endpoint.calls[starts]).toBe('DescribeBulkOperation');
    expect(endpoint.operations).toHaveLength(2);
  });

  it('that runs again loads again: what ended before says nothing of what the table holds now', async () => {
    await house().load();
    endpoint.table.clear();
    expect(await house().load()).toMatchObject({ items: readers + 1 });
    expect(endpoint.operations).toHaveLength(4);
    expect(endpoint.table.size).toBe(readers + 1);
  });

  it('takes out again what it loaded of readers who must be forgotten', async () => {
    await registerErasure(lake, readerHash('r7'));
    const { load, verify, table } = house();
    const { items } = await load();
    expect(items).toBe(readers + 1);
    expect(await verify(items)).toMatchObject({ sampled: readers });
    expect(await table.read([{ pk: 'u#r7', sk: 'v#2026-11-23.01' }])).toEqual([]);
    expect(await table.read([{ pk: 'u#r8', sk: 'v#2026-11-23.01' }])).toHaveLength(1);
  });

  it('starts nothing when something lies among the shards that is none of the set', async () => {
    await lake.put(`${prefix}recommendations/part-99999.json.gz`, 'x');
    await expect(house().load()).rejects.toMatchObject({
      type: 'ModelArtefactInvalid',
      message: expect.stringContaining('part-99999.json.gz is no shard of the set'),
    });
    expect(endpoint.calls).toEqual([]);
  });

  it.each(['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException'])(
    'that is refused as %s is not tried again',
    async (type) => {
      endpoint.fault = () => ({ status: 400, type });
      await expect(house().load()).rejects.toMatchObject({
        type: 'BulkLoadRefused',
        nonRetryable: true,
        message: `${type}: as told [input=s3://lake/${prefix}lists/]`,
      });
      expect(endpoint.calls).toHaveLength(1);
    },
  );

  it('that cannot be started now, for too many are under way, may be tried again', async () => {
    endpoint.fault = () => ({ status: 400, type: 'ResourceInUseException' });
    await expect(house().load()).rejects.not.toMatchObject({ nonRetryable: true });
  });

  it('that DynamoDB ended as failed is tried again with a new one, and not for ever', async () => {
    endpoint.end = () => 'FAILED';
    const { load } = house();
    let cursor: BulkCursor | undefined;
    const attemptOf = () => {
      const environment = new MockActivityEnvironment({ heartbeatDetails: cursor });
      environment.on('heartbeat', (details: BulkCursor) => {
        cursor = details;
      });
      return load(environment);
    };
    for (let attempt = 1; attempt <= options.maxOperations; attempt++) {
      await expect(attemptOf()).rejects.toMatchObject({
        type: 'BulkLoadFailed',
        nonRetryable: false,
        message: expect.stringContaining('the load failed, InternalFailure: as told [prefix=lists/'),
      });
      expect(endpoint.operations).toHaveLength(attempt);
    }
    await expect(attemptOf()).rejects.toMatchObject({ type: 'BulkLoadFailed', nonRetryable: true });
    expect(endpoint.operations).toHaveLength(options.maxOperations);
  });

  it.each<[string, (endpoint: BulkEndpoint) => void, string]>([
    [
      'could not write some items',
      (made) => {
        made.end = (operation) => {
          operation.failedItems = 1;
          return 'COMPLETED_WITH_ERRORS';
        };
      },
      '1 of 1 items could not be written; below bulk-errors/ is why',
    ],
    [
      'has read fewer items than there are',
      (made) => {
        made.end = (operation) => {
          operation.items -= 1;
          return 'COMPLETED';
        };
      },
      'a load has read 0 items, the manifest has 1 in these shards',
    ],
    [
      'was cancelled by somebody',
      (made) => {
        made.end = () => 'CANCELLED';
      },
      'somebody cancelled the load',
    ],
  ])('that %s ends the run', async (_what, arrange, message) => {
    arrange(endpoint);
    await expect(house().load()).rejects.toMatchObject({
      type: 'BulkLoadFailed',
      nonRetryable: true,
      message: expect.stringContaining(message),
    });
  });

  it('is ended with the run that wanted it, and the activity waits until it is over', async () => {
    const { load } = house({ pollMs: 50 });
    const environment = new MockActivityEnvironment();
    const outcome = load(environment).catch((error: unknown) => error);
    await until(() => endpoint.operations[0]);
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    expect(await outcome).toBeInstanceOf(CancelledFailure);
    expect(endpoint.operations.map(({ status }) => status)).toEqual(['CANCELLED']);
  });

  it('is left alone by a worker that shuts down: its successor watches on', async () => {
    const { load } = house({ pollMs: 50 });
    const environment = new MockActivityEnvironment();
    const outcome = load(environment).catch((error: unknown) => error);
    await until(() => endpoint.operations[0]);
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    expect(await outcome).toBeInstanceOf(CancelledFailure);
    expect(endpoint.calls).not.toContain('CancelBulkOperation');
  });
});
