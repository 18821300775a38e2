import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import Fastify from 'fastify';
import { createDynamoDbRecommendationReader } from '../../src/clients/recommendationReader.dynamodb';
import { startServing } from '../../src/serving/startServing';
import { testAws } from '../support/aws';

const version = '2026-11-23.01';
const table = `recommendations-${randomUUID()}`;
const dynamodb = new DynamoDBClient(testAws());

beforeAll(async () => {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
    }),
  );
});

afterAll(() => dynamodb.destroy());

async function put(pk: string, sk: string, texts: Record<string, string>, expiresAt?: number): Promise<void> {
  const attributes = Object.entries(texts).map(([name, text]) => [name, { S: text }] as const);
  const expiry = expiresAt === undefined ? {} : { expires_at: { N: String(expiresAt) } };
  const item = { pk: { S: pk }, sk: { S: sk }, ...Object.fromEntries(attributes), ...expiry };
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: item }));
}

describe('the DynamoDB recommendation reader', () => {
  // The load of the machine, not the table, decides how fast an emulator answers.
  const reader = createDynamoDbRecommendationReader(table, testAws(), 20_000);

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

  it('fails on a table that never answers instead of waiting for it', async () => {
    const silent = Fastify({ forceCloseConnections: true });
    silent.addContentTypeParser('*', (_request, _payload, done) => done(null));
    silent.post('/', () => new Promise<never>(() => undefined));
    const endpoint = await silent.listen({ host: '127.0.0.1', port: 0 });
    const stuck = createDynamoDbRecommendationReader(table, { ...testAws(), endpoint }, 20);
    await expect(stuck.liveVersion()).rejects.toThrow(/timed out|timeout/i);
    await silent.close();
  });
});
