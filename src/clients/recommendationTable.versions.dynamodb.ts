/**
 * The register of versions on Amazon DynamoDB. A record is held by who needs its version (`held_until`), or claimed by who
 * removes it (`swept_since`), by conditional writes: never both.
 */
import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { versionSk, versionsPk } from '../domain/keys';
import { parseRunDate } from '../domain/runDate';
import { count, type Item, isRefusal, text } from './itemAttributes.dynamodb';
import type { RecommendationTable, VersionRecord } from './recommendationTable';

type VersionRegister = Pick<
  RecommendationTable,
  'recordVersion' | 'holdVersion' | 'claimForSweep' | 'releaseFromSweep' | 'forgetVersion' | 'versions'
>;

const notSwept = 'attribute_not_exists(swept_since)';

export function createVersionRegister(dynamodb: DynamoDBClient, tableName: string): VersionRegister {
  const keyOf = (version: string) => ({ pk: { S: versionsPk }, sk: { S: versionSk(version) } });

  async function stored(version: string): Promise<Item | undefined> {
    const answer = await dynamodb.send(
      new GetItemCommand({ TableName: tableName, Key: keyOf(version), ConsistentRead: true }),
    );
    return answer.Item;
  }

  /** `false` when the record is not as the write wants it. */
  async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  return {
    recordVersion: (record, heldUntilMs) =>
      unlessRefused(
        dynamodb.send(
          new PutItemCommand({
            TableName: tableName,
            Item: {
              ...keyOf(record.version),
              version: { S: record.version },
              run_date: { S: record.runDate },
              items: { N: String(record.items) },
              readers: { N: String(record.readers) },
              model_uri: { S: record.modelUri },
              published_at: { S: record.publishedAt },
              held_until: { N: String(heldUntilMs) },
              ...(record.blend === undefined ? {} : { blend: { S: record.blend } }),
            },
            ConditionExpression: notSwept,
          }),
        ),
      ),

    async holdVersion(version, untilMs) {
      const held = await unlessRefused(
        dynamodb.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(version),
            UpdateExpression: 'SET held_until = :until',
            ConditionExpression: `attribute_exists(pk) AND ${notSwept}`,
            ExpressionAttributeValues: { ':until': { N: String(untilMs) } },
          }),
        ),
      );
      if (held) return 'held';
      return (await stored(version)) === undefined ? 'unknown' : 'being swept';
    },

    async claimForSweep(version, nowMs) {
      try {
        const { Attributes: before } = await dynamodb.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(version),
            UpdateExpression: 'SET swept_since = if_not_exists(swept_since, :since)',
            ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(held_until) OR held_until < :now)',
            ExpressionAttributeValues: {
              ':since': { S: new Date(nowMs).toISOString() },
              ':now': { N: String(nowMs) },
            },
            ReturnValues: 'ALL_OLD',
          }),
        );
        return before?.['swept_since'] === undefined ? 'claimed' : 'claimed before';
      } catch (error) {
        if (!isRefusal(error)) throw error;
        return (await stored(version)) === undefined ? 'unknown' : 'held';
      }
    },

    async releaseFromSweep(version) {
      await unlessRefused(
        dynamodb.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: keyOf(version),
            UpdateExpression: 'REMOVE swept_since',
            ConditionExpression: 'attribute_exists(pk)',
          }),
        ),
      );
    },

    async forgetVersion(version) {
      await unlessRefused(
        dynamodb.send(
          new DeleteItemCommand({
            TableName: tableName,
            Key: keyOf(version),
            ConditionExpression: 'attribute_exists(swept_since)',
          }),
        ),
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

function toVersionRecord(item: Item): VersionRecord {
  const sweptSince = item['swept_since']?.S;
  const blend = item['blend']?.S;
  return {
    version: text(item, 'version'),
    runDate: parseRunDate(text(item, 'run_date')),
    items: count(item, 'items'),
    readers: count(item, 'readers'),
    modelUri: text(item, 'model_uri'),
    publishedAt: text(item, 'published_at'),
    ...(blend === undefined ? {} : { blend }),
    ...(sweptSince === undefined ? {} : { sweptSince }),
  };
}
