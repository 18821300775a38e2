import { createDynamoDbFreshTable } from '../../src/clients/freshTable.dynamodb';
import type { FreshItem } from '../../src/domain/currentItems';
import { nextListPk } from '../../src/domain/keys';
import { freshTable, testAws } from '../support/aws';

const itemOf = (pk: string, beat: number): FreshItem => ({
  pk,
  list: `a${beat}:0.5`,
  beat,
  atMs: 1_795_435_200_000 + beat,
  expiresAt: 4_000_000_000,
});

describe('the items of the fresh loop in DynamoDB', () => {
  it('are replaced by later beats only, and a late try changes nothing', async () => {
    const table = createDynamoDbFreshTable(await freshTable(), testAws());
    const pk = nextListPk('a7');
    expect(await table.replace(itemOf(pk, 7))).toMatchObject({ outcome: 'written' });
    expect(await table.replace(itemOf(pk, 7))).toMatchObject({ outcome: 'superseded' });
    expect(await table.replace(itemOf(pk, 9))).toMatchObject({ outcome: 'written' });
    expect(await table.replace(itemOf(pk, 8))).toMatchObject({ outcome: 'superseded' });
    expect(await table.read([pk])).toEqual(new Map([[pk, itemOf(pk, 9)]]));
  });

  it('are read by more keys than one call takes, and those that are not there are absent', async () => {
    const table = createDynamoDbFreshTable(await freshTable(), testAws());
    const pks = Array.from({ length: 130 }, (_, article) => nextListPk(`a${article}`));
    for (const pk of pks.filter((_, index) => index % 2 === 0)) await table.replace(itemOf(pk, 1));
    const found = await table.read(pks);
    expect(found.size).toBe(65);
    expect(found.get(nextListPk('a128'))).toEqual(itemOf(nextListPk('a128'), 1));
    expect(found.has(nextListPk('a129'))).toBe(false);
    expect((await table.read([])).size).toBe(0);
  });
});
