/** Strong reads of several items by their keys, the throttled ones again until all have been answered. */
import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fullJitterMs } from '../domain/jitter';
import type { Item } from './itemAttributes.dynamodb';

/** At most 100 keys, DynamoDB's limit. Items that are not there are absent from the answer. */
export async function batchGet(dynamodb: DynamoDBClient, tableName: string, keys: readonly Item[]): Promise<Item[]> {
  let pending = [...keys];
  const found: Item[] = [];
  for (let rounds = 0; pending.length > 0; rounds++) {
    // What is left over was throttled.
    if (rounds > 0) await delay(fullJitterMs(rounds, 50, 5000, Math.random()));
    const answer = await dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } } }),
    );
    found.push(...(answer.Responses?.[tableName] ?? []));
    pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return found;
}
