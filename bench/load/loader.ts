/** The pipeline's own loader, the activity itself, as a worker would run it. Arguments: endpoint, folder, units a second, groups. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createLoadShards } from '../../src/activities/loadShards';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import type { LoadedShards, LoadShardsInput } from '../../src/contract';
import { measure } from './measure';
import { createFolderLake, model } from './shards';

const [endpoint = '', folder = '', unitsPerSecond = '', groupCount = ''] = process.argv.slice(2);
const groups = Number(groupCount);

const loadShards = createLoadShards({
  lake: createFolderLake(folder),
  table: createDynamoDbRecommendationTable('bench', {
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  }),
});

void measure(async () => {
  const loaded = await Promise.all(
    Array.from({ length: groups }, (_, group) =>
      new MockActivityEnvironment().run<[LoadShardsInput], LoadedShards, typeof loadShards>(loadShards, {
        ...model,
        group,
        groups,
        maxUnitsPerSecond: Number(unitsPerSecond) / groups,
      }),
    ),
  );
  return loaded.reduce((sum, { items }) => sum + items, 0);
}).then(() => process.exit());
