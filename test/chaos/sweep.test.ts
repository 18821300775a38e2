/**
 * Readers who ask all the time while old versions are swept beside loads, publishes and rollbacks, and the table misbehaves for
 * the sweep. A sweep that takes what is live must not go unseen.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Random } from '../../local/newsroom/random';
import { defaultSenderOptions } from '../../src/activities/batchSender';
import { createPublish, createReadLive, createRollBack } from '../../src/activities/livePointer';
import { createLoadShards } from '../../src/activities/loadShards';
import { createPlanSweep, createSweepVersion } from '../../src/activities/sweepVersions';
import { createDynamoDbRecommendationReader } from '../../src/clients/recommendationReader.dynamodb';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import type { LoadCursor } from '../../src/contract';
import type { SweptVersion } from '../../src/domain/afterPublish';
import { addDays, parseRunDate } from '../../src/domain/runDate';
import { versionOf } from '../../src/domain/version';
import { startServing } from '../../src/serving/startServing';
import { freshTable, testAws } from '../support/aws';
import { createMemoryLake } from '../support/memoryLake';
import { judgeReads, type Move } from '../support/readHistory';
import { FaultyDynamoDb } from './faultyDynamoDb';
import { nowMs } from './publishHouse';
import { PublishReaders } from './publishReaders';
import { modelOf, pageOf, putSet, shardsOf } from './publishSets';

const firstDay = parseRunDate('2026-01-01');
const days = 6;
const keepVersions = 2;
const pointerCacheMs = 200;
/** A busy machine adds to a look at the pointer. */
const longestLookMs = 5_000;
const timeLimitMs = 240_000;

function call<Input extends unknown[], Output>(
  activity: (...input: Input) => Promise<Output>,
  ...input: Input
): Promise<Output> {
  return new MockActivityEnvironment().run(activity, ...input);
}

class SweepHouse {
  readonly lake = createMemoryLake();
  readonly moves: Move[] = [];
  private day = 0;

  private constructor(
    readonly table: ReturnType<typeof createDynamoDbRecommendationTable>,
    readonly forSweep: FaultyDynamoDb,
    private readonly sweeping: ReturnType<typeof createDynamoDbRecommendationTable>,
    readonly tableName: string,
  ) {}

  static async start(seed: number): Promise<SweepHouse> {
    const tableName = await freshTable();
    const proxy = await FaultyDynamoDb.before(testAws().endpoint, new Random(seed), nowMs);
    proxy.weather = (operation) =>
      operation === 'BatchWriteItem'
        ? { throttled: 0.1, unprocessed: 0.3, 'server error': 0.05, truncated: 0.05, 'dropped after': 0.05 }
        : {};
    const sweeping = createDynamoDbRecommendationTable(tableName, { ...testAws(), endpoint: proxy.url });
    return new SweepHouse(createDynamoDbRecommendationTable(tableName, testAws()), proxy, sweeping, tableName);
  }

  /** Loads and publishes the set of the next day, as a run does. */
  async publishNext(): Promise<string> {
    const version = versionOf(addDays(firstDay, this.day++), 1);
    const model = modelOf(version);
    const { items, readers } = await putSet(this.lake, version);
    const { lake, table } = this;
    await call(createLoadShards({ lake, table }), { ...model, group: 0, groups: 1, maxUnitsPerSecond: 5_000 });
    const live = await call(createReadLive({ table }));
    await this.move('publish', version, () =>
      call(createPublish({ lake, table }), {
        ...model,
        items,
        readers,
        ...(live === null ? {} : { expectedLive: live.version, expectedSince: live.since ?? '' }),
      }),
    );
    // The hold of the publish lasts for an hour, in which nobody would see a sweep.
    await table.holdVersion(version, 0);
    return version;
  }

  async rollBack(): Promise<void> {
    const { table } = this;
    const from = await call(createReadLive({ table }));
    if (from?.previous === undefined) throw new Error('there is nothing to go back to');
    const toVersion = from.previous;
    await this.move('rollback', toVersion, () => call(createRollBack({ table }), { from, toVersion, reason: 'chaos' }));
    await table.holdVersion(toVersion, 0);
  }

  /** Tried again from its heartbeat, as Temporal does. */
  async sweep(): Promise<SweptVersion[]> {
    const dependencies = { lake: this.lake, table: this.sweeping };
    const options = { ...defaultSenderOptions, heartbeatEveryMs: 20, settleMs: pointerCacheMs + 1_000 };
    const sweepVersion = createSweepVersion(dependencies, options);
    const { doomed } = await call(createPlanSweep(dependencies), { keepVersions });
    const swept: SweptVersion[] = [];
    for (const version of doomed) {
      let cursor: LoadCursor | undefined;
      for (let result: SweptVersion | undefined; result === undefined; ) {
        const environment = new MockActivityEnvironment({ heartbeatDetails: cursor });
        environment.on('heartbeat', (details: LoadCursor | undefined) => {
          cursor = details ?? cursor;
        });
        result = await environment
          .run<[{ version: string; maxUnitsPerSecond: number }], SweptVersion, typeof sweepVersion>(sweepVersion, {
            version,
            maxUnitsPerSecond: 2_000,
          })
          .catch(() => undefined);
        if (result !== undefined) swept.push(result);
      }
    }
    return swept;
  }

  /** Of each of these versions, how many of its lists the table has. */
  async listsOf(versions: readonly string[]): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const version of versions) {
      let found = 0;
      for (const lists of shardsOf(version)) found += (await this.table.read(lists)).length;
      counts[version] = found;
    }
    return counts;
  }

  private async move(kind: Move['kind'], version: string, move: () => Promise<void>): Promise<void> {
    const startedAtMs = nowMs();
    await move();
    this.moves.push({ kind, version, startedAtMs, endedAtMs: nowMs() });
  }
}

async function readWhile(house: SweepHouse, work: () => Promise<void>) {
  const serving = await startServing({
    host: '127.0.0.1',
    port: 0,
    reader: createDynamoDbRecommendationReader(house.tableName, testAws(), { readerListMs: 2_000, sharedMs: 2_000 }),
    pointerCacheSeconds: pointerCacheMs / 1000,
    budgetMs: 5_000,
    logLevel: 'error',
  });
  const readers = new PublishReaders(serving.url, 4, new Random(11));
  try {
    await work();
  } finally {
    await readers.stop();
    await serving.close();
    await house.forSweep.close();
  }
  return judgeReads(
    { moves: house.moves, reads: readers.reads },
    { hashOf: pageOf, cacheMs: pointerCacheMs + longestLookMs },
  );
}

const sizeOf = (version: string): number => shardsOf(version).flat().length;

describe('F18: readers who ask while old versions are swept', () => {
  it(
    'miss no list of a version that is live, through publishes and rollbacks, and the table keeps what it should',
    async () => {
      const house = await SweepHouse.start(21);
      const versions = [await house.publishNext(), await house.publishNext()];
      const swept: SweptVersion[] = [];
      const verdict = await readWhile(house, async () => {
        while (versions.length < days) {
          const [, of] = await Promise.all([
            house.publishNext().then(async (version) => {
              versions.push(version);
              if (versions.length % 2 === 0) await house.rollBack();
            }),
            house.sweep(),
          ]);
          swept.push(...of);
        }
        swept.push(...(await house.sweep()));
        await delay(pointerCacheMs);
      });
      expect(verdict).toMatchObject({ mixedVersions: 0, missingLists: 0, backwardReads: 0, refused: 0, examples: [] });
      expect(verdict.reads).toBeGreaterThan(100);
      const live = await house.table.live();
      const kept = [live?.version ?? '', live?.previous ?? ''];
      const removed = versions.filter((version) => !kept.includes(version));
      expect(removed).toHaveLength(days - keepVersions);
      expect(new Set(swept.filter(({ outcome }) => outcome === 'removed').map(({ version }) => version))).toEqual(
        new Set(removed),
      );
      expect(await house.listsOf(versions)).toEqual(
        Object.fromEntries(versions.map((version) => [version, kept.includes(version) ? sizeOf(version) : 0])),
      );
      expect((await house.table.versions()).map(({ version }) => version).sort()).toEqual([...kept].sort());
      expect(house.forSweep.met.size).toBeGreaterThan(0);
    },
    timeLimitMs,
  );

  it(
    'are found to miss their lists when the live version is removed',
    async () => {
      const house = await SweepHouse.start(22);
      const version = await house.publishNext();
      const verdict = await readWhile(house, async () => {
        await delay(300);
        for (const lists of shardsOf(version).slice(1)) {
          for (let from = 0; from < lists.length; from += 25) await house.table.remove(lists.slice(from, from + 25));
        }
        await delay(300);
      });
      expect(verdict.missingLists).toBeGreaterThan(0);
      expect(verdict.mixedVersions).toBe(0);
    },
    timeLimitMs,
  );
});
