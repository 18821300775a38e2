/** Reads of the recommendation table on Amazon DynamoDB, tuned for a page that waits for them. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseBlendWeights } from '../domain/blendWeights';
import { field } from '../domain/field';
import { parsePopular, parseScored } from '../domain/freshItem';
import {
  freshDoorPk,
  freshPopularPk,
  freshSectionPk,
  freshSk,
  livePointerKey,
  nextListPk,
  popularPk,
  readerPk,
  sectionPk,
  versionSk,
  versionsPk,
} from '../domain/keys';
import type { AwsEndpoint } from './awsEndpoint';
import { createItemReads, type ReadItem } from './itemReads.dynamodb';
import { createReadCall } from './readCall.dynamodb';
import { type FreshList, type RankedList, type RecommendationReader, UnreadableItem } from './recommendationReader';

export interface ReadTimes {
  /** For one attempt at a list that a page waits for. */
  readonly readerListMs: number;
  /** For one attempt at what all readers share, which is kept in memory. */
  readonly sharedMs: number;
}

const defaultTimes: ReadTimes = { readerListMs: 50, sharedMs: 500 };
/** A batch is as slow as the slowest of its keys, so it stays far below the 100 that DynamoDB takes. */
const maxKeysPerCall = 25;

export function createDynamoDbRecommendationReader(
  tableName: string,
  endpoint: AwsEndpoint,
  times: ReadTimes = defaultTimes,
): RecommendationReader {
  const dynamodb = new DynamoDBClient(endpoint);
  const impatient = createReadCall(dynamodb, tableName, {
    attempts: 2,
    attemptMs: times.readerListMs,
    maxPauseMs: 10,
  });
  const patient = createReadCall(dynamodb, tableName, { attempts: 3, attemptMs: times.sharedMs, maxPauseMs: 100 });
  const readEventually = createItemReads({ tableName, call: impatient, consistent: false, maxKeysPerCall });
  const readStrongly = createItemReads({ tableName, call: impatient, consistent: true, maxKeysPerCall });
  // The pointer by a strong read: an eventual one may answer with an older version than one before it did.
  const readShared = createItemReads({ tableName, call: patient, consistent: true, maxKeysPerCall });

  async function readList(read: ReadItem, pk: string, version: string): Promise<RankedList | undefined> {
    const item = await read({ pk, sk: versionSk(version) });
    return item === undefined ? undefined : toList(item, tableName);
  }

  async function readFresh<T>(
    read: ReadItem,
    pk: string,
    parse: (text: string) => T,
  ): Promise<FreshList<T> | undefined> {
    const item = await read({ pk, sk: freshSk });
    return item === undefined ? undefined : toFreshList(item, `[table=${tableName}, pk=${pk}]`, parse);
  }

  return {
    async liveVersion() {
      const item = await readShared(livePointerKey);
      if (item === undefined) return undefined;
      const version = field(field(item, 'version'), 'S');
      if (typeof version !== 'string') {
        throw new UnreadableItem(`the live pointer has no text 'version' [table=${tableName}]`);
      }
      return version;
    },
    async readerList(userId, version) {
      const list = await readList(readEventually, readerPk(userId), version);
      // Only a strong read can say that there is none: an eventual one may not see a list that was loaded a moment ago.
      return list ?? readList(readStrongly, readerPk(userId), version);
    },
    popularList: (version) => readList(readShared, popularPk, version),
    sectionList: (section, version) => readList(readShared, sectionPk(section), version),
    async blendWeights(version) {
      const blend = field(await readShared({ pk: versionsPk, sk: versionSk(version) }), 'blend');
      if (blend === undefined) return undefined;
      const where = `[table=${tableName}, pk=${versionsPk}, sk=${versionSk(version)}]`;
      return readable(`the attribute 'blend' cannot be read ${where}`, () =>
        parseBlendWeights(JSON.parse(String(field(blend, 'S')))),
      );
    },
    freshPopular: () => readFresh(readShared, freshPopularPk, parsePopular),
    freshDoor: (door) => readFresh(readEventually, freshDoorPk(door), parseScored),
    freshSection: (section) => readFresh(readEventually, freshSectionPk(section), parseScored),
    // Asked for in the same turn as the reader's list, they share its call.
    nextList: (articleId) => readFresh(readEventually, nextListPk(articleId), parseScored),
  };
}

function toList(item: unknown, tableName: string): RankedList {
  const articles = field(field(item, 'articles'), 'S');
  const expiresAt = Number(field(field(item, 'expires_at'), 'N'));
  if (typeof articles !== 'string' || Number.isNaN(expiresAt)) {
    const sk = String(field(field(item, 'sk'), 'S'));
    throw new UnreadableItem(
      `a list of the table has no text 'articles' or no number 'expires_at' [table=${tableName}, sk=${sk}]`,
    );
  }
  return { articles: articles.split(' ').filter((id) => id !== ''), expiresAt };
}

function toFreshList<T>(item: unknown, where: string, parse: (text: string) => T): FreshList<T> {
  const text = field(field(item, 'list'), 'S');
  const [beat, atMs, expiresAt] = [number(item, 'beat'), number(item, 'at'), number(item, 'expires_at')];
  if (typeof text !== 'string' || !(Number.isFinite(beat) && Number.isFinite(atMs) && Number.isFinite(expiresAt))) {
    throw new UnreadableItem(`a fresh list has no text 'list' or no number 'beat', 'at' or 'expires_at' ${where}`);
  }
  return { list: readable(`a fresh list cannot be read ${where}`, () => parse(text)), beat, atMs, expiresAt };
}

const number = (item: unknown, name: string): number => Number(field(field(item, name), 'N'));

function readable<T>(otherwise: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UnreadableItem(otherwise, { cause });
  }
}
