/**
 * The product's own activities over the real adapters, as a process that can be killed. Arguments: Temporal's address, the
 * workflow bundle, the names of bucket and table, the address of DynamoDB and that of S3.
 */
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities';
import { createDynamoDbBulkLoads } from '../../src/clients/bulkLoads.dynamodb';
import { createCloudWatchDeliveryMetrics } from '../../src/clients/deliveryMetrics.cloudwatch';
import { createDynamoDbFreshTable } from '../../src/clients/freshTable.dynamodb';
import { createLogNotifier } from '../../src/clients/notifier.log';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { createCloudWatchPipelineMetrics } from '../../src/clients/pipelineMetrics.cloudwatch';
import { createDynamoDbReaderItems } from '../../src/clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { createCloudWatchServingMetrics } from '../../src/clients/servingMetrics.cloudwatch';
import { createSageMakerTrainingService } from '../../src/clients/trainingService.sagemaker';
import { taskQueue } from '../../src/contract';

const [address = '', codePath = '', bucket = '', table = '', dynamoDb = '', s3 = ''] = process.argv.slice(2);
const at = (endpoint: string) => ({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

async function main(): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowBundle: { codePath },
    activities: createActivities({
      lake: createS3ObjectStore(bucket, at(s3)),
      table: createDynamoDbRecommendationTable(table, at(dynamoDb)),
      bulkLoads: createDynamoDbBulkLoads(table, at(dynamoDb)),
      servingMetrics: createCloudWatchServingMetrics(table, at(s3)),
      readerItems: createDynamoDbReaderItems(table, at(dynamoDb)),
      freshTable: createDynamoDbFreshTable(table, at(dynamoDb)),
      // Nothing is trained here, and nothing is waited for.
      deliveryMetrics: createCloudWatchDeliveryMetrics('none', at(s3)),
      trainingService: createSageMakerTrainingService(at(s3)),
      trainingPlace: { bucket, roleArn: 'none', image: 'none' },
      // Who would be told goes to no log.
      alerts: { notifiers: [createLogNotifier(() => undefined)], runbookUrl: 'docs/runbook.md' },
      pipelineMetrics: createCloudWatchPipelineMetrics(table, at(s3)),
    }),
    maxHeartbeatThrottleInterval: '500 ms',
    // Of a worker that is dead nothing more is expected after this.
    stickyQueueScheduleToStartTimeout: '1 second',
  });
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
