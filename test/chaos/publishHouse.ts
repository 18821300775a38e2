/** A table behind two faulty proxies, a worker that can be killed at any call, serving as it is, Temporal, and a lake. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { type HeadlessTemporal, startHeadlessTemporal } from '../../local/headlessTemporal';
import { Random } from '../../local/newsroom/random';
import { answersHttp, freePort, type RunningProgram, startProgram, whenReady } from '../../local/processes';
import { createBucket, createTable } from '../../local/resources';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import type { ObjectStore } from '../../src/clients/objectStore';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { nodeArguments } from '../support/nodeArguments';
import { FaultyDynamoDb } from './faultyDynamoDb';

export interface PublishHouseOptions {
  readonly dir: string;
  /** Of an S3. */
  readonly s3Endpoint: string;
  readonly dynamoDbEndpoint: string;
  readonly bucket: string;
  readonly table: string;
  readonly seed: number;
}

/** How long serving may use what it knows of the pointer. */
export const pointerCacheMs = 200;
const budgetMs = 500;

const at = (endpoint: string): AwsEndpoint & { readonly endpoint: string } => ({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

/** Of one clock that never goes back, for moves and reads alike. */
export const nowMs = (): number => performance.now();

interface Parts {
  readonly temporal: HeadlessTemporal;
  readonly client: Client;
  readonly bundle: string;
  readonly forWorker: FaultyDynamoDb;
  readonly forServing: FaultyDynamoDb;
}

export class PublishHouse {
  kills = 0;
  servingUrl = '';
  private worker: RunningProgram | undefined;
  private serving: RunningProgram | undefined;
  /** Settles when the worker that was killed last has a successor. */
  private replaced: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: PublishHouseOptions,
    private readonly parts: Parts,
    readonly lake: ObjectStore,
  ) {}

  static async start(options: PublishHouseOptions): Promise<PublishHouse> {
    const { dir, seed } = options;
    mkdirSync(dir, { recursive: true });
    const bundle = join(dir, 'workflow-bundle.js');
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('./publishWorkflow'),
      workflowInterceptorModules: [require.resolve('./publishHaste')],
      logger: new DefaultLogger('ERROR'),
    });
    writeFileSync(bundle, code);
    await createBucket(at(options.s3Endpoint), options.bucket);
    await createTable(at(options.dynamoDbEndpoint), options.table);
    const temporal = await startHeadlessTemporal(dir);
    const client = new Client({ connection: temporal.connection });
    const forWorker = await FaultyDynamoDb.before(options.dynamoDbEndpoint, new Random(seed + 1), nowMs);
    const forServing = await FaultyDynamoDb.before(options.dynamoDbEndpoint, new Random(seed + 2), nowMs);
    const lake = createS3ObjectStore(options.bucket, at(options.s3Endpoint));
    const house = new PublishHouse(options, { temporal, client, bundle, forWorker, forServing }, lake);
    house.worker = house.startWorker();
    return house;
  }

  get client(): Client {
    return this.parts.client;
  }

  /** What the worker sees of the table. */
  get forWorker(): FaultyDynamoDb {
    return this.parts.forWorker;
  }

  get forServing(): FaultyDynamoDb {
    return this.parts.forServing;
  }

  /** The table as it is, past all faults. */
  get dynamoDb(): AwsEndpoint & { readonly endpoint: string } {
    return at(this.options.dynamoDbEndpoint);
  }

  get tableName(): string {
    return this.options.table;
  }

  /** The table's port, past all faults. */
  table(): ReturnType<typeof createDynamoDbRecommendationTable> {
    return createDynamoDbRecommendationTable(this.options.table, this.dynamoDb);
  }

  /** Serving knows of nothing before the first publish, so it is started after it. */
  async startServing(): Promise<void> {
    const port = await freePort();
    this.servingUrl = `http://127.0.0.1:${port}`;
    this.serving = startProgram({
      name: 'serving',
      ...node('src/serving/main.ts'),
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: this.parts.forServing.url,
        FRONTPAGE_TABLE: this.options.table,
        SERVING_PORT: String(port),
        SERVING_POINTER_CACHE_SECONDS: String(pointerCacheMs / 1000),
        SERVING_BUDGET_MS: String(budgetMs),
        LOG_LEVEL: 'error',
        NODE_NO_WARNINGS: '1',
      },
      logFile: join(this.options.dir, 'serving.log'),
    });
    await whenReady(this.serving, () => answersHttp(`${this.servingUrl}/healthz`));
  }

  /** SIGKILL at this instant, unless there is no worker now; a new one follows. */
  killWorker(): boolean {
    const { worker } = this;
    if (worker === undefined) return false;
    this.worker = undefined;
    this.kills += 1;
    this.replaced = worker.kill().then(() => {
      this.worker = this.startWorker();
    });
    return true;
  }

  async end(): Promise<void> {
    await this.replaced;
    await this.worker?.kill();
    await this.serving?.stop();
    await this.parts.client.connection.close();
    await this.parts.temporal.program.stop();
    await this.parts.forWorker.close();
    await this.parts.forServing.close();
  }

  private startWorker(): RunningProgram {
    const { temporal, bundle, forWorker } = this.parts;
    const { bucket, table, s3Endpoint, dir } = this.options;
    return startProgram({
      name: 'worker',
      ...node('test/chaos/publishWorker.ts', [temporal.address, bundle, bucket, table, forWorker.url, s3Endpoint]),
      env: { NODE_NO_WARNINGS: '1' },
      logFile: join(dir, 'worker.log'),
    });
  }
}

const node = (file: string, args: readonly string[] = []) => ({
  command: process.execPath,
  args: [...nodeArguments(file), ...args],
});
