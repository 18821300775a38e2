/** Composition root of the pipeline's worker: config → clients → activities → Worker. Run with `npm run worker`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import pino from 'pino';
import { createActivities } from './activities';
import { createDynamoDbBulkLoads } from './clients/bulkLoads.dynamodb';
import { createCloudWatchDeliveryMetrics } from './clients/deliveryMetrics.cloudwatch';
import { createDynamoDbFreshTable } from './clients/freshTable.dynamodb';
import { createS3ObjectStore } from './clients/objectStore.s3';
import { createDynamoDbReaderItems } from './clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from './clients/recommendationTable.dynamodb';
import { createCloudWatchServingMetrics } from './clients/servingMetrics.cloudwatch';
import { createSageMakerTrainingService } from './clients/trainingService.sagemaker';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config';
import { freshTaskQueue, taskQueue } from './contract';

/** Where a prebuilt workflow bundle lies, beside the compiled worker; without it the workflows are bundled at start. */
const bundleFile = join(__dirname, 'workflow-bundle.js');

async function runWorker(config: WorkerConfig): Promise<void> {
  installLogger(config);
  const connection = await NativeConnection.connect(config.temporal.connectionOptions);
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    workflowBundle: await workflowBundle(),
    connection,
    namespace: config.temporal.namespace ?? 'default',
    activities: createActivities({
      lake: createS3ObjectStore(config.trainingPlace.bucket, config.aws.S3),
      deliveryMetrics: createCloudWatchDeliveryMetrics(config.stream, config.aws.CLOUDWATCH),
      trainingService: createSageMakerTrainingService(config.aws.SAGEMAKER),
      table: createDynamoDbRecommendationTable(config.table, config.aws.DYNAMODB),
      bulkLoads: createDynamoDbBulkLoads(config.table, config.aws.DYNAMODB),
      servingMetrics: createCloudWatchServingMetrics(config.table, config.aws.CLOUDWATCH),
      readerItems: createDynamoDbReaderItems(config.table, config.aws.DYNAMODB),
      freshTable: createDynamoDbFreshTable(config.table, config.aws.DYNAMODB),
      trainingPlace: config.trainingPlace,
    }),
    // A watch or a load that is asked to leave hands over within this time, at its next heartbeat.
    shutdownGraceTime: '10 seconds',
    // Cancelling a run reaches the paid job within seconds, not within the default minute.
    maxHeartbeatThrottleInterval: '2 seconds',
  };
  try {
    const workers = [
      await Worker.create({ ...common, taskQueue }),
      // Of beats there is one at a time; each step holds a whole state in memory.
      await Worker.create({ ...common, taskQueue: freshTaskQueue, maxConcurrentActivityTaskExecutions: 2 }),
    ];
    await runAll(workers);
  } finally {
    await connection.close();
  }
}

/** Signals stop all of them; when one fails, the others are stopped too, for half a worker would look like a whole one. */
async function runAll(workers: readonly Worker[]): Promise<void> {
  const running = workers.map(async (worker) => {
    try {
      await worker.run();
    } finally {
      for (const other of workers) if (other.getState() === 'RUNNING') other.shutdown();
    }
  });
  await Promise.allSettled(running);
  await Promise.all(running);
}

async function workflowBundle(): Promise<WorkflowBundleOption> {
  return existsSync(bundleFile)
    ? { codePath: bundleFile }
    : bundleWorkflowCode({ workflowsPath: require.resolve('./workflows'), logger: Runtime.instance().logger });
}

/** The SDK's log and ours are one stream of JSON lines. */
function installLogger(config: WorkerConfig): void {
  const log = pino({ level: config.logLevel, base: { program: 'worker' } });
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('TRACE', ({ level, message, meta }: LogEntry) => {
      log[levels[level]]({ ...meta, err: meta?.['error'] }, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
}

if (require.main === module) {
  void (async () => {
    try {
      await runWorker(loadWorkerConfig());
    } catch (error) {
      console.error(error instanceof ConfigError ? error.message : error);
      process.exitCode = 1;
    }
  })();
}
