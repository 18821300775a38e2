/**
 * A worker of the real workflow whose load, verification and publish are real, and whose training took no time. Arguments:
 * Temporal's address, the workflow bundle, the table's address, the number of shards. At SIGTERM it prints its peak memory.
 */
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createPublish, createReadLive } from '../../src/activities/livePointer';
import { createLoadShards } from '../../src/activities/loadShards';
import { createVerifyLoad } from '../../src/activities/verifyLoad';
import { createDynamoDbFreshTable } from '../../src/clients/freshTable.dynamodb';
import { createDynamoDbReaderItems } from '../../src/clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { taskQueue } from '../../src/contract';
import { activitiesOf, evaluated } from '../../test/support/scenarios';
import { model } from './model';
import { createSetLake, readersPerShard } from './recommendationSet';

const [address = '', codePath = '', endpoint = '', shardCount = ''] = process.argv.slice(2);
const aws = { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

async function main(): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const shards = Number(shardCount);
  const readers = shards * readersPerShard;
  const dependencies = {
    lake: createSetLake(model, shards),
    table: createDynamoDbRecommendationTable('bench', aws),
    readerItems: createDynamoDbReaderItems('bench', aws),
    freshTable: createDynamoDbFreshTable('bench', aws),
    deliveryMetrics: { freshness: () => Promise.resolve([]) },
    trainingService: {
      start: () => Promise.resolve({ adopted: false } as const),
      describe: () => Promise.resolve(undefined),
      stop: () => Promise.resolve(),
    },
    trainingPlace: { bucket: 'bench', roleArn: 'none', image: 'none' },
  };
  const { activities } = activitiesOf({
    startTraining: async () => ({ jobName: model.jobName, version: model.version, scope: 'bench', adopted: false }),
    evaluateModel: async () => ({ ...evaluated(0.1), items: readers, readers, shards }),
    readLive: createReadLive(dependencies),
    loadShards: createLoadShards(dependencies),
    verifyLoad: createVerifyLoad(dependencies),
    publish: createPublish(dependencies),
  });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    activities,
    maxHeartbeatThrottleInterval: '2 seconds',
  });
  await worker.run();
  await connection.close();
  console.log(JSON.stringify({ peakRssBytes: process.resourceUsage().maxRSS * 1024 }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
