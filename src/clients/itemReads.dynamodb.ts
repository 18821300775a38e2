/**
 * Reads of single items of one table. Reads that are asked for in the same turn of the event loop share one call: signing and HTTP
 * cost far more than an item does. A lone read is a GetItem; the busier the process, the more reads come together by themselves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { field } from '../domain/field';
import { DynamoDbError } from './readAnswer.dynamodb';
import type { ReadCall } from './readCall.dynamodb';
import { CorruptAnswer } from './wholeAnswer.dynamodb';

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** `undefined` when there is no such item. Throws when the table does not answer. */
export type ReadItem = (key: ItemKey) => Promise<unknown>;

export interface ItemReadsOptions {
  readonly tableName: string;
  readonly call: ReadCall;
  readonly consistent: boolean;
  /** 1 to 100, DynamoDB's limit. */
  readonly maxKeysPerCall: number;
}

interface Reading {
  readonly key: ItemKey;
  readonly answer: Promise<unknown>;
  readonly resolve: (item: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How often keys that a batch left unprocessed, throttled, are asked for. */
const maxRounds = 2;
const maxPauseMs = 10;

export function createItemReads({ tableName, call, consistent, maxKeysPerCall }: ItemReadsOptions): ReadItem {
  let waiting = new Map<string, Reading>();
  const table = JSON.stringify(tableName);

  function send(): void {
    const readings = [...waiting.values()];
    waiting = new Map();
    const [only] = readings;
    const sent = readings.length === 1 && only !== undefined ? readOne(only) : readMany(readings, 1);
    sent.catch((error: unknown) => {
      for (const { reject } of readings) reject(error);
    });
  }

  async function readOne({ key, resolve }: Reading): Promise<void> {
    const answer = await call('GetItem', `{"TableName":${table},"ConsistentRead":${consistent},"Key":${wireKey(key)}}`);
    const item = field(answer, 'Item');
    if (item !== undefined && nameOf(item) !== nameOfKey(key)) throw otherItem();
    resolve(item);
  }

  async function readMany(readings: readonly Reading[], round: number): Promise<void> {
    const keys = readings.map(({ key }) => wireKey(key)).join(',');
    const answer = await call(
      'BatchGetItem',
      `{"RequestItems":{${table}:{"ConsistentRead":${consistent},"Keys":[${keys}]}}}`,
    );
    const items = field(field(answer, 'Responses'), tableName);
    if (!Array.isArray(items)) throw new CorruptAnswer('DynamoDB answered a batch without saying what it found');
    const found = byName(items);
    const unprocessed = byName(field(field(field(answer, 'UnprocessedKeys'), tableName), 'Keys'));
    const again: Reading[] = [];
    for (const reading of readings) {
      const name = nameOfKey(reading.key);
      if (unprocessed.has(name)) again.push(reading);
      else reading.resolve(found.get(name));
    }
    if (again.length === 0) return;
    if (round === maxRounds) {
      throw new DynamoDbError('ProvisionedThroughputExceededException', 'reads of a batch were throttled', 200);
    }
    await sleep(Math.random() * maxPauseMs);
    await readMany(again, round + 1);
  }

  return (key) => {
    const name = nameOfKey(key);
    const known = waiting.get(name);
    if (known !== undefined) return known.answer;
    const { promise, resolve, reject } = withResolvers();
    waiting.set(name, { key, answer: promise, resolve, reject });
    if (waiting.size === maxKeysPerCall) send();
    else if (waiting.size === 1) setImmediate(() => waiting.size > 0 && send());
    return promise;
  };
}

const wireKey = ({ pk, sk }: ItemKey): string => `{"pk":{"S":${JSON.stringify(pk)}},"sk":{"S":${JSON.stringify(sk)}}}`;
const nameOfKey = ({ pk, sk }: ItemKey): string => `${pk}\n${sk}`;
const nameOf = (item: unknown): string =>
  `${String(field(field(item, 'pk'), 'S'))}\n${String(field(field(item, 'sk'), 'S'))}`;

function byName(items: unknown): Map<string, unknown> {
  return new Map(Array.isArray(items) ? items.map((item: unknown) => [nameOf(item), item]) : []);
}

function otherItem(): CorruptAnswer {
  return new CorruptAnswer('DynamoDB answered with another item than was asked for');
}

function withResolvers() {
  let resolve: (item: unknown) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((onItem, onError) => {
    resolve = onItem;
    reject = onError;
  });
  return { promise, resolve, reject };
}
