import { msToNumber } from '@temporalio/common/lib/time';
import { loadFreshSettings } from '../../src/config';
import type { Activities, FreshListsInput } from '../../src/contract';
import { failure } from '../../src/failures';
import { freshLists } from '../../src/workflows';
import * as profiles from '../../src/workflows/activity-profiles';
import { activitiesOf, countedStep } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const input: FreshListsInput = { settings: loadFreshSettings({}) };

const testbed = testbedOfFile();

async function beat(name: string, overrides: Partial<Activities> = {}) {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(freshLists, {
    workflowId: `fresh-${name}`,
    taskQueue: testbed.taskQueue,
    args: [input],
  });
  return { handle, trace };
}

describe('a beat of the fresh loop', () => {
  it('counts what is new, publishes, and tells how old the newest click and half of the clicks were by then', async () => {
    const { handle, trace } = await beat('normal');
    const done = await handle.result();
    expect(trace.calls).toEqual(['countFreshClicks', 'publishFreshLists']);
    expect(done).toMatchObject({
      beat: 42,
      steps: 1,
      objects: 8,
      objectsLeft: 0,
      itemsWritten: 310,
      top: ['a1', 'a2'],
    });
    expect(done.lines).toMatchObject({ counted: 2900, malformed: 1 });
    expect(done.clickToList?.newestSeconds).toBeGreaterThanOrEqual(70);
    expect(done.clickToList?.medianSeconds).toBe((done.clickToList?.newestSeconds ?? 0) + 90);
  });

  it('publishes also when nothing is new, so that its items say that it is alive', async () => {
    const nothing = { objects: 0, sizeBytes: 0 };
    const { handle, trace } = await beat('empty', { countFreshClicks: async () => countedStep(nothing) });
    expect(await handle.result()).not.toHaveProperty('clickToList');
    expect(trace.calls).toEqual(['countFreshClicks', 'publishFreshLists']);
  });

  it('catches up step by step, publishing after each, and takes the delay from the newest clicks, which come first', async () => {
    const left = [2, 1, 0];
    const { handle, trace } = await beat('catch-up', {
      countFreshClicks: async ({ nowMs }) => {
        const objectsLeft = left.shift() ?? 0;
        return countedStep({
          objectsLeft,
          newestClickMs: nowMs - (objectsLeft === 2 ? 60_000 : 5_000_000),
          medianClickMs: nowMs - (objectsLeft === 2 ? 90_000 : 6_000_000),
          ...(objectsLeft === 2 ? { skipped: { fromMs: 1000, untilMs: 2000 } } : {}),
        });
      },
    });
    const done = await handle.result();
    expect(trace.calls).toEqual(Array.from({ length: 3 }, () => ['countFreshClicks', 'publishFreshLists']).flat());
    expect(done).toMatchObject({ steps: 3, objects: 24, objectsLeft: 0, skipped: { fromMs: 1000, untilMs: 2000 } });
    expect(done.lines.counted).toBe(3 * 2900);
    expect(done.clickToList?.newestSeconds).toBeLessThan(1000);
  });

  it('leaves to the next beat what is still unread after twenty steps, and says so', async () => {
    const { handle, trace } = await beat('far-behind', {
      countFreshClicks: async () => countedStep({ objectsLeft: 7 }),
    });
    expect(await handle.result()).toMatchObject({ steps: 20, objectsLeft: 7 });
    expect(trace.calls).toHaveLength(40);
  });

  it('names the objects that were set aside', async () => {
    const setAside = ['clicks/dt=2026-11-23/hr=07/torn.gz'];
    const { handle } = await beat('set-aside', { countFreshClicks: async () => countedStep({ setAside }) });
    expect((await handle.result()).setAside).toEqual(setAside);
  });

  it('gives each step the time at which it begins, so that a step after a slow one leaves out nothing as dated ahead', async () => {
    const times: number[] = [];
    const { handle } = await beat('slow', {
      countFreshClicks: async ({ nowMs }) => {
        times.push(nowMs);
        await testbed.env.sleep(1000);
        return countedStep({ objectsLeft: 2 - times.length });
      },
    });
    await handle.result();
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('tries a corrupt object again, and fails when the state is contended for longer than a beat may last', async () => {
    let tries = 0;
    const { handle } = await beat('corrupt', {
      countFreshClicks: async () => {
        tries += 1;
        if (tries < 3) throw failure('ClickObjectCorrupt', 'an object of clicks is no gzip file');
        return countedStep();
      },
    });
    await handle.result();
    expect(tries).toBe(3);
    const contended = await beat('contended', {
      countFreshClicks: async () => {
        throw failure('FreshStateContended', 'other beats wrote the state');
      },
    });
    await expect(contended.handle.result()).rejects.toMatchObject({
      cause: { cause: { type: 'FreshStateContended' } },
    });
    expect(contended.trace.calls).not.toContain('publishFreshLists');
  });

  it('gives up a step before what it reads could be dated too far ahead of the time that it was given', () => {
    const longestMs = msToNumber(profiles.beat.scheduleToCloseTimeout ?? 0);
    expect(longestMs).toBeGreaterThan(0);
    expect(longestMs).toBeLessThan(input.settings.lists.aheadMinutes * 60_000);
  });

  it('answers a query with what it has done', async () => {
    const { handle } = await beat('asked');
    const done = await handle.result();
    expect(await handle.query('beat')).toEqual(done);
  });
});
