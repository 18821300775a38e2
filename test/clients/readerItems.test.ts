import { readerHash } from '../../src/clients/erasureRegister';
import { createDynamoDbReaderItems } from '../../src/clients/readerItems.dynamodb';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { readerPk, versionSk } from '../../src/domain/keys';
import { freshTable, testAws } from '../support/aws';

describe('everything of a reader in DynamoDB', () => {
  it('is found over all versions and removed, more than a batch at once, and only theirs', async () => {
    const tableName = await freshTable();
    const table = createDynamoDbRecommendationTable(tableName, testAws());
    const items = createDynamoDbReaderItems(tableName, testAws());
    const versions = Array.from({ length: 30 }, (_, day) =>
      versionSk(`2026-10-${String(day + 1).padStart(2, '0')}.01`),
    );
    for (const reader of ['r1', 'r2']) {
      for (const sk of versions) {
        await table.write([{ pk: readerPk(reader), sk, articles: 'a1 a2', expiresAt: 4_000_000_000 }]);
      }
    }
    const stored = await items.stored('r1');
    expect([...stored].sort()).toEqual(versions);
    await items.remove('r1', stored);
    await items.remove('r1', stored);
    expect(await items.stored('r1')).toEqual([]);
    expect(await items.stored('r2')).toHaveLength(30);
  });

  it('has a request that alone knows the id, until it is dropped', async () => {
    const items = createDynamoDbReaderItems(await freshTable(), testAws());
    const hash = readerHash('r1');
    expect(await items.requestOf(hash)).toBeUndefined();
    await items.putRequest(hash, 'r1', 4_000_000_000);
    expect(await items.requestOf(hash)).toBe('r1');
    await items.dropRequest(hash);
    await items.dropRequest(hash);
    expect(await items.requestOf(hash)).toBeUndefined();
  });
});
