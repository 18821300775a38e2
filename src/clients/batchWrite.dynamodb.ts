/**
 * BatchWriteItem for a bulk load, and for taking out what one has loaded: the request is put together from shard lines as they
 * lie there, and the answer is parsed once. What an error means is for the SDK's own classification to say. Beyond the SDK, an answer that is no whole answer
 * is asked for again, and credentials that expired on the way are fetched anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isClockSkewError, isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { field } from '../domain/field';
import { fullJitterMs } from '../domain/jitter';
import { shardLineOf } from '../domain/shardItem';
import { refusedBy } from '../domain/writeRate';
import type { ListToWrite, RecommendationTable, WriteAnswer } from './recommendationTable';
import { ServiceError } from './serviceError.dynamodb';
import { type SignedAnswer, SignedCalls } from './signedCall.dynamodb';
import { CorruptAnswer, checkChecksum, jsonOf } from './wholeAnswer.dynamodb';

/** Far longer than any write takes. */
const timeoutMs = 10_000;
const maxTries = 8;
const retryBaseMs = 100;
const retryCapMs = 5_000;

const credentialErrors = new Set(['ExpiredTokenException', 'ExpiredToken', 'UnrecognizedClientException']);

type Verdict = 'throttled' | 'new credentials' | 'again' | 'final';

/** What is to be done with a list, as a member of a request, and where an answer gives its key back. */
interface Deed {
  request(list: ListToWrite): string;
  keyIn(request: unknown): unknown;
}

const put: Deed = {
  request: (list) => `{"PutRequest":${list.line ?? shardLineOf(list)}}`,
  keyIn: (request) => field(field(request, 'PutRequest'), 'Item'),
};

const remove: Deed = {
  request: ({ pk, sk }) =>
    `{"DeleteRequest":{"Key":{"pk":{"S":${JSON.stringify(pk)}},"sk":{"S":${JSON.stringify(sk)}}}}}`,
  keyIn: (request) => field(field(request, 'DeleteRequest'), 'Key'),
};

export function createBatchWrites(
  client: DynamoDBClient,
  tableName: string,
): Pick<RecommendationTable, 'write' | 'remove'> {
  const { config } = client;
  const calls = new SignedCalls(config, {
    command: BatchWriteItemCommand,
    endpointInput: { RequestItems: { [tableName]: [] } },
    connectMs: timeoutMs,
    answerMs: timeoutMs,
  });
  const head = `{"ReturnConsumedCapacity":"TOTAL","RequestItems":{${JSON.stringify(tableName)}:[`;

  function tryOnce(deed: Deed, lists: readonly ListToWrite[]): Promise<WriteAnswer> {
    const requests = lists.map((list) => deed.request(list));
    return calls
      .send('BatchWriteItem', `${head}${requests.join(',')}]}}`)
      .then((answer) => readAnswer(answer, deed, lists));
  }

  function verdictOn(error: unknown): Verdict {
    if (error instanceof CorruptAnswer) return 'again';
    if (!isSdkError(error)) return 'final';
    if (isThrottlingError(error)) return 'throttled';
    if (credentialErrors.has(error.name)) return 'new credentials';
    if (isClockSkewError(error) && error instanceof ServiceError && calls.correctClock(error.serverTimeMs))
      return 'again';
    return isTransientError(error) || isServerError(error) ? 'again' : 'final';
  }

  const all =
    (deed: Deed) =>
    async (lists: readonly ListToWrite[]): Promise<WriteAnswer> => {
      for (let tries = 1; ; tries++) {
        try {
          return await tryOnce(deed, lists);
        } catch (error) {
          const verdict = verdictOn(error);
          if (verdict === 'throttled') {
            const reasons = error instanceof ServiceError ? error.throttlingReasons : [];
            return { unprocessed: lists, consumedUnits: 0, refusedBy: refusedBy(reasons) };
          }
          if (verdict === 'final' || tries === maxTries) throw error;
          if (verdict === 'new credentials') await calls.renewCredentials();
          await sleep(fullJitterMs(tries, retryBaseMs, retryCapMs, Math.random()));
        }
      }
    };
  return { write: all(put), remove: all(remove) };
}

function readAnswer(signed: SignedAnswer, deed: Deed, lists: readonly ListToWrite[]): WriteAnswer {
  if (signed.statusCode !== 200) throw new ServiceError(signed);
  checkChecksum(signed);
  const answer = jsonOf(signed);
  const left = field(answer, 'UnprocessedItems');
  if (typeof left !== 'object' || left === null) throw new CorruptAnswer("an answer has no 'UnprocessedItems'");
  return { unprocessed: unprocessedOf(left, deed, lists), consumedUnits: consumedUnitsOf(answer, lists) };
}

/** Those of the lists that the answer gives back. */
function unprocessedOf(left: object, deed: Deed, lists: readonly ListToWrite[]): ListToWrite[] {
  const requests = Object.values(left).flatMap((ofTable: unknown): unknown[] => {
    if (Array.isArray(ofTable)) return ofTable;
    throw new CorruptAnswer('the unprocessed items of an answer are no list');
  });
  if (requests.length === 0) return [];
  const byKey = new Map(lists.map((list) => [JSON.stringify([list.pk, list.sk]), list]));
  return requests.map((request) => {
    const key = deed.keyIn(request);
    const list = byKey.get(JSON.stringify([field(field(key, 'pk'), 'S'), field(field(key, 'sk'), 'S')]));
    if (list === undefined) throw new CorruptAnswer('an answer gives back an item that was not sent');
    return list;
  });
}

/** Where the service does not tell, one unit for each list: they are smaller than 1 KB. */
function consumedUnitsOf(answer: unknown, lists: readonly ListToWrite[]): number {
  const consumed = field(answer, 'ConsumedCapacity');
  if (!Array.isArray(consumed) || consumed.length === 0) return lists.length;
  const units = consumed.reduce<number>((sum, ofTable: unknown) => sum + Number(field(ofTable, 'CapacityUnits')), 0);
  if (!Number.isFinite(units)) throw new CorruptAnswer('an answer tells no number of consumed units');
  return units;
}

type SdkError = Parameters<typeof isTransientError>[0];

/** The SDK's classification looks at an error's name, code and status, and takes any error. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}
