/** Composition root of the pipeline's worker: config → clients → activities → Worker. Run with `npm run worker`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricMeter } from '@temporalio/common';
import { NativeConnection, Runtime, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from './activities';
import { createDynamoDbBulkLoads } from './clients/bulkLoads.dynamodb';
import { createCloudWatchDeliveryMetrics } from './clients/deliveryMetrics.cloudwatch';
import { createDynamoDbFreshTable } from './clients/freshTable.dynamodb';
import { createNotifiers } from './clients/notifier.all';
import { createS3ObjectStore } from './clients/objectStore.s3';
import { createCloudWatchPipelineMetrics } from './clients/pipelineMetrics.cloudwatch';
import { createDynamoDbReaderItems } from './clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from './clients/recommendationTable.dynamodb';
import { createCloudWatchServingMetrics } from './clients/servingMetrics.cloudwatch';
import { dataConverterOf } from './clients/temporalClient';
import { startTracing, type Tracing } from './clients/tracing';
import { createSageMakerTrainingService } from './clients/trainingService.sagemaker';
import { ConfigError, loadWorkerConfig, type WorkerConfig } from './config';
import { type Activities, freshTaskQueue, taskQueue } from './contract';
import { countActivities, countAlerts, countWrites } from './telemetry/prometheus';
import { runMarkInterceptors } from './telemetry/runMarks';
import { installRuntime, MetricsUnavailable } from './telemetry/runtime';
import { versionedAs } from './versioning';
import { bundleWorkflows } from './workflowBundle';

/** Where a prebuilt workflow bundle lies, beside the compiled worker; without it the workflows are bundled at start. */
const bundleFile = join(__dirname, 'workflow-bundle.js');

async function runWorker(config: WorkerConfig): Promise<void> {
  const log = installRuntime(config);
  const tracing =
    config.temporal.traces &&
    startTracing(config.temporal.traces, {
      service: 'frontpage-worker',
      delivery: 'batched',
      onProblem: (message) => log.warn(message),
    });
  const connection = await NativeConnection.connect(config.temporal.connectionOptions);
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    workflowBundle: await workflowBundle(config, tracing),
    connection,
    namespace: config.temporal.namespace ?? 'default',
    ...dataConverterOption(config),
    interceptors: { activity: [runMarkInterceptors] },
    plugins: tracing === undefined ? [] : [tracing.plugin],
    activities: activitiesOf(config, Runtime.instance().metricMeter),
    // A watch or a load that is asked to leave hands over within this time, at its next heartbeat.
    shutdownGraceTime: '10 seconds',
    // Cancelling a run reaches the paid job within seconds, not within the default minute.
    maxHeartbeatThrottleInterval: '2 seconds',
  };
  try {
    const workers = [
      await Worker.create({ ...common, ...versionedAs(config.deployment, taskQueue), taskQueue }),
      await Worker.create({
        ...common,
        ...versionedAs(config.deployment, freshTaskQueue),
        taskQueue: freshTaskQueue,
        // Of beats there is one at a time; each step holds a whole state in memory.
        maxConcurrentActivityTaskExecutions: 2,
      }),
    ];
    await runAll(workers);
  } finally {
    await connection.close();
    await tracing?.end();
  }
}

function activitiesOf(config: WorkerConfig, meter: MetricMeter): Activities {
  const activities = createActivities({
    lake: createS3ObjectStore(config.trainingPlace.bucket, config.aws.S3),
    deliveryMetrics: createCloudWatchDeliveryMetrics(config.stream, config.aws.CLOUDWATCH),
    trainingService: createSageMakerTrainingService(config.aws.SAGEMAKER),
    table: countWrites(createDynamoDbRecommendationTable(config.table, config.aws.DYNAMODB), meter),
    bulkLoads: createDynamoDbBulkLoads(config.table, config.aws.DYNAMODB),
    servingMetrics: createCloudWatchServingMetrics(config.table, config.aws.CLOUDWATCH),
    readerItems: createDynamoDbReaderItems(config.table, config.aws.DYNAMODB),
    freshTable: createDynamoDbFreshTable(config.table, config.aws.DYNAMODB),
    trainingPlace: config.trainingPlace,
    alerts: {
      notifiers: countAlerts(
        createNotifiers(config.alerts, config.aws.SNS, (level, line, facts) =>
          Runtime.instance().logger[level](line, facts),
        ),
        meter,
      ),
      runbookUrl: config.alerts.runbookUrl,
    },
    pipelineMetrics: createCloudWatchPipelineMetrics(config.table, config.aws.CLOUDWATCH),
  });
  return countActivities(activities, meter);
}

function dataConverterOption({ temporal }: WorkerConfig): Pick<WorkerOptions, 'dataConverter'> {
  const dataConverter = dataConverterOf(temporal);
  return dataConverter === undefined ? {} : { dataConverter };
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

/** The prebuilt bundle is the plain one. */
async function workflowBundle({ temporal }: WorkerConfig, tracing: Tracing | undefined): Promise<WorkflowBundleOption> {
  const encrypted = temporal.payloadKeys !== undefined;
  if (tracing === undefined && !encrypted && existsSync(bundleFile)) return { codePath: bundleFile };
  return bundleWorkflows({
    logger: Runtime.instance().logger,
    encrypted,
    plugins: tracing === undefined ? [] : [tracing.plugin],
  });
}

if (require.main === module) {
  void (async () => {
    try {
      await runWorker(loadWorkerConfig());
    } catch (error) {
      const told = error instanceof ConfigError || error instanceof MetricsUnavailable;
      console.error(told ? error.message : error);
      process.exitCode = 1;
    }
  })();
}
