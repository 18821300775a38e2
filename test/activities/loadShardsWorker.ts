/**
 * A worker's load as a process that can be killed. Arguments: endpoint, the lake's folder, the cursor to go on from or `null`.
 * Prints each heartbeat, and at the end the result, as lines of JSON.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFolderLake, model } from '../../bench/load/shards';
import { defaultSenderOptions } from '../../src/activities/batchSender';
import { createLoadShards } from '../../src/activities/loadShards';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import type { LoadedShards, LoadShardsInput } from '../../src/contract';

const [endpoint = '', folder = '', cursor = 'null'] = process.argv.slice(2);
const table = createDynamoDbRecommendationTable('t', {
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const loadShards = createLoadShards(
  { lake: createFolderLake(folder), table },
  { ...defaultSenderOptions, linesInFlight: 100, heartbeatEveryMs: 5 },
);
const activity = new MockActivityEnvironment({ heartbeatDetails: JSON.parse(cursor) ?? undefined });
activity.on('heartbeat', (details: unknown) => console.log(JSON.stringify({ heartbeat: details })));
void activity
  .run<[LoadShardsInput], LoadedShards, typeof loadShards>(loadShards, {
    ...model,
    group: 0,
    groups: 1,
    maxUnitsPerSecond: 1e6,
  })
  .then((result) => {
    console.log(JSON.stringify({ result }));
    process.exit();
  });
