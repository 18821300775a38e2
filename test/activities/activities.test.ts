import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import type { LoadCursor, ModelInput } from '../../src/contract';
import type { FreshnessPoint } from '../../src/domain/readiness';
import { addDays, parseRunDate } from '../../src/domain/runDate';
import { FakeTrainingService } from '../support/fakeTrainingService';
import { idleServices } from '../support/idleServices';
import { createMemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { createMemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';

const runDate = parseRunDate('2026-11-23');
const model: ModelInput = { runDate, jobName: 'frontpage-2026-11-23-0123456789ab-a1', version: '2026-11-23.01' };

function house() {
  const lake = createMemoryLake();
  const table = createMemoryTable();
  const freshness: FreshnessPoint[] = [];
  const activities = createActivities({
    lake,
    table,
    trainingService: new FakeTrainingService(),
    deliveryMetrics: { freshness: async () => freshness },
    ...idleServices,
    readerItems: createMemoryReaderItems(),
    freshTable: createMemoryFreshTable(),
    trainingPlace: { bucket: 'lake', roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
  });
  return { lake, table, freshness, activities };
}

/** What the object with this key says. */
function textOf({ objects }: { objects: ReadonlyMap<string, Buffer> }, key: string): unknown {
  return JSON.parse(objects.get(key)?.toString() ?? 'null');
}

/** Runs an activity in a mocked context; a second call in a new one is what Temporal's retry would be. */
function inContext<Input extends unknown[], Output>(
  activity: (...input: Input) => Promise<Output>,
  ...input: Input
): Promise<Output> {
  return new MockActivityEnvironment().run(activity, ...input);
}

describe('freezeManifest', () => {
  const input = { runDate, generation: 1, historyDays: 2 };

  async function lakeWithDays() {
    const made = house();
    await made.lake.put('clicks/dt=2026-11-23/hr=00/b.gz', 'b');
    await made.lake.put('clicks/dt=2026-11-23/hr=23/a.gz', 'a');
    await made.lake.put('clicks/dt=2026-11-24/hr=00/late.gz', 'late');
    await made.lake.put('clicks/dt=2026-11-24/hr=01/next-day.gz', 'next');
    await made.lake.put('interactions/dt=2026-11-22/interactions.parquet', 'p');
    await made.lake.put('clicks/dt=2026-11-22/hr=10/parsed-before.gz', 'x');
    await made.lake.put('clicks/dt=2026-11-21/hr=10/never-parsed.gz', 'y');
    return made;
  }

  it('lists the day, the first hour after it, and of earlier days the interactions, or the clicks where there are none', async () => {
    const { activities, lake } = await lakeWithDays();
    const frozen = await inContext(activities.freezeManifest, input);
    expect(frozen).toMatchObject({ clickObjects: 4, interactionObjects: 1 });
    expect(JSON.parse(lake.objects.get('manifests/dt=2026-11-23/clicks.manifest')?.toString() ?? '')).toEqual([
      { prefix: 's3://lake/' },
      'clicks/dt=2026-11-21/hr=10/never-parsed.gz',
      'clicks/dt=2026-11-23/hr=00/b.gz',
      'clicks/dt=2026-11-23/hr=23/a.gz',
      'clicks/dt=2026-11-24/hr=00/late.gz',
    ]);
    expect(JSON.parse(lake.objects.get('manifests/dt=2026-11-23/interactions.manifest')?.toString() ?? '')).toEqual([
      { prefix: 's3://lake/' },
      'interactions/dt=2026-11-22/interactions.parquet',
    ]);
  });

  it('freezes the ledger of the same hours, in a channel of its own', async () => {
    const { activities, lake } = await lakeWithDays();
    for (const hour of ['2026-11-22/hr=23', '2026-11-23/hr=00', '2026-11-24/hr=00', '2026-11-24/hr=01']) {
      await lake.put(`ledger/dt=${hour}/web1-3f9a1c2e.json`, hour);
    }
    expect(await inContext(activities.freezeManifest, input)).toMatchObject({ ledgerObjects: 2 });
    const keys = ['ledger/dt=2026-11-23/hr=00/web1-3f9a1c2e.json', 'ledger/dt=2026-11-24/hr=00/web1-3f9a1c2e.json'];
    expect(textOf(lake, 'manifests/dt=2026-11-23/ledger.manifest')).toEqual([{ prefix: 's3://lake/' }, ...keys]);
    expect(textOf(lake, 'manifests/dt=2026-11-23/partitions.json')).toMatchObject({
      schema: 1,
      ledgers: keys.map((key) => ({ key, etag: expect.any(String), sizeBytes: 16 })),
    });
  });

  it('writes no channel of ledgers where there are none, and reads manifests that know of none', async () => {
    const { activities, lake } = await lakeWithDays();
    await lake.put(
      'manifests/dt=2026-11-23/partitions.json',
      '{"schema":1,"runDate":"2026-11-23","clicks":[],"interactions":[]}',
    );
    expect(await inContext(activities.freezeManifest, input)).toMatchObject({ ledgerObjects: 0 });
    expect(lake.objects.has('manifests/dt=2026-11-23/ledger.manifest')).toBe(false);
  });

  it('tells the hours of the run date of which it froze nothing', async () => {
    const { activities } = await lakeWithDays();
    const { missingHours } = await inContext(activities.freezeManifest, input);
    expect(missingHours).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
  });

  it('freezes a later generation anew, beside what the earlier one froze', async () => {
    const { activities, lake } = await lakeWithDays();
    const first = await inContext(activities.freezeManifest, input);
    const before = new Map(lake.objects);
    await lake.put('clicks/dt=2026-11-23/hr=07/late.gz', 'z');
    const second = await inContext(activities.freezeManifest, { ...input, generation: 2 });
    expect(second).toMatchObject({
      uri: 's3://lake/manifests/dt=2026-11-23/partitions.g02.json',
      clickObjects: first.clickObjects + 1,
    });
    expect(second.sha256).not.toBe(first.sha256);
    expect(textOf(lake, 'manifests/dt=2026-11-23/clicks.g02.manifest')).toContain('clicks/dt=2026-11-23/hr=07/late.gz');
    for (const [key, body] of before) expect(lake.objects.get(key)).toEqual(body);
  });

  it('reads what was frozen when it runs again, whatever arrived since', async () => {
    const { activities, lake } = await lakeWithDays();
    const first = await inContext(activities.freezeManifest, input);
    await lake.put('clicks/dt=2026-11-23/hr=07/very-late.gz', 'z');
    expect(await inContext(activities.freezeManifest, input)).toEqual(first);
  });

  it('refuses an empty lake, naming the prefix', async () => {
    const { activities } = house();
    await expect(inContext(activities.freezeManifest, input)).rejects.toMatchObject({
      type: 'PartitionsIncomplete',
      nonRetryable: true,
      message: expect.stringContaining('clicks/dt=2026-11-23/'),
    });
  });

  it.each(['{', '{"schema":2}', '{"schema":1,"runDate":"2026-11-22","clicks":[],"interactions":[]}'])(
    'refuses a frozen manifest that reads %s',
    async (content) => {
      const { activities, lake } = await lakeWithDays();
      await lake.put('manifests/dt=2026-11-23/partitions.json', content);
      await expect(inContext(activities.freezeManifest, input)).rejects.toMatchObject({
        type: 'ManifestInvalid',
        nonRetryable: true,
      });
    },
  );
});

describe('sweepLate', () => {
  const input = { runDate };

  async function frozenDay() {
    const made = house();
    await made.lake.put('clicks/dt=2026-11-23/hr=00/a.gz', 'a');
    await made.lake.put('clicks/dt=2026-11-23/hr=23/b.gz', 'b');
    await inContext(made.activities.freezeManifest, { runDate, generation: 1, historyDays: 0 });
    return made;
  }

  it('finds what appeared or changed below the day since it was frozen, and nothing of other days', async () => {
    const { activities, lake } = await frozenDay();
    await lake.put('clicks/dt=2026-11-23/hr=23/b.gz', 'other bytes');
    await lake.put('clicks/dt=2026-11-23/hr=07/late.gz', 'late');
    await lake.put('clicks/dt=2026-11-24/hr=00/next.gz', 'next');
    const late = await inContext(activities.sweepLate, input);
    const reportUri = 's3://lake/reports/dt=2026-11-23/late.json';
    expect(late).toEqual({ runDate, generation: 1, objects: 2, sizeBytes: 15, reportUri });
    expect(textOf(lake, 'reports/dt=2026-11-23/late.json')).toMatchObject({
      schema: 1,
      runDate,
      manifestUri: 's3://lake/manifests/dt=2026-11-23/partitions.json',
      sizeBytes: 15,
      objects: [{ key: 'clicks/dt=2026-11-23/hr=07/late.gz' }, { key: 'clicks/dt=2026-11-23/hr=23/b.gz' }],
    });
    expect(await inContext(activities.sweepLate, input)).toEqual(late);
  });

  it('reports a day of which nothing came late', async () => {
    const { activities, lake } = await frozenDay();
    expect(await inContext(activities.sweepLate, input)).toMatchObject({ objects: 0, sizeBytes: 0 });
    expect(textOf(lake, 'reports/dt=2026-11-23/late.json')).toMatchObject({ objects: [] });
  });

  it.each([
    ['published', { generation: 2, objects: 0 }],
    ['kept newer', { generation: 2, objects: 0 }],
    ['failed', { generation: 1, objects: 1 }],
  ])('compares with the second generation of a day once that has ended well: it %s', async (outcome, expected) => {
    const { activities, lake } = await frozenDay();
    await lake.put('clicks/dt=2026-11-23/hr=07/late.gz', 'late');
    await inContext(activities.freezeManifest, { runDate, generation: 2, historyDays: 0 });
    await lake.put('reports/dt=2026-11-23/run.g02.json', JSON.stringify({ runDate, outcome }));
    expect(await inContext(activities.sweepLate, input)).toMatchObject(expected);
  });

  it('finds nothing late of a day that no run has frozen, and reports nothing', async () => {
    const { activities, lake } = house();
    await lake.put('clicks/dt=2026-11-23/hr=00/a.gz', 'a');
    expect(await inContext(activities.sweepLate, input)).toBeNull();
    expect([...lake.objects.keys()]).toEqual(['clicks/dt=2026-11-23/hr=00/a.gz']);
  });
});

describe('loadShards', () => {
  const all = { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 };

  it('loads the same table however often and in whatever groups it runs', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 130, readersPerShard: 40 });
    expect(await inContext(activities.loadShards, all)).toMatchObject({ items: 131 });
    const once = new Map(table.lists);
    const parts = await Promise.all(
      [0, 1, 2].map((group) => inContext(activities.loadShards, { ...all, group, groups: 3 })),
    );
    expect(parts.reduce((sum, part) => sum + part.items, 0)).toBe(131);
    expect(table.lists).toEqual(once);
    expect(Math.max(...table.batchSizes)).toBe(25);
  });

  it('sends again only what was left unprocessed, until nothing is', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 60, readersPerShard: 60 });
    const refusals = new Map<string, number>();
    table.refuse = ({ pk }) => {
      const before = refusals.get(pk) ?? 0;
      refusals.set(pk, before + 1);
      return before < 2 && pk.endsWith('7');
    };
    const loaded = await inContext(activities.loadShards, all);
    expect(loaded.items).toBe(61);
    expect(loaded.throttledBatches).toBeGreaterThan(0);
    expect(table.lists.size).toBe(61);
    expect(refusals.get('u#r7')).toBe(3);
    expect(refusals.get('u#r8')).toBe(1);
  });

  it('goes on from the cursor of the attempt before, and counts each item once', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 100, readersPerShard: 50 });
    const cursor: LoadCursor = { shard: 1, line: 25, itemsLoaded: 75, throttledBatches: 0 };
    const env = new MockActivityEnvironment({ heartbeatDetails: cursor, attempt: 2 });
    expect(await env.run(activities.loadShards, all)).toMatchObject({ items: 101 });
    expect(table.lists.size).toBe(26);
  });

  it('refuses a shard whose bytes are not what the manifest says, and writes nothing of it', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 10, readersPerShard: 10 });
    const key = `training/${model.jobName}/output/model/recommendations/part-00000.json.gz`;
    const body = Buffer.from(lake.objects.get(key) ?? '');
    body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
    await lake.put(key, body);
    await expect(inContext(activities.loadShards, all)).rejects.toMatchObject({
      type: 'ModelArtefactInvalid',
      nonRetryable: true,
      message: expect.stringContaining('part-00000.json.gz'),
    });
    expect(table.lists.size).toBe(0);
  });
});

describe('verifyLoad', () => {
  const input = { ...model, itemsLoaded: 31, samplePerShard: 10 };

  it('is content with a table that holds what the shards say', async () => {
    const { activities, lake } = house();
    await putArtefact(lake, model, { readers: 30, readersPerShard: 15 });
    await inContext(activities.loadShards, { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
    const verified = await inContext(activities.verifyLoad, input);
    expect(verified).toEqual({
      sampled: 21,
      latency: { reads: 21, p50Ms: expect.any(Number), p99Ms: expect.any(Number) },
    });
    expect(verified.latency?.p99Ms).toBeGreaterThanOrEqual(verified.latency?.p50Ms ?? 0);
  });

  it('does not miss readers who must be forgotten', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 30, readersPerShard: 15 });
    await registerErasure(lake, readerHash('r0'));
    await inContext(activities.loadShards, { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
    expect(table.lists.has('u#r0|v#2026-11-23.01')).toBe(false);
    expect(await inContext(activities.verifyLoad, input)).toMatchObject({ sampled: 20 });
  });

  it.each([
    ['an item is missing', (table: ReturnType<typeof createMemoryTable>) => table.lists.delete('u#r0|v#2026-11-23.01')],
    [
      'an item differs',
      (table: ReturnType<typeof createMemoryTable>) =>
        table.lists.set('u#r29|v#2026-11-23.01', {
          pk: 'u#r29',
          sk: 'v#2026-11-23.01',
          articles: 'a0',
          expiresAt: 4_000_000_000,
        }),
    ],
  ])('fails when %s', async (_what, damage) => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 30, readersPerShard: 15 });
    await inContext(activities.loadShards, { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
    damage(table);
    await expect(inContext(activities.verifyLoad, input)).rejects.toMatchObject({ type: 'LoadVerificationFailed' });
  });

  it('fails when fewer items were loaded than the artefact has', async () => {
    const { activities, lake } = house();
    await putArtefact(lake, model, { readers: 30, readersPerShard: 15 });
    await expect(inContext(activities.verifyLoad, { ...input, itemsLoaded: 30 })).rejects.toMatchObject({
      type: 'LoadVerificationFailed',
      message: expect.stringContaining('30 items were loaded, the artefact has 31'),
    });
  });
});

describe('publish', () => {
  const input = { ...model, items: 31, readers: 30 };

  it('moves the pointer once, and recognises its own move when it runs again', async () => {
    const { activities, table } = house();
    await inContext(activities.publish, input);
    await inContext(activities.publish, input);
    expect(table.pointer).toMatchObject({ version: model.version, runDate });
    expect(await table.versions()).toMatchObject([{ version: model.version, items: 31 }]);
  });

  it('recognises a move whose answer was lost', async () => {
    const { activities, table } = house();
    table.loseNextMoveReply = true;
    await expect(inContext(activities.publish, input)).rejects.toThrow('connection reset');
    await inContext(activities.publish, input);
    expect(table.pointer?.version).toBe(model.version);
  });

  it('loses against whoever moved the pointer first', async () => {
    const { activities, table } = house();
    table.pointer = { version: '2026-11-24.01', runDate: addDays(runDate, 1), publishedAt: '', reason: '' };
    await expect(inContext(activities.publish, { ...input, expectedLive: '2026-11-22.01' })).rejects.toMatchObject({
      type: 'PublishConflict',
    });
    expect(table.pointer.version).toBe('2026-11-24.01');
  });
});

describe('rollBack', () => {
  it('makes a kept version live again, and refuses one that is gone', async () => {
    const { activities, lake, table } = house();
    await putArtefact(lake, model, { readers: 5, readersPerShard: 5 });
    await inContext(activities.loadShards, { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
    await inContext(activities.publish, { ...model, items: 6, readers: 5 });
    const from = { version: '2026-11-24.01', runDate: addDays(runDate, 1) };
    table.pointer = { ...from, publishedAt: '', reason: '' };
    await inContext(activities.rollBack, { from, toVersion: model.version, reason: 'bad lists' });
    expect(table.pointer).toMatchObject({ version: model.version, previous: '2026-11-24.01', reason: 'bad lists' });
    await expect(
      inContext(activities.rollBack, { from, toVersion: '2026-11-01.01', reason: 'x' }),
    ).rejects.toMatchObject({ type: 'VersionNotKept' });
  });
});

describe('keepInteractions', () => {
  it('copies each compacted day to where later runs look for it', async () => {
    const { activities, lake } = house();
    await putArtefact(lake, model, { readers: 5, readersPerShard: 5 });
    expect(await inContext(activities.keepInteractions, model)).toEqual({ days: 1 });
    expect(lake.objects.get('interactions/dt=2026-11-23/interactions.parquet')?.toString()).toBe('parquet');
  });
});

describe('writeReport', () => {
  const failed = {
    runDate,
    outcome: 'failed',
    failedStage: 'gate',
    failureType: 'ModelRejected',
    message: 'no',
    stages: [],
  } as const;

  it('writes the report of a later generation beside that of the first', async () => {
    const { activities, lake } = house();
    await inContext(activities.writeReport, failed);
    await inContext(activities.writeReport, { ...failed, generation: 2 });
    expect([...lake.objects.keys()].sort()).toEqual([
      'reports/dt=2026-11-23/run.g02.html',
      'reports/dt=2026-11-23/run.g02.json',
      'reports/dt=2026-11-23/run.html',
      'reports/dt=2026-11-23/run.json',
    ]);
  });
});
