/** The items of the fresh loop on Amazon DynamoDB. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { isThrottlingError } from '@smithy/core/retry';
import type { FreshItem } from '../domain/currentItems';
import { field } from '../domain/field';
import { freshSk } from '../domain/keys';
import { type RefusedBy, refusedBy } from '../domain/writeRate';
import type { AwsEndpoint } from './awsEndpoint';
import { batchGet } from './batchGet.dynamodb';
import type { FreshTable } from './freshTable';
import { type Item, isRefusal, text } from './itemAttributes.dynamodb';

/** The most that one BatchGetItem takes. */
const keysPerCall = 100;

export function createDynamoDbFreshTable(tableName: string, endpoint: AwsEndpoint): FreshTable {
  const dynamodb = new DynamoDBClient({ ...endpoint, maxAttempts: 5 });
  const keyOf = (pk: string): Item => ({ pk: { S: pk }, sk: { S: freshSk } });

  return {
    async read(pks) {
      const items: FreshItem[] = [];
      for (let from = 0; from < pks.length; from += keysPerCall) {
        const keys = pks.slice(from, from + keysPerCall).map(keyOf);
        items.push(...(await batchGet(dynamodb, tableName, keys)).map(toFreshItem));
      }
      return new Map(items.map((item) => [item.pk, item]));
    },

    async replace({ pk, list, beat, atMs, expiresAt }) {
      try {
        const { ConsumedCapacity } = await dynamodb.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf(pk),
              list: { S: list },
              beat: { N: String(beat) },
              at: { N: String(atMs) },
              expires_at: { N: String(expiresAt) },
            },
            ConditionExpression: 'attribute_not_exists(pk) OR #beat < :beat',
            ExpressionAttributeNames: { '#beat': 'beat' },
            ExpressionAttributeValues: { ':beat': { N: String(beat) } },
            ReturnConsumedCapacity: 'TOTAL',
          }),
        );
        return { outcome: 'written', consumedUnits: ConsumedCapacity?.CapacityUnits ?? unitsOf(list) };
      } catch (error) {
        if (!isSdkError(error)) throw error;
        // A refused condition is paid for like a write.
        if (isRefusal(error)) {
          return { outcome: 'superseded', consumedUnits: unitsOf(list) };
        }
        if (isThrottlingError(error)) return { outcome: 'throttled', refusedBy: throttledBy(error) };
        throw error;
      }
    },
  };
}

type SdkError = Error & Parameters<typeof isThrottlingError>[0];

/** The SDK's classification looks at an error's name, code and status, and takes any error. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}

/** Write units of an item, about: one for each KB. */
const unitsOf = (list: string): number => Math.ceil((list.length + 150) / 1024);

/** The exceptions that carry reasons spell their field in two ways. */
function throttledBy(error: Error): RefusedBy {
  const reasons = field(error, 'ThrottlingReasons') ?? field(error, 'throttlingReasons');
  return refusedBy(Array.isArray(reasons) ? reasons.map((one: unknown) => String(field(one, 'reason'))) : []);
}

function toFreshItem(item: Item): FreshItem {
  return {
    pk: text(item, 'pk'),
    list: text(item, 'list'),
    beat: whole(item, 'beat'),
    atMs: whole(item, 'at'),
    expiresAt: whole(item, 'expires_at'),
  };
}

function whole(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isInteger(value)) throw new Error(`a fresh item has no whole number '${name}' [pk=${item['pk']?.S}]`);
  return value;
}
