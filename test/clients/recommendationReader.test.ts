import { createHash, createHmac, randomUUID } from 'node:crypto';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../local/resources';
import { createDynamoDbFreshTable } from '../../src/clients/freshTable.dynamodb';
import { createDynamoDbRecommendationReader } from '../../src/clients/recommendationReader.dynamodb';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { currentItems } from '../../src/domain/currentItems';
import { anyDoor } from '../../src/domain/door';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { FreshState } from '../../src/domain/freshState';
import { startServing } from '../../src/serving/startServing';
import { testAws } from '../support/aws';
import { type Call, ScriptedDynamoDb } from '../support/scriptedDynamoDb';

const version = '2026-11-23.01';
const table = `recommendations-${randomUUID()}`;
const dynamodb = new DynamoDBClient(testAws());

beforeAll(() => createTable(testAws(), table));

afterAll(() => dynamodb.destroy());

async function put(pk: string, sk: string, texts: Record<string, string>, expiresAt?: number): Promise<void> {
  const attributes = Object.entries(texts).map(([name, text]) => [name, { S: text }] as const);
  const expiry = expiresAt === undefined ? {} : { expires_at: { N: String(expiresAt) } };
  const item = { pk: { S: pk }, sk: { S: sk }, ...Object.fromEntries(attributes), ...expiry };
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: item }));
}

describe('the DynamoDB recommendation reader', () => {
  // The load of the machine, not the table, decides how fast an emulator answers.
  const times = { readerListMs: 20_000, sharedMs: 20_000 };
  const reader = createDynamoDbRecommendationReader(table, testAws(), times);

  it('knows no live version and no list before anything is written', async () => {
    expect(await reader.liveVersion()).toBeUndefined();
    expect(await reader.readerList('r1', version)).toBeUndefined();
  });

  it('reads the pointer and the lists that the pipeline writes', async () => {
    await put('live', 'pointer', { version, run_date: '2026-11-23', published_at: 'now', reason: 'published' });
    await put('u#r1', `v#${version}`, { articles: 'a1 a2 a3' }, 4_000_000_000);
    await put('list#popular', `v#${version}`, { articles: 'p1 p2' }, 4_000_000_000);
    await put('list#section#sport', `v#${version}`, { articles: 's1' }, 4_000_000_001);
    expect(await reader.liveVersion()).toBe(version);
    expect(await reader.readerList('r1', version)).toEqual({ articles: ['a1', 'a2', 'a3'], expiresAt: 4_000_000_000 });
    expect(await reader.popularList(version)).toEqual({ articles: ['p1', 'p2'], expiresAt: 4_000_000_000 });
    expect(await reader.sectionList('sport', version)).toEqual({ articles: ['s1'], expiresAt: 4_000_000_001 });
    expect(await reader.readerList('r1', '2026-11-24.01')).toBeUndefined();
  });

  it('gives the serving API real items, of which expired ones count as absent', async () => {
    await put('u#late', `v#${version}`, { articles: 'x1' }, 1_700_000_000);
    const serving = await startServing({
      host: '127.0.0.1',
      port: 0,
      reader,
      pointerCacheSeconds: 5,
      budgetMs: 20_000,
      logLevel: 'silent',
    });
    try {
      const [personal, expired] = await Promise.all(
        ['r1', 'late'].map(async (id) => (await fetch(`${serving.url}/v1/users/${id}/recommendations`)).json()),
      );
      expect(personal).toEqual({ user: 'r1', version, tier: 'personal', articles: ['a1', 'a2', 'a3', 'p1', 'p2'] });
      expect(expired).toEqual({ user: 'late', version, tier: 'popular', articles: ['p1', 'p2'] });
    } finally {
      await serving.close();
    }
  });

  it('names the table when a stored list is unreadable', async () => {
    await put('u#odd', `v#${version}`, { articles: 'a1' });
    await expect(reader.readerList('odd', version)).rejects.toThrow(`[table=${table}, sk=v#${version}]`);
  });

  it('reads many lists at once from a real table', async () => {
    const readers = Array.from({ length: 60 }, (_, index) => `many${index}`);
    await Promise.all(readers.map((id) => put(`u#${id}`, `v#${version}`, { articles: `x-${id}` }, 4_000_000_000)));
    const lists = await Promise.all([...readers, 'nobody'].map((id) => reader.readerList(id, version)));
    expect(lists.map((list) => list?.articles)).toEqual([...readers.map((id) => [`x-${id}`]), undefined]);
  });
});

describe('the fresh lists of the DynamoDB recommendation reader', () => {
  const times = { readerListMs: 20_000, sharedMs: 20_000 };
  const reader = createDynamoDbRecommendationReader(table, testAws(), times);
  const atMs = Date.parse('2026-11-23T06:00:00Z');
  const stamp = { beat: 42, atMs, expiresAt: atMs / 1000 + 3600 };

  it('are those that the fresh loop writes', async () => {
    expect(await reader.freshPopular()).toBeUndefined();
    expect(await reader.nextList('f1')).toBeUndefined();
    expect(await reader.freshSection('sport')).toBeUndefined();
    expect(await reader.freshDoor(17)).toBeUndefined();
    const state = FreshState.empty(defaultFreshSettings);
    for (const userId of ['r1', 'r2', 'r3']) {
      state.count({ userId, articleId: 'f1', occurredAtMs: atMs - 120_000, section: 'sport', door: 17 }, atMs);
      state.count({ userId, articleId: 'f2', occurredAtMs: atMs - 60_000, section: 'sport' }, atMs);
    }
    const lists = state.lists(atMs);
    const freshTable = createDynamoDbFreshTable(table, testAws());
    for (const item of currentItems(lists, stamp.beat, 60)) await freshTable.replace(item);
    const popular = await reader.freshPopular();
    expect(popular).toMatchObject(stamp);
    expect([...(popular?.list.articles ?? [])].sort()).toEqual(['f1', 'f2']);
    expect(await reader.nextList('f1')).toMatchObject({ ...stamp, list: { articles: ['f2'] } });
    const ofDoor = { ...stamp, expiresAt: atMs / 1000 + 300, list: { articles: ['f1'] } };
    expect(await reader.freshDoor(17)).toMatchObject(ofDoor);
    expect(await reader.freshDoor(anyDoor)).toMatchObject(ofDoor);
    const section = await reader.freshSection('sport');
    expect(section).toMatchObject(stamp);
    expect(section?.list.articles).toEqual(lists.sections.get('sport')?.articles);
  });

  it('are named when they cannot be read, and why', async () => {
    const stamps = { beat: { N: '1' }, at: { N: '1' }, expires_at: { N: '1' } };
    const write = (pk: string, attributes: Record<string, { S: string } | { N: string }>) =>
      dynamodb.send(new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, sk: { S: 'now' }, ...attributes } }));
    await write('next#torn', { list: { S: 'f1:0.5 f2' }, ...stamps });
    await expect(reader.nextList('torn')).rejects.toMatchObject({
      name: 'UnreadableItem',
      message: `a fresh list cannot be read [table=${table}, pk=next#torn]`,
      cause: { name: 'InvalidFreshItem' },
    });
    await write('fresh#section#odd', { list: { S: 'f1:0.5' }, at: { N: '1' } });
    await expect(reader.freshSection('odd')).rejects.toThrow(`no number 'beat'`);
    await write('fresh#popular', { list: { S: 'f1:0.5' }, ...stamps });
    await expect(reader.freshPopular()).rejects.toMatchObject({ name: 'UnreadableItem' });
  });

  it('are blended by the weights in the record of the version', async () => {
    expect(await reader.blendWeights('2026-11-01.01')).toBeUndefined();
    await put('versions', 'v#2026-11-01.01', { version: '2026-11-01.01' });
    expect(await reader.blendWeights('2026-11-01.01')).toBeUndefined();
    await put('versions', 'v#2026-11-02.01', { blend: JSON.stringify(defaultBlendWeights) });
    expect(await reader.blendWeights('2026-11-02.01')).toEqual(defaultBlendWeights);
    for (const [index, blend] of ['{"first":1}', 'none', ''].entries()) {
      const broken = `2026-11-03.0${index}`;
      await put('versions', `v#${broken}`, { blend });
      await expect(reader.blendWeights(broken)).rejects.toMatchObject({
        name: 'UnreadableItem',
        message: expect.stringContaining(`sk=v#${broken}]`),
      });
    }
  });
});

describe('the wire of the DynamoDB recommendation reader', () => {
  const dynamo = new ScriptedDynamoDb();
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const times = { readerListMs: 20_000, sharedMs: 20_000 };
  const connect = (given = times) =>
    createDynamoDbRecommendationReader('lists', { region: 'eu-west-1', endpoint: dynamo.endpoint, credentials }, given);

  beforeAll(async () => {
    await dynamo.start();
    for (let index = 0; index < 60; index++) dynamo.putList(`u#r${index}`, version, `a${index}`);
    dynamo.putPointer(version);
  });
  beforeEach(() => {
    dynamo.script = () => ({ kind: 'stored' });
    dynamo.calls.length = 0;
  });
  afterAll(() => dynamo.stop());

  it('signs its calls as Signature Version 4 says', async () => {
    await connect().readerList('r1', version);
    const [call] = dynamo.calls;
    expect(call?.headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(call?.headers.authorization).toBe(call && signature(call, credentials.secretAccessKey));
  });

  it('shares a call among reads of one turn, each key once, and gives each reader its own list', async () => {
    const reader = connect();
    const asked = [...Array.from({ length: 60 }, (_, index) => index), 59, 59];
    const lists = await Promise.all(asked.map((index) => reader.readerList(`r${index}`, version)));
    expect(lists.map((list) => list?.articles)).toEqual(asked.map((index) => [`a${index}`]));
    expect(dynamo.calls.map(({ operation, keys }) => [operation, keys.length])).toEqual([
      ['BatchGetItem', 25],
      ['BatchGetItem', 25],
      ['BatchGetItem', 10],
    ]);
  });

  it('asks once more for keys of a batch that were throttled, and fails only those that are throttled again', async () => {
    const reader = connect();
    const read = () => Promise.allSettled([0, 1, 2].map((index) => reader.readerList(`r${index}`, version)));
    const slow = `u#r1 v#${version}`;
    dynamo.script = (_call, index) => (index === 0 ? { kind: 'unprocessed', keys: [slow] } : { kind: 'stored' });
    expect((await read()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(dynamo.calls.map(({ keys }) => keys.length)).toEqual([3, 1]);
    dynamo.script = () => ({ kind: 'unprocessed', keys: [slow] });
    const [first, second, third] = await read();
    expect([first?.status, third?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(second).toMatchObject({ reason: { name: 'ProvisionedThroughputExceededException' } });
  });

  it('believes only a strong read that a reader has no list, and that a version is live', async () => {
    const reader = connect();
    await reader.readerList('r1', version);
    expect(dynamo.calls.map(({ consistent }) => consistent)).toEqual([false]);
    expect(await reader.readerList('nobody', version)).toBeUndefined();
    await reader.liveVersion();
    expect(dynamo.calls.map(({ consistent }) => consistent)).toEqual([false, false, true, true]);
    // A list that an eventual read does not see yet.
    dynamo.script = ({ consistent }) => (consistent ? { kind: 'stored' } : { kind: 'raw', json: {} });
    expect(await reader.readerList('r2', version)).toMatchObject({ articles: ['a2'] });
  });

  it('reads the next lists of a visit in the call of the personal list', async () => {
    const reader = connect();
    dynamo.put('next#c1', 'now', { list: { S: 'n1:0.5' }, beat: { N: '3' }, at: { N: '5' }, expires_at: { N: '9' } });
    const [list, next, none] = await Promise.all([
      reader.readerList('r1', version),
      reader.nextList('c1'),
      reader.nextList('c2'),
    ]);
    expect(list?.articles).toEqual(['a1']);
    expect(next).toEqual({ list: { articles: ['n1'], scores: [0.5] }, beat: 3, atMs: 5, expiresAt: 9 });
    expect(none).toBeUndefined();
    expect(dynamo.calls.map(({ keys }) => keys)).toEqual([[`u#r1 v#${version}`, 'next#c1 now', 'next#c2 now']]);
  });

  it('does not take the item of another version or reader for the one it asked for', async () => {
    const item = {
      pk: { S: 'u#r1' },
      sk: { S: 'v#2026-11-22.01' },
      articles: { S: 'old' },
      expires_at: { N: '4000000000' },
    };
    dynamo.script = () => ({ kind: 'raw', json: { Item: item } });
    await expect(connect().readerList('r1', version)).rejects.toThrow('another item than was asked for');
  });

  it('corrects its clock when signatures are refused for it', async () => {
    const serverTime = new Date('2030-01-01T00:00:00Z');
    dynamo.script = (_call, index) =>
      index === 0
        ? { kind: 'error', status: 400, type: 'InvalidSignatureException', date: serverTime }
        : { kind: 'stored' };
    const reader = connect();
    expect(await reader.readerList('r1', version)).toMatchObject({ articles: ['a1'] });
    expect(dynamo.calls.map(({ headers }) => String(headers['x-amz-date']).slice(0, 8))).toEqual([today(), '20300101']);
  });

  it('does not repeat what was refused for good, and says what DynamoDB said', async () => {
    dynamo.script = () => ({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await expect(connect().readerList('r1', version)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'as told',
    });
    expect(dynamo.calls).toHaveLength(1);
  });

  it('fails on a table that never answers instead of waiting for it', async () => {
    dynamo.script = () => ({ kind: 'nothing' });
    const stuck = connect({ readerListMs: 20, sharedMs: 20 });
    await expect(stuck.liveVersion()).rejects.toThrow('DynamoDB did not answer: Headers Timeout Error');
  });
});

const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '');

/** The Authorization header of a POST to `/`, by the specification and not by the SDK. */
function signature({ headers, body }: Call, secretAccessKey: string): string {
  const stamp = String(headers['x-amz-date']);
  const [, signed = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const canonicalHeaders = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', canonicalHeaders.join(''), signed, sha256(body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/eu-west-1/dynamodb/aws4_request`;
  const key = scope
    .split('/')
    .reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secretAccessKey}`);
  const proof = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n')).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${proof}`;
}
