/** What the table holds, past all faults, against what the shards say. */
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { livePointerKey, versionsPk } from '../../src/domain/keys';
import type { PublishHouse } from './publishHouse';
import { shardsOf } from './publishSets';

/** Strong reads of every item of a version. */
export async function differencesOfVersion(house: PublishHouse, version: string): Promise<string[]> {
  const table = house.table();
  const differences: string[] = [];
  for (const lists of shardsOf(version)) {
    const found = new Map((await table.read(lists)).map(({ pk, articles }) => [pk, articles]));
    for (const { pk, sk, articles } of lists) {
      if (found.get(pk) !== articles) differences.push(`${pk} ${sk} is '${found.get(pk)}' after the load`);
    }
  }
  return differences;
}

/** Everything belongs to one of these versions, and is what its shards say, also long after its load. */
export async function differencesOfTable(house: PublishHouse, versions: readonly string[]): Promise<string[]> {
  const lists = versions.flatMap((version) => shardsOf(version).flat());
  const expected = new Map<string, string>(lists.map(({ pk, sk, articles }) => [`${pk} ${sk}`, articles]));
  const differences: string[] = [];
  const dynamodb = new DynamoDBClient(house.dynamoDb);
  const pages = paginateScan({ client: dynamodb }, { TableName: house.tableName, ConsistentRead: true });
  for await (const { Items: items } of pages) {
    for (const { pk, sk, articles } of items ?? []) {
      if (pk?.S === livePointerKey.pk || pk?.S === versionsPk) continue;
      const name = `${pk?.S} ${sk?.S}`;
      if (expected.get(name) !== articles?.S) differences.push(`${name} is '${articles?.S}' at the end`);
      expected.delete(name);
    }
  }
  dynamodb.destroy();
  return [...differences, ...[...expected.keys()].map((name) => `${name} is missing at the end`)];
}
