/** The recommendation table on Amazon DynamoDB. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { livePointerKey } from '../domain/keys';
import { parseRunDate } from '../domain/runDate';
import type { StoredList } from '../domain/storedList';
import type { AwsEndpoint } from './awsEndpoint';
import { batchGet } from './batchGet.dynamodb';
import { createBatchWrites } from './batchWrite.dynamodb';
import { count, type Item, isRefusal, text } from './itemAttributes.dynamodb';
import type { LivePointer, RecommendationTable, SeenPointer } from './recommendationTable';
import { createVersionRegister } from './recommendationTable.versions.dynamodb';

export function createDynamoDbRecommendationTable(tableName: string, endpoint: AwsEndpoint): RecommendationTable {
  const dynamodb = new DynamoDBClient({ ...endpoint, maxAttempts: 5 });

  return {
    ...createBatchWrites(dynamodb, tableName),
    ...createVersionRegister(dynamodb, tableName),

    async read(keys) {
      const wanted = keys.map(({ pk, sk }): Item => ({ pk: { S: pk }, sk: { S: sk } }));
      return (await batchGet(dynamodb, tableName, wanted)).map(toList);
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

    async moveLive(to, seen) {
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
            ...conditionOf(seen),
          }),
        );
        return true;
      } catch (error) {
        if (isRefusal(error)) return false;
        throw error;
      }
    },
  };
}

function conditionOf(seen: SeenPointer | undefined) {
  if (seen === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  const { version, publishedAt } = seen;
  return {
    ConditionExpression: `#version = :version${publishedAt === undefined ? '' : ' AND published_at = :published'}`,
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: {
      ':version': { S: version },
      ...(publishedAt === undefined ? {} : { ':published': { S: publishedAt } }),
    },
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
