/** Who moves the live pointer when several want to: the move is conditional on what each of them saw. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities';
import type { Activities, LiveVersion, ModelInput, PublishInput } from '../../src/contract';
import { popularPk, versionSk } from '../../src/domain/keys';
import { runDateOfVersion } from '../../src/domain/version';
import { FakeTrainingService } from '../support/fakeTrainingService';
import { idleServices } from '../support/idleServices';
import { createMemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { createMemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';

const monday = '2026-11-23.01';
const mondayAgain = '2026-11-23.02';
const tuesday = '2026-11-24.01';
const sunday = '2026-11-22.01';

const modelOf = (version: string): ModelInput => ({
  runDate: runDateOfVersion(version),
  jobName: `frontpage-${version}`,
  version,
});

/** Sunday is live. */
async function house() {
  const lake = createMemoryLake();
  const table = createMemoryTable();
  const activities = createActivities({
    lake,
    table,
    trainingService: new FakeTrainingService(),
    deliveryMetrics: { freshness: async () => [] },
    ...idleServices,
    readerItems: createMemoryReaderItems(),
    freshTable: createMemoryFreshTable(),
    trainingPlace: { bucket: 'lake', roleArn: 'role', image: 'image' },
  });
  const load = async (version: string): Promise<void> => {
    await putArtefact(lake, modelOf(version), { readers: 30, readersPerShard: 10 });
    await call(activities.loadShards, { ...modelOf(version), group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
  };
  const publish = (version: string, live: LiveVersion | null): Promise<void> => {
    const input: PublishInput = { ...modelOf(version), items: 31, readers: 30 };
    return call(
      activities.publish,
      live === null
        ? input
        : { ...input, expectedLive: live.version, ...(live.since === undefined ? {} : { expectedSince: live.since }) },
    );
  };
  const rollBack = (from: LiveVersion | null, toVersion: string): Promise<void> => {
    if (from === null) throw new Error('nothing is live');
    return call(activities.rollBack, { from, toVersion, reason: 'bad lists' });
  };
  const readLive = (): ReturnType<Activities['readLive']> => call(activities.readLive);
  await load(sunday);
  await publish(sunday, null);
  return { table, load, publish, rollBack, readLive };
}

function call<Input extends unknown[], Output>(
  activity: (...input: Input) => Promise<Output>,
  ...input: Input
): Promise<Output> {
  return new MockActivityEnvironment().run(activity, ...input);
}

const conflict = (stands: string, expected: string) => ({
  type: 'PublishConflict',
  nonRetryable: true,
  message: expect.stringContaining(`stands at ${stands}, expected ${expected}`),
});

describe('F16: the live pointer', () => {
  it('is moved by one of two runs of a day that publish at once; the other one fails, naming both versions', async () => {
    const { table, publish, readLive } = await house();
    const seen = await readLive();
    const outcomes = await Promise.allSettled([publish(monday, seen), publish(mondayAgain, seen)]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.objectContaining(conflict(monday, sunday)) },
    ]);
    expect(table.pointer).toMatchObject({ version: monday, previous: sunday });
  });

  it('is not moved by an activity of an earlier run that comes to life after a later one has published', async () => {
    const { table, publish, readLive } = await house();
    const seenByZombie = await readLive();
    await publish(tuesday, await readLive());
    const before = table.pointer;
    await expect(publish(monday, seenByZombie)).rejects.toMatchObject(conflict(tuesday, sunday));
    expect(table.pointer).toBe(before);
  });

  it('is not moved by a publish that was decided before a rollback', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    await load(monday);
    await publish(monday, await readLive());
    const seenByPublish = await readLive();
    await rollBack(await readLive(), sunday);
    await expect(publish(tuesday, seenByPublish)).rejects.toMatchObject(conflict(sunday, monday));
    expect(table.pointer).toMatchObject({ version: sunday, previous: monday, reason: 'bad lists' });
  });

  it('is not moved by a rollback that was decided before a publish', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    await load(monday);
    await publish(monday, await readLive());
    const seenByRollback = await readLive();
    await publish(tuesday, await readLive());
    await expect(rollBack(seenByRollback, sunday)).rejects.toMatchObject(conflict(tuesday, monday));
    expect(table.pointer).toMatchObject({ version: tuesday, previous: monday });
  });

  it('is not moved again by a publish that took effect, whose answer was lost, and that was rolled back since', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    await load(monday);
    const seen = await readLive();
    table.loseNextMoveReply = true;
    await expect(publish(monday, seen)).rejects.toThrow('connection reset');
    await rollBack(await readLive(), sunday);
    const rolledBack = table.pointer;
    await expect(publish(monday, seen)).rejects.toMatchObject(conflict(sunday, sunday));
    expect(table.pointer).toBe(rolledBack);
  });

  it('takes a rollback whose answer was lost as done', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    await load(monday);
    await publish(monday, await readLive());
    const seen = await readLive();
    table.loseNextMoveReply = true;
    await expect(rollBack(seen, sunday)).rejects.toThrow('connection reset');
    const moved = table.pointer;
    await rollBack(seen, sunday);
    expect(table.pointer).toBe(moved);
    expect(moved).toMatchObject({ version: sunday, previous: monday });
  });
});

describe('F18: a version that readers may still be served', () => {
  it('keeps each of its lists while later ones are loaded and published, so that it can be gone back to', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    const listsOfSunday = [...table.lists].filter(([, { sk }]) => sk === versionSk(sunday));
    for (const version of [monday, mondayAgain, tuesday]) {
      await load(version);
      await publish(version, await readLive());
    }
    expect(listsOfSunday).toHaveLength(31);
    for (const [key, list] of listsOfSunday) expect(table.lists.get(key)).toEqual(list);
    await rollBack(await readLive(), sunday);
    expect(table.pointer).toMatchObject({ version: sunday, previous: tuesday });
  });

  it('is not gone back to when its popular list is gone, and what is live stays live', async () => {
    const { table, load, publish, rollBack, readLive } = await house();
    await load(monday);
    await publish(monday, await readLive());
    table.lists.delete(`${popularPk}|${versionSk(sunday)}`);
    await expect(rollBack(await readLive(), sunday)).rejects.toMatchObject({ type: 'VersionNotKept' });
    expect(table.pointer).toMatchObject({ version: monday });
  });
});
