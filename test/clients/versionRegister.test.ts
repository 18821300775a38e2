/** Holding and claiming versions, and removing lists, on an emulator of DynamoDB. */
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Random } from '../../local/newsroom/random';
import type { RecommendationTable, VersionRecord } from '../../src/clients/recommendationTable';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { versionSk, versionsPk } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';
import { FaultyDynamoDb } from '../chaos/faultyDynamoDb';
import { freshTable, testAws } from '../support/aws';

const record: VersionRecord = {
  version: '2026-11-23.01',
  runDate: parseRunDate('2026-11-23'),
  items: 12,
  readers: 11,
  modelUri: 's3://lake/training/job/output/model/',
  publishedAt: '2026-11-24T04:00:00.000Z',
};
const { version } = record;
const nowMs = Date.parse('2026-11-25T04:00:00.000Z');

let tableName: string;
let table: RecommendationTable;
beforeEach(async () => {
  tableName = await freshTable();
  table = createDynamoDbRecommendationTable(tableName, testAws());
});

describe('the register of versions', () => {
  it('lists what was recorded, newest first', async () => {
    const later = { ...record, version: '2026-11-24.01', runDate: parseRunDate('2026-11-24') };
    await table.recordVersion(record, 0);
    await table.recordVersion(later, 0);
    expect(await table.versions()).toEqual([later, record]);
  });

  it('lets nobody claim what is held, until it is not held any more', async () => {
    expect(await table.recordVersion(record, nowMs + 1)).toBe(true);
    expect(await table.claimForSweep(version, nowMs)).toBe('held');
    expect(await table.claimForSweep(version, nowMs + 2)).toBe('claimed');
    expect(await table.claimForSweep(version, nowMs + 3)).toBe('claimed before');
    expect((await table.versions())[0]?.sweptSince).toBe('2026-11-25T04:00:00.002Z');
  });

  it('lets nobody hold or record what is claimed, until the claim is given up', async () => {
    await table.recordVersion(record, 0);
    await table.claimForSweep(version, nowMs);
    expect(await table.holdVersion(version, nowMs + 1000)).toBe('being swept');
    expect(await table.recordVersion({ ...record, items: 99 }, nowMs + 1000)).toBe(false);
    expect((await table.versions())[0]?.items).toBe(12);
    await table.releaseFromSweep(version);
    expect(await table.holdVersion(version, nowMs + 1000)).toBe('held');
    expect(await table.claimForSweep(version, nowMs)).toBe('held');
  });

  it('knows nothing of what was never recorded, and makes no record of it', async () => {
    expect(await table.holdVersion(version, nowMs)).toBe('unknown');
    expect(await table.claimForSweep(version, nowMs)).toBe('unknown');
    await table.releaseFromSweep(version);
    await table.forgetVersion(version);
    expect(await table.versions()).toEqual([]);
  });

  it('forgets what is claimed, and only that', async () => {
    await table.recordVersion(record, 0);
    await table.forgetVersion(version);
    expect(await table.versions()).toEqual([record]);
    await table.claimForSweep(version, nowMs);
    await table.forgetVersion(version);
    await table.forgetVersion(version);
    expect(await table.versions()).toEqual([]);
  });

  it('claims what was recorded before there was any holding', async () => {
    await table.recordVersion(record, nowMs + 1000);
    const dynamodb = new DynamoDBClient(testAws());
    const Key = { pk: { S: versionsPk }, sk: { S: versionSk(version) } };
    await dynamodb.send(new UpdateItemCommand({ TableName: tableName, Key, UpdateExpression: 'REMOVE held_until' }));
    dynamodb.destroy();
    expect(await table.claimForSweep(version, nowMs)).toBe('claimed');
  });

  it('lets one of a claim and a hold win, whichever is first', async () => {
    for (let round = 0; round < 20; round++) {
      await table.recordVersion(record, 0);
      const [claimed, held] = await Promise.all([
        table.claimForSweep(version, nowMs),
        table.holdVersion(version, nowMs + 1000),
      ]);
      expect([
        ['claimed', 'being swept'],
        ['held', 'held'],
      ]).toContainEqual([claimed, held]);
      if (claimed === 'claimed') await table.forgetVersion(version);
    }
  });
});

describe('removing lists', () => {
  const lists = Array.from({ length: 25 }, (_, index) => ({
    pk: `u#r"${index}é`,
    sk: versionSk(version),
    articles: 'a1 a2',
    expiresAt: 4_000_000_000,
  }));

  it('takes out those that it is told, and no others, however often', async () => {
    const other = {
      ...lists[0],
      pk: 'u#r"0é',
      sk: versionSk('2026-11-24.01'),
      articles: 'a3',
      expiresAt: 4_000_000_000,
    };
    await table.write(lists);
    await table.write([other]);
    for (let times = 0; times < 2; times++) {
      expect(await table.remove(lists.slice(0, 20))).toEqual({ unprocessed: [], consumedUnits: expect.any(Number) });
    }
    expect(await table.read([...lists, other])).toHaveLength(6);
  });

  it('gives back what was left, and takes the rest out', async () => {
    await table.write(lists);
    const proxy = await FaultyDynamoDb.before(testAws().endpoint, new Random(5), () => performance.now());
    try {
      const faulty = createDynamoDbRecommendationTable(tableName, { ...testAws(), endpoint: proxy.url });
      proxy.weather = () => ({ unprocessed: 1 });
      const { unprocessed } = await faulty.remove(lists);
      expect(unprocessed.length).toBeGreaterThan(0);
      expect(unprocessed.length).toBeLessThan(lists.length);
      expect((await table.read(lists)).map(({ pk }) => pk).sort()).toEqual(unprocessed.map(({ pk }) => pk).sort());
      proxy.weather = () => ({ throttled: 1 });
      expect(await faulty.remove(lists)).toEqual({ unprocessed: lists, consumedUnits: 0, refusedBy: 'table' });
    } finally {
      await proxy.close();
    }
  });
});
