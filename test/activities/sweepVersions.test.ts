/** What a sweep removes and what it never removes, whoever wants the version meanwhile. */
import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { defaultSenderOptions } from '../../src/activities/batchSender';
import { createHoldVersion, createPublish, createRollBack } from '../../src/activities/livePointer';
import { createLoadShards } from '../../src/activities/loadShards';
import { createPlanSweep, createSweepVersion, type SweepOptions } from '../../src/activities/sweepVersions';
import type { LivePointer, RecommendationTable } from '../../src/clients/recommendationTable';
import type { LoadCursor, ModelInput } from '../../src/contract';
import { popularPk, versionSk } from '../../src/domain/keys';
import { runDateOfVersion } from '../../src/domain/version';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryTable, type MemoryTable } from '../support/memoryTable';
import { putArtefact } from '../support/modelArtefact';

const versions = ['2026-11-24.01', '2026-11-23.01', '2026-11-22.01', '2026-11-21.01'] as const;
const [live, previous, older, oldest] = versions;
const options: SweepOptions = {
  ...defaultSenderOptions,
  retryBaseMs: 1,
  retryCapMs: 5,
  heartbeatEveryMs: 5,
  settleMs: 0,
};
const listsOfVersion = 61;

const modelOf = (version: string): ModelInput => ({
  version,
  runDate: runDateOfVersion(version),
  jobName: `frontpage-${version}`,
});
const pointerAt = (version: string, before: string): LivePointer => ({
  version,
  previous: before,
  runDate: runDateOfVersion(version),
  publishedAt: '2026-11-25T03:00:00.000Z',
  reason: '',
});

function call<Input extends unknown[], Output>(
  activity: (...input: Input) => Promise<Output>,
  ...input: Input
): Promise<Output> {
  return new MockActivityEnvironment().run(activity, ...input);
}

/** Four versions, the newest of them live, each loaded as a run loads it, and held by nobody any more. */
async function house(
  sweepOptions: Partial<SweepOptions> = {},
  wrap = (table: MemoryTable): RecommendationTable => table,
) {
  const lake = createMemoryLake();
  const memory = createMemoryTable();
  const table = wrap(memory);
  const dependencies = { lake, table };
  for (const version of versions) {
    const model = modelOf(version);
    await putArtefact(lake, model, { readers: listsOfVersion - 1, readersPerShard: 20 });
    const load = createLoadShards({ lake, table: memory });
    await call(load, { ...model, group: 0, groups: 1, maxUnitsPerSecond: 1e6 });
    const modelUri = `s3://lake/training/${model.jobName}/output/model/`;
    await memory.recordVersion({ ...model, items: listsOfVersion, readers: 60, modelUri, publishedAt: '' }, 0);
  }
  memory.pointer = pointerAt(live, previous);
  const sweepVersion = createSweepVersion(dependencies, { ...options, ...sweepOptions });
  const sweep = (version: string, environment = new MockActivityEnvironment()) =>
    environment.run<[{ version: string; maxUnitsPerSecond: number }], unknown, typeof sweepVersion>(sweepVersion, {
      version,
      maxUnitsPerSecond: 1e6,
    });
  return {
    lake,
    table: memory,
    sweep,
    plan: (keepVersions: number) => call(createPlanSweep(dependencies), { keepVersions }),
    hold: (version: string) => call(createHoldVersion(dependencies), modelOf(version)),
    rollBack: (toVersion: string) =>
      call(createRollBack(dependencies), {
        from: { version: live, runDate: runDateOfVersion(live) },
        toVersion,
        reason: 'bad lists',
      }),
    publish: (version: string) =>
      call(createPublish(dependencies), {
        ...modelOf(version),
        items: listsOfVersion,
        readers: 60,
        expectedLive: live,
      }),
    listsOf: (version: string) => [...memory.lists.values()].filter(({ sk }) => sk === versionSk(version)).length,
    registered: async () => (await memory.versions()).map(({ version }) => version),
  };
}

describe('a sweep', () => {
  it('removes every list of an old version and its record, and nothing of the others', async () => {
    const { sweep, plan, listsOf, registered, table } = await house();
    expect(await plan(3)).toEqual({ kept: [live, previous, older], doomed: [oldest] });
    expect(await sweep(oldest)).toEqual({ version: oldest, outcome: 'removed', lists: listsOfVersion });
    expect(versions.map(listsOf)).toEqual([listsOfVersion, listsOfVersion, listsOfVersion, 0]);
    expect(await registered()).toEqual([live, previous, older]);
    expect(table.pointer).toEqual(pointerAt(live, previous));
    expect(await plan(3)).toMatchObject({ doomed: [] });
  });

  it('that runs again finds nothing more to do', async () => {
    const { sweep, listsOf } = await house();
    await sweep(oldest);
    expect(await sweep(oldest)).toMatchObject({ outcome: 'removed', lists: 0, why: 'it was gone already' });
    expect(listsOf(older)).toBe(listsOfVersion);
  });

  it('goes on from its heartbeat, removing nothing twice, and needs no second claim', async () => {
    const removed: string[] = [];
    let dies = true;
    const { sweep, listsOf, registered, table } = await house({}, (memory) => ({
      ...memory,
      live: async () => memory.pointer,
      remove: async (lists) => {
        if (dies && removed.length >= 40) throw new Error('the worker is gone');
        removed.push(...lists.map(({ pk }) => pk));
        return memory.remove(lists);
      },
    }));
    const environment = new MockActivityEnvironment();
    let cursor: LoadCursor | undefined;
    environment.on('heartbeat', (details: LoadCursor | undefined) => {
      cursor = details ?? cursor;
    });
    await expect(sweep(oldest, environment)).rejects.toThrow('the worker is gone');
    expect(cursor?.itemsLoaded).toBe(40);
    expect(await registered()).toContain(oldest);
    expect((await table.versions()).at(-1)?.sweptSince).toBeDefined();

    dies = false;
    expect(await sweep(oldest, new MockActivityEnvironment({ heartbeatDetails: cursor }))).toMatchObject({
      outcome: 'removed',
      lists: listsOfVersion,
    });
    expect(removed).toHaveLength(listsOfVersion);
    expect(listsOf(oldest)).toBe(0);
    expect(await registered()).not.toContain(oldest);
  });

  it('takes lists out again that the table refused at first', async () => {
    const { sweep, listsOf, table } = await house();
    let refusals = 0;
    table.refuse = ({ pk }) => pk.endsWith('7') && refusals++ < 20;
    expect(await sweep(oldest)).toMatchObject({ outcome: 'removed', lists: listsOfVersion });
    expect(refusals).toBeGreaterThan(20);
    expect(listsOf(oldest)).toBe(0);
  });

  it('leaves to the TTL what nobody can tell the keys of, and offers it to nobody', async () => {
    const { sweep, lake, listsOf, registered, rollBack } = await house();
    lake.objects.delete(`training/frontpage-${oldest}/output/model/manifest.json`);
    expect(await sweep(oldest)).toMatchObject({
      outcome: 'left to the TTL',
      lists: 0,
      why: expect.stringContaining('a file of the artefact is missing'),
    });
    expect(listsOf(oldest)).toBe(listsOfVersion);
    expect(await registered()).not.toContain(oldest);
    await expect(rollBack(oldest)).rejects.toMatchObject({ type: 'VersionNotKept' });
  });

  it.each([
    [live, 'it is live'],
    [previous, 'it was live before'],
  ])('never touches %s, even when it is told to', async (version, why) => {
    const { sweep, listsOf, table, rollBack } = await house();
    expect(await sweep(version)).toEqual({ version, outcome: 'spared', lists: 0, why });
    expect(listsOf(version)).toBe(listsOfVersion);
    if (version === previous) await rollBack(previous);
    expect((await table.versions()).every(({ sweptSince }) => sweptSince === undefined)).toBe(true);
  });

  it('removes nothing as long as nothing is live', async () => {
    const { sweep, plan, table, listsOf } = await house();
    table.pointer = undefined;
    expect(await plan(2)).toEqual({ kept: [...versions], doomed: [] });
    expect(await sweep(oldest)).toMatchObject({ outcome: 'spared', why: 'nothing is live' });
    expect(listsOf(oldest)).toBe(listsOfVersion);
  });

  it('waits until no process can serve what was live before the last move, and stops waiting when it is cancelled', async () => {
    const { sweep, listsOf, table } = await house({ settleMs: 60_000 });
    table.pointer = { ...pointerAt(live, previous), publishedAt: new Date().toISOString() };
    const environment = new MockActivityEnvironment();
    const beats = new Promise((resolve) => environment.on('heartbeat', resolve));
    const outcome = sweep(oldest, environment).catch((error: unknown) => error);
    await beats;
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    expect(await outcome).toBeInstanceOf(CancelledFailure);
    expect(listsOf(oldest)).toBe(listsOfVersion);
    table.pointer = { ...pointerAt(live, previous), publishedAt: new Date(Date.now() - 60_001).toISOString() };
    expect(await sweep(oldest)).toMatchObject({ outcome: 'removed' });
  });
});

describe('a sweep and somebody who needs the version', () => {
  it('a rollback that came first keeps the version, also before it has moved the pointer', async () => {
    const { sweep, rollBack, listsOf, table } = await house();
    const real = { ...table };
    let duringMove: unknown;
    table.moveLive = async (to, seen) => {
      duringMove = await sweep(oldest);
      return real.moveLive(to, seen);
    };
    await rollBack(oldest);
    expect(duringMove).toMatchObject({ outcome: 'spared', why: expect.stringContaining('rolls back to it') });
    expect(table.pointer).toMatchObject({ version: oldest, previous: live });
    expect(listsOf(oldest)).toBe(listsOfVersion);
  });

  it('a rollback that comes second is refused at once, by name, whatever is left of the version, and what is live stays live', async () => {
    let duringRemoval: unknown;
    const made = await house({}, (memory) => ({
      ...memory,
      live: async () => memory.pointer,
      remove: async (lists) => {
        duringRemoval ??= await made.rollBack(oldest).catch((error: unknown) => error);
        return memory.remove(lists);
      },
    }));
    expect(await made.sweep(oldest)).toMatchObject({ outcome: 'removed' });
    expect(duringRemoval).toMatchObject({
      type: 'VersionNotKept',
      nonRetryable: true,
      message: `version ${oldest} is being removed from the table; see 'frontpage versions'`,
    });
    expect(made.table.pointer).toEqual(pointerAt(live, previous));
  });

  it('gives its claim up when the pointer has moved there between its look and its claim', async () => {
    const made = await house({}, (memory) => ({
      ...memory,
      live: async () => memory.pointer,
      claimForSweep: async (version, nowMs) => {
        memory.pointer = pointerAt(oldest, live);
        return memory.claimForSweep(version, nowMs);
      },
    }));
    expect(await made.sweep(oldest)).toMatchObject({ outcome: 'spared', why: 'it is live' });
    expect(made.listsOf(oldest)).toBe(listsOfVersion);
    expect((await made.table.versions()).every(({ sweptSince }) => sweptSince === undefined)).toBe(true);
  });

  it('a set that a run loads again is spared until its load must be over', async () => {
    const { sweep, hold, listsOf } = await house();
    await hold(oldest);
    expect(await sweep(oldest)).toMatchObject({ outcome: 'spared', why: expect.stringContaining('a run loads it') });
    expect(listsOf(oldest)).toBe(listsOfVersion);
  });

  it('a load of a set that is being removed waits, and goes on when it is gone', async () => {
    const { table, hold } = await house();
    await table.claimForSweep(oldest, Date.now());
    await expect(hold(oldest)).rejects.toMatchObject({ type: 'VersionBeingSwept', nonRetryable: false });
    await table.forgetVersion(oldest);
    await expect(hold(oldest)).resolves.toBeUndefined();
  });

  it('a publish of a set that is being removed fails, and moves nothing', async () => {
    const { table, publish } = await house();
    await table.claimForSweep(oldest, Date.now());
    await expect(publish(oldest)).rejects.toMatchObject({ type: 'VersionBeingSwept', nonRetryable: true });
    expect(table.pointer).toEqual(pointerAt(live, previous));
  });

  it('a publish that is under way keeps its version, although it is not live yet', async () => {
    const { table, publish, sweep, listsOf } = await house();
    const real = { ...table };
    let duringMove: unknown;
    table.moveLive = async (to, seen) => {
      duringMove = await sweep(older);
      return real.moveLive(to, seen);
    };
    await publish(older);
    expect(duringMove).toMatchObject({ outcome: 'spared' });
    expect(table.pointer).toMatchObject({ version: older });
    expect(listsOf(older)).toBe(listsOfVersion);
  });
});

describe('a rollback', () => {
  it('to a version that has expired but is still stored is refused: nobody would be served it', async () => {
    const { table, rollBack } = await house();
    const key = `${popularPk}|${versionSk(older)}`;
    const popular = table.lists.get(key);
    if (popular === undefined) throw new Error('there is no popular list');
    table.lists.set(key, { ...popular, expiresAt: Math.floor(Date.now() / 1000) - 10 });
    await expect(rollBack(older)).rejects.toMatchObject({ type: 'VersionNotKept' });
    expect(table.pointer).toEqual(pointerAt(live, previous));
  });
});
