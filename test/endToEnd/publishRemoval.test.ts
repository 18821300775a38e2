/** What readers see whose serving process still uses the version before, when that is kept and when it is removed too early. */
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbRecommendationReader } from '../../src/clients/recommendationReader.dynamodb';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { popularPk, readerPk } from '../../src/domain/keys';
import { runDateOfVersion } from '../../src/domain/version';
import { createFrontPages } from '../../src/serving/frontPages';
import { holds, pageLength, pageOf, readers, shardsOf } from '../chaos/publishSets';
import { freshTable, testAws } from '../support/aws';

const old = '2026-01-01.01';
const next = '2026-01-02.01';
const cacheSeconds = 30;
const selection = { limit: pageLength, exclude: new Set<string>() };
const some = readers.slice(0, 40);
const withListsInBoth = some.filter((reader) => holds(old, reader) && holds(next, reader));

/** A process that serves the old version, and has just looked at the pointer when the next one is published. */
async function servedWhilePublished() {
  const tableName = await freshTable();
  const table = createDynamoDbRecommendationTable(tableName, testAws());
  const publish = async (version: string, before: string | undefined): Promise<void> => {
    for (const lists of shardsOf(version)) {
      for (let from = 0; from < lists.length; from += 25) await table.write(lists.slice(from, from + 25));
    }
    const moved = {
      version,
      runDate: runDateOfVersion(version),
      publishedAt: new Date().toISOString(),
      reason: 'test',
    };
    expect(await table.moveLive(moved, before === undefined ? undefined : { version: before })).toBe(true);
  };
  const clock = { nowMs: Date.now() };
  const times = { readerListMs: 10_000, sharedMs: 10_000 };
  const pages = createFrontPages({
    reader: createDynamoDbRecommendationReader(tableName, testAws(), times),
    pointerCacheSeconds: cacheSeconds,
    budgetMs: 20_000,
    circuitRule: {
      windowMs: 1000,
      minCalls: 1000,
      maxFailureShare: 1,
      pauseMs: 1000,
      maxPauseMs: 1000,
      probes: 1,
      probeMs: 1000,
    },
    staticArticles: [],
    onFailure: (error) => {
      throw error;
    },
    onCircuitChange: () => undefined,
    now: () => clock.nowMs,
  });
  await publish(old, undefined);
  await pages.forReader('nobody', selection);
  await publish(next, old);
  const pagesOf = (ids: readonly string[]) => Promise.all(ids.map((reader) => pages.forReader(reader, selection)));
  return { tableName, clock, pagesOf };
}

/** As the TTL, or a sweep, would. */
async function remove(tableName: string, version: string, ids: readonly string[]): Promise<void> {
  const dynamodb = new DynamoDBClient(testAws());
  for (const pk of [popularPk, ...ids.map(readerPk)]) {
    const key = { pk: { S: pk }, sk: { S: `v#${version}` } };
    await dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: key }));
  }
  dynamodb.destroy();
}

const wholePages = (version: string, ids: readonly string[]) =>
  ids.map((reader) => ({
    version,
    tier: holds(version, reader) ? 'personal' : 'popular',
    articles: pageOf(version, reader).split(' '),
    degraded: false,
  }));

describe('F18: the version before the live one', () => {
  it('is served whole, from the table, for as long as a process may use what it knows of the pointer', async () => {
    const { clock, pagesOf } = await servedWhilePublished();
    clock.nowMs += cacheSeconds * 1000 - 1;
    expect(await pagesOf(some)).toEqual(wholePages(old, some));
    clock.nowMs += 1;
    expect(await pagesOf(some)).toEqual(wholePages(next, some));
  });

  it('when it is removed within that time, costs readers their lists, but never gives them those of another version', async () => {
    const { tableName, clock, pagesOf } = await servedWhilePublished();
    await remove(tableName, old, withListsInBoth);
    const [popular = ''] = shardsOf(old).flatMap((lists) =>
      lists.filter(({ pk }) => pk === popularPk).map(({ articles }) => articles),
    );
    const articles = popular.split(' ').slice(0, pageLength);
    expect(withListsInBoth.length).toBeGreaterThan(10);
    expect(await pagesOf(withListsInBoth)).toEqual(
      withListsInBoth.map(() => ({ version: old, tier: 'popular', articles, degraded: false })),
    );
    clock.nowMs += cacheSeconds * 1000;
    expect(await pagesOf(withListsInBoth)).toEqual(wholePages(next, withListsInBoth));
  });
});
