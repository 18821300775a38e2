/** The recommendation table on Amazon DynamoDB. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { livePointerKey, versionSk, versionsPk } from '../domain/keys';
import { parseRunDate } from '../domain/runDate';
import type { StoredList } from '../domain/storedList';
import type { AwsEndpoint } from './awsEndpoint';
import type { LivePointer, RecommendationTable, VersionRecord } from './recommendationTable';

type Item = Record<string, AttributeValue>;

/** Names that say "too fast" in one way or another; the caller slows down for all of them alike. */
const throttleErrors = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

export function createDynamoDbRecommendationTable(tableName: string, endpoint: AwsEndpoint): RecommendationTable {
  const dynamodb = new DynamoDBClient({ ...endpoint, maxAttempts: 5 });
  // The loader has its own rate and retries; the SDK's would hide throttling from it.
  const writer = new DynamoDBClient({ ...endpoint, maxAttempts: 1 });
  // This middleware copies every input deeply, also when nothing is logged: half of the CPU of a bulk load.
  writer.middlewareStack.remove('loggerMiddleware');

  return {
    async write(lists) {
      try {
        const answer = await writer.send(
          new BatchWriteItemCommand({
            RequestItems: { [tableName]: lists.map((list) => ({ PutRequest: { Item: toItem(list) } })) },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        return {
          unprocessed: (answer.UnprocessedItems?.[tableName] ?? []).map((request) =>
            toList(request.PutRequest?.Item ?? {}),
          ),
          consumedUnits: (answer.ConsumedCapacity ?? []).reduce((sum, used) => sum + (used.CapacityUnits ?? 0), 0),
        };
      } catch (error) {
        if (error instanceof Error && throttleErrors.has(error.name)) return { unprocessed: lists, consumedUnits: 0 };
        throw error;
      }
    },

    async read(keys) {
      let pending: Item[] = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
      const found: StoredList[] = [];
      while (pending.length > 0) {
        const answer = await dynamodb.send(
          new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } } }),
        );
        found.push(...(answer.Responses?.[tableName] ?? []).map(toList));
        pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
      }
      return found;
    },

    async live() {
      const answer = await dynamodb.send(
        new GetItemCommand({
          TableName: tableName,
          Key: { pk: { S: livePointerKey.pk }, sk: { S: livePointerKey.sk } },
          ConsistentRead: true,
        }),
      );
      return answer.Item === undefined ? undefined : toPointer(answer.Item);
    },

    async moveLive(to, expectedVersion) {
      try {
        await dynamodb.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              pk: { S: livePointerKey.pk },
              sk: { S: livePointerKey.sk },
              version: { S: to.version },
              run_date: { S: to.runDate },
              published_at: { S: to.publishedAt },
              reason: { S: to.reason },
              ...(to.previous === undefined ? {} : { previous: { S: to.previous } }),
            },
            ...(expectedVersion === undefined
              ? { ConditionExpression: 'attribute_not_exists(pk)' }
              : {
                  ConditionExpression: '#version = :expected',
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':expected': { S: expectedVersion } },
                }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
        throw error;
      }
    },

    async recordVersion(record) {
      await dynamodb.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            pk: { S: versionsPk },
            sk: { S: versionSk(record.version) },
            version: { S: record.version },
            run_date: { S: record.runDate },
            items: { N: String(record.items) },
            readers: { N: String(record.readers) },
            model_uri: { S: record.modelUri },
            published_at: { S: record.publishedAt },
          },
        }),
      );
    },

    async versions() {
      const found: VersionRecord[] = [];
      const pages = paginateQuery(
        { client: dynamodb },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :versions',
          ExpressionAttributeValues: { ':versions': { S: versionsPk } },
          ScanIndexForward: false,
          ConsistentRead: true,
        },
      );
      for await (const page of pages) found.push(...(page.Items ?? []).map(toVersionRecord));
      return found;
    },
  };
}

function toItem(list: StoredList): Item {
  return {
    pk: { S: list.pk },
    sk: { S: list.sk },
    articles: { S: list.articles },
    expires_at: { N: String(list.expiresAt) },
  };
}

function toList(item: Item): StoredList {
  return {
    pk: text(item, 'pk'),
    sk: text(item, 'sk'),
    articles: text(item, 'articles'),
    expiresAt: count(item, 'expires_at'),
  };
}

function toPointer(item: Item): LivePointer {
  const previous = item['previous']?.S;
  return {
    version: text(item, 'version'),
    runDate: parseRunDate(text(item, 'run_date')),
    publishedAt: text(item, 'published_at'),
    reason: text(item, 'reason'),
    ...(previous === undefined ? {} : { previous }),
  };
}

function toVersionRecord(item: Item): VersionRecord {
  return {
    version: text(item, 'version'),
    runDate: parseRunDate(text(item, 'run_date')),
    items: count(item, 'items'),
    readers: count(item, 'readers'),
    modelUri: text(item, 'model_uri'),
    publishedAt: text(item, 'published_at'),
  };
}

function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`the table's item has no text attribute '${name}' [pk=${item['pk']?.S}]`);
  return value;
}

function count(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isFinite(value)) throw new Error(`the table's item has no number '${name}' [pk=${item['pk']?.S}]`);
  return value;
}
