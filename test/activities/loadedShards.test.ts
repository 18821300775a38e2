/** A load that is started again: what is in the table is found and kept, and nothing is believed that is not there. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { defaultSenderOptions } from '../../src/activities/batchSender';
import { createLoadShards, type LoadOptions } from '../../src/activities/loadShards';
import { createSweepVersion } from '../../src/activities/sweepVersions';
import { createVerifyLoad } from '../../src/activities/verifyLoad';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import type { LoadedShards, LoadShardsInput, ModelInput } from '../../src/contract';
import { loadedVersionPrefix, modelPrefix } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { createMemoryTable, type MemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';

const model: ModelInput = {
  runDate: parseRunDate('2026-11-23'),
  jobName: 'frontpage-2026-11-23-0123456789ab-a1',
  version: '2026-11-23.01',
};
const otherJob: ModelInput = { ...model, jobName: 'frontpage-2026-11-23-ba9876543210-a1' };
const options: LoadOptions = { ...defaultSenderOptions, retryBaseMs: 1, retryCapMs: 5, heartbeatEveryMs: 5 };
const items = 601;

let lake: MemoryLake;
let table: MemoryTable;
let written: string[];
beforeEach(async () => {
  lake = createMemoryLake();
  table = createMemoryTable();
  written = [];
  const memory = { ...table };
  table.write = async (lists) => {
    written.push(...lists.map(({ pk }) => pk));
    return memory.write(lists);
  };
  await putArtefact(lake, model, { readers: items - 1, readersPerShard: 200 });
});

/** As a new run of the day would: with no heartbeat of before. */
async function load(of: ModelInput = model, groups = 1, more: Partial<LoadOptions> = {}): Promise<LoadedShards[]> {
  const loadShards = createLoadShards({ lake, table }, { ...options, ...more });
  const results: LoadedShards[] = [];
  for (let group = 0; group < groups; group++) {
    results.push(
      await new MockActivityEnvironment().run<[LoadShardsInput], LoadedShards, typeof loadShards>(loadShards, {
        ...of,
        ...{ group, groups, maxUnitsPerSecond: 1e6 },
      }),
    );
  }
  return results;
}

const records = (): string[] => [...lake.objects.keys()].filter((key) => key.startsWith('loads/'));

describe('a load that is started again', () => {
  it('writes nothing that is in the table, counts it all, and is verified', async () => {
    expect(await load()).toEqual([{ items, throttledBatches: 0 }]);
    expect(records()).toHaveLength(4);
    const before = new Map(table.lists);
    written = [];
    expect(await load()).toEqual([{ items, throttledBatches: 0, itemsFound: items }]);
    expect(written).toEqual([]);
    expect(table.lists).toEqual(before);
    const verify = createVerifyLoad({ lake, table });
    const verified = new MockActivityEnvironment().run(verify, { ...model, itemsLoaded: items, samplePerShard: 25 });
    expect(await verified).toMatchObject({ sampled: 76 });
  });

  it('goes on with the shards that the one before had not finished', async () => {
    table.refuse = ({ pk }) => pk === 'u#r450';
    await expect(load(model, 1, { refusedForMs: 30 })).rejects.toMatchObject({ type: 'LoadThrottled' });
    table.refuse = () => false;
    written = [];
    expect(await load()).toEqual([{ items, throttledBatches: 0, itemsFound: 400 }]);
    expect(written).toHaveLength(201);
    expect(table.lists.size).toBe(items);
  });

  it('finds shards also when they are shared out otherwise', async () => {
    await load(model, 3);
    written = [];
    const found = await load(model, 2);
    expect(found.reduce((sum, { itemsFound = 0 }) => sum + itemsFound, 0)).toBe(items);
    expect(written).toEqual([]);
  });

  it('leaves a reader forgotten who was forgotten meanwhile', async () => {
    await load();
    await registerErasure(lake, readerHash('r0'));
    table.lists.delete('u#r0|v#2026-11-23.01');
    written = [];
    expect(await load()).toMatchObject([{ items, itemsFound: items }]);
    expect(written).toEqual([]);
    expect(table.lists.has('u#r0|v#2026-11-23.01')).toBe(false);
  });
});

describe('a record of a loaded shard is not believed', () => {
  it('when the table is another one', async () => {
    await load();
    table.lists.clear();
    expect(await load()).toEqual([{ items, throttledBatches: 0 }]);
    expect(table.lists.size).toBe(items);
  });

  it.each(['u#r200', 'u#r399'])('when %s is missing: that shard is written again, and no other', async (pk) => {
    await load();
    table.lists.delete(`${pk}|v#2026-11-23.01`);
    written = [];
    expect(await load()).toMatchObject([{ items, itemsFound: items - 200 }]);
    expect(written).toHaveLength(200);
    expect(table.lists.size).toBe(items);
  });

  it('when a list is another one', async () => {
    await load();
    const key = 'u#r0|v#2026-11-23.01';
    const list = table.lists.get(key);
    if (list === undefined) throw new Error('the list is not there');
    table.lists.set(key, { ...list, articles: 'a9 a9 a9' });
    await load();
    expect(table.lists.get(key)?.articles).toBe('a0 a1 a2');
  });

  it('when another job has made the version since, even if it wrote a few lists only', async () => {
    await load();
    await putArtefact(lake, otherJob, { readers: 30, readersPerShard: 30 });
    await load(otherJob);
    expect(records().every((key) => key.includes(otherJob.jobName))).toBe(true);
    written = [];
    expect(await load()).toEqual([{ items, throttledBatches: 0 }]);
    expect(new Set(written).size).toBe(items);
  });

  it('when the artefact is corrupt: the load says so, as if nothing had been loaded', async () => {
    await load();
    await lake.put(`${modelPrefix(model.jobName)}recommendations/part-00000.json.gz`, 'no gzip');
    await expect(load()).rejects.toMatchObject({ type: 'ModelArtefactInvalid' });
  });

  it('after a sweep, which takes the records away before the first list', async () => {
    await load();
    const live = { version: '2026-11-25.01', runDate: parseRunDate('2026-11-25'), reason: '' };
    table.pointer = { ...live, publishedAt: '2026-11-26T03:00:00.000Z' };
    const modelUri = `s3://lake/${modelPrefix(model.jobName)}`;
    await table.recordVersion({ ...model, items, readers: items - 1, modelUri, publishedAt: '' }, 0);
    const left: number[] = [];
    const memory = { ...table };
    table.remove = async (lists) => {
      left.push((await lake.list(loadedVersionPrefix(model.version))).length);
      return memory.remove(lists);
    };
    const sweep = createSweepVersion({ lake, table }, { ...options, settleMs: 0 });
    await new MockActivityEnvironment().run(sweep, { version: model.version, maxUnitsPerSecond: 1e6 });
    expect(Math.max(...left)).toBe(0);
    expect(table.lists.size).toBe(0);
    expect(await load()).toEqual([{ items, throttledBatches: 0 }]);
    expect(table.lists.size).toBe(items);
  });
});
