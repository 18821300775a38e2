/** Reads of the recommendation table on Amazon DynamoDB, tuned for a page that waits for them. */
import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { livePointerKey, popularPk, readerPk, sectionPk, versionSk } from '../domain/keys';
import type { AwsEndpoint } from './awsEndpoint';
import type { RankedList, RecommendationReader } from './recommendationReader';

/** The time for one attempt. Reads take single-digit milliseconds; an attempt that takes this long is not worth waiting for. */
const defaultRequestTimeoutMs = 500;

export function createDynamoDbRecommendationReader(
  tableName: string,
  endpoint: AwsEndpoint,
  requestTimeoutMs = defaultRequestTimeoutMs,
): RecommendationReader {
  const dynamodb = new DynamoDBClient({
    ...endpoint,
    maxAttempts: 3,
    // Without `throwOnRequestTimeout` a late answer is only logged. There is no time limit at all by default.
    requestHandler: {
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 256 },
      httpsAgent: { keepAlive: true, maxSockets: 256 },
    },
  });
  // This middleware copies every input deeply, also when nothing is logged.
  dynamodb.middlewareStack.remove('loggerMiddleware');

  async function read(pk: string, sk: string): Promise<Record<string, AttributeValue> | undefined> {
    const answer = await dynamodb.send(
      new GetItemCommand({ TableName: tableName, Key: { pk: { S: pk }, sk: { S: sk } } }),
    );
    return answer.Item;
  }

  async function readList(pk: string, version: string): Promise<RankedList | undefined> {
    const item = await read(pk, versionSk(version));
    if (item === undefined) return undefined;
    const articles = item['articles']?.S;
    const expiresAt = Number(item['expires_at']?.N);
    if (articles === undefined || Number.isNaN(expiresAt)) {
      throw new Error(
        `a list of the table has no text 'articles' or no number 'expires_at' [table=${tableName}, sk=v#${version}]`,
      );
    }
    return { articles: articles.split(' ').filter((id) => id !== ''), expiresAt };
  }

  return {
    async liveVersion() {
      const item = await read(livePointerKey.pk, livePointerKey.sk);
      if (item === undefined) return undefined;
      const version = item['version']?.S;
      if (version === undefined) throw new Error(`the live pointer has no text 'version' [table=${tableName}]`);
      return version;
    },
    readerList: (userId, version) => readList(readerPk(userId), version),
    popularList: (version) => readList(popularPk, version),
    sectionList: (section, version) => readList(sectionPk(section), version),
  };
}
