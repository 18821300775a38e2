/** Composition root of the pipeline's worker: config → clients → activities → Worker. Run with `npm run worker`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  DefaultLogger,
  type LogEntry,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import pino from 'pino';
import { createActivities } from './activities';
import { createCloudWatchDeliveryMetrics } from './clients/deliveryMetrics.cloudwatch';
import { createS3ObjectStore } from './clients/objectStore.s3';
import { createDynamoDbReaderItems } from './clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from './clients/recommendationTable.dynamodb';
import { createSageMakerTrainingService } from './clients/trainingService.sagemaker';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config';
import { taskQueue } from './contract';

/** Where a prebuilt workflow bundle lies, beside the compiled worker; without it the workflows are bundled at start. */
const bundleFile = join(__dirname, 'workflow-bundle.js');

async function runWorker(config: WorkerConfig): Promise<void> {
  installLogger(config);
  const connection = await NativeConnection.connect(config.temporal.connectionOptions);
  const worker = await Worker.create({
    ...workflowSource(),
    connection,
    namespace: config.temporal.namespace ?? 'default',
    taskQueue,
    activities: createActivities({
      lake: createS3ObjectStore(config.trainingPlace.bucket, config.aws.S3),
      deliveryMetrics: createCloudWatchDeliveryMetrics(config.stream, config.aws.CLOUDWATCH),
      trainingService: createSageMakerTrainingService(config.aws.SAGEMAKER),
      table: createDynamoDbRecommendationTable(config.table, config.aws.DYNAMODB),
      readerItems: createDynamoDbReaderItems(config.table, config.aws.DYNAMODB),
      trainingPlace: config.trainingPlace,
    }),
    // A watch or a load that is asked to leave hands over within this time, at its next heartbeat.
    shutdownGraceTime: '10 seconds',
    // Cancelling a run reaches the paid job within seconds, not within the default minute.
    maxHeartbeatThrottleInterval: '2 seconds',
  });
  try {
    await worker.run();
  } finally {
    await connection.close();
  }
}

function workflowSource(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  return existsSync(bundleFile)
    ? { workflowBundle: { codePath: bundleFile } }
    : { workflowsPath: require.resolve('./workflows') };
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
