/** Everything of one reader, on Amazon DynamoDB. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { fullJitterMs } from '../domain/jitter';
import { erasureRequestKey, readerPk } from '../domain/keys';
import type { AwsEndpoint } from './awsEndpoint';
import type { ReaderItems } from './readerItems';

/** The most that one BatchWriteItem takes. */
const batchItems = 25;

export function createDynamoDbReaderItems(tableName: string, endpoint: AwsEndpoint): ReaderItems {
  const dynamodb = new DynamoDBClient({ ...endpoint, maxAttempts: 5 });
  const requestKey = (hash: string) => {
    const { pk, sk } = erasureRequestKey(hash);
    return { pk: { S: pk }, sk: { S: sk } };
  };

  async function deleteAll(requests: readonly WriteRequest[]): Promise<void> {
    let pending = [...requests];
    for (let rounds = 0; pending.length > 0; rounds++) {
      if (rounds > 0) await delay(fullJitterMs(rounds, 50, 5000, Math.random()));
      const answer = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: pending } }));
      pending = answer.UnprocessedItems?.[tableName] ?? [];
    }
  }

  return {
    async stored(userId) {
      const found: string[] = [];
      const pages = paginateQuery(
        { client: dynamodb },
        {
          TableName: tableName,
          KeyConditionExpression: 'pk = :reader',
          ExpressionAttributeValues: { ':reader': { S: readerPk(userId) } },
          ProjectionExpression: 'sk',
          ConsistentRead: true,
        },
      );
      for await (const page of pages) found.push(...(page.Items ?? []).flatMap(({ sk }) => sk?.S ?? []));
      return found;
    },

    async remove(userId, sortKeys) {
      for (let from = 0; from < sortKeys.length; from += batchItems) {
        await deleteAll(
          sortKeys
            .slice(from, from + batchItems)
            .map((sk) => ({ DeleteRequest: { Key: { pk: { S: readerPk(userId) }, sk: { S: sk } } } })),
        );
      }
    },

    async putRequest(hash, userId, expiresAt) {
      const Item = { ...requestKey(hash), user_id: { S: userId }, expires_at: { N: String(expiresAt) } };
      await dynamodb.send(new PutItemCommand({ TableName: tableName, Item }));
    },

    async requestOf(hash) {
      const answer = await dynamodb.send(
        new GetItemCommand({ TableName: tableName, Key: requestKey(hash), ConsistentRead: true }),
      );
      return answer.Item?.['user_id']?.S;
    },

    async dropRequest(hash) {
      await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: requestKey(hash) }));
    },
  };
}
