/** Past days, one after the other: in order, bounded, past failures, and never in the way of what is live. */
import type { Activities, BackfillInput, BackfillStatus, DailyInput } from '../../src/contract';
import { addDays, parseRunDate, type RunDate } from '../../src/domain/runDate';
import { failure } from '../../src/failures';
import { backfill, dailyRecommendations } from '../../src/workflows';
import { activitiesOf, borderline, dailyInput, untilCancelled } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;
/** Each test has days of its own: a day has one run at a time. */
let first: RunDate = parseRunDate('2020-01-01');

function daysFrom(day: RunDate, count: number): BackfillInput['days'] {
  return Array.from({ length: count }, (_, index) => ({ runDate: addDays(day, index), generation: 1 }));
}

async function start(overrides: Partial<Activities>, given: Partial<BackfillInput> & { readonly count?: number } = {}) {
  const { count = 3, ...input } = given;
  first = addDays(first, 400);
  const days = daysFrom(first, count);
  const { activities, trace } = activitiesOf({ readLive: async () => null, ...overrides });
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(backfill, {
    workflowId: `backfill-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [
      {
        ...{ from: first, to: addDays(first, count - 1), days, concurrency: 1, publish: false },
        settings: dailyInput.settings,
        ...input,
      },
    ],
  });
  return { handle, trace, days: days.map(({ runDate }) => runDate) };
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a backfill', () => {
  it('runs its days oldest first, one at a time, and loads and publishes nothing', async () => {
    const frozen: RunDate[] = [];
    let atOnce = 0;
    let most = 0;
    const { handle, trace, days } = await start({
      freezeManifest: async (input) => {
        frozen.push(input.runDate);
        most = Math.max(most, ++atOnce);
        return activitiesOf().activities.freezeManifest(input);
      },
      writeReport: async () => {
        atOnce -= 1;
        return { uri: 's3://lake/report' };
      },
    });
    expect(await handle.result()).toEqual({
      done: days.map((runDate) => ({ runDate, outcome: 'not published' })),
      running: [],
      left: [],
      stopped: false,
    });
    expect(frozen).toEqual(days);
    expect(most).toBe(1);
    expect(trace.calls.filter((call) => call === 'keepInteractions')).toHaveLength(3);
    for (const call of ['holdVersion', 'loadShards', 'verifyLoad', 'publish', 'sweepVersion']) {
      expect(trace.calls).not.toContain(call);
    }
  });

  it('publishes each day when it is told to, and leaves a later one live', async () => {
    const { handle, trace, days } = await start(
      {
        readLive: async () => ({ version: `${addDays(first, 1)}.07`, runDate: addDays(first, 1) }),
      },
      { publish: true },
    );
    expect((await handle.result()).done).toEqual([
      { runDate: days[0], outcome: 'kept newer' },
      { runDate: days[1], outcome: 'already published' },
      { runDate: days[2], outcome: 'published' },
    ]);
    expect(trace.published).toEqual([`${days[2]}.01`]);
  });

  it('goes on after a day that fails, and names its failure', async () => {
    const { handle, days } = await start({
      freezeManifest: async (input) => {
        if (input.runDate === first) throw failure('PartitionsIncomplete', 'nothing to freeze', { final: true });
        return activitiesOf().activities.freezeManifest(input);
      },
    });
    expect((await handle.result()).done).toEqual([
      {
        runDate: days[0],
        outcome: 'failed',
        failure: { type: 'PartitionsIncomplete', message: 'nothing to freeze' },
      },
      { runDate: days[1], outcome: 'not published' },
      { runDate: days[2], outcome: 'not published' },
    ]);
  });

  it('asks nobody about a borderline candidate that nobody will be shown', async () => {
    const { handle, days } = await start({ evaluateModel: async () => borderline() }, { count: 1 });
    expect((await handle.result()).done).toEqual([{ runDate: days[0], outcome: 'not published' }]);
  });

  it('leaves a day to whoever runs it already', async () => {
    first = addDays(first, 400);
    const taken = addDays(first, 400);
    const other: DailyInput = { ...dailyInput, runDate: taken };
    const byHand = await testbed.env.client.workflow.start(dailyRecommendations, {
      workflowId: `daily-recommendations-${taken}`,
      taskQueue: 'nobody-polls-this',
      args: [other],
    });
    const { handle, days } = await start({}, { count: 2 });
    expect(days[0]).toBe(taken);
    expect((await handle.result()).done).toEqual([
      { runDate: days[0], outcome: 'joined' },
      { runDate: days[1], outcome: 'not published' },
    ]);
    await byHand.terminate();
  });

  it('runs as many days at a time as it is told, and not more', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const { handle } = await start(
      {
        freezeManifest: async (input) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return activitiesOf().activities.freezeManifest(input);
        },
      },
      { count: 5, concurrency: 2 },
    );
    const finished = handle.result();
    for (let released = 0; released < 5; released++) {
      await until(() => waiting.length > released);
      const status: BackfillStatus = await handle.query('backfill');
      most = Math.max(most, status.running.length);
      waiting[released]?.();
    }
    expect((await finished).done).toHaveLength(5);
    expect(most).toBe(2);
  });

  it('that is cancelled begins no other day, and waits for the one that is running', async () => {
    let release: () => void = () => undefined;
    const { handle, trace, days } = await start({
      freezeManifest: async (input) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return activitiesOf().activities.freezeManifest(input);
      },
    });
    await until(() => trace.calls.includes('freezeManifest'));
    await handle.cancel();
    await until(async () => (await handle.query<BackfillStatus>('backfill')).stopped);
    release();
    expect(await handle.result()).toEqual({
      done: [{ runDate: days[0], outcome: 'not published' }],
      running: [],
      left: days.slice(1),
      stopped: true,
    });
  });

  it('goes on when a day of it is cancelled by itself', async () => {
    const { handle, trace, days } = await start({
      waitForTraining: async (input) =>
        input.jobName.includes(first) ? untilCancelled() : activitiesOf().activities.waitForTraining(input),
    });
    await until(() => trace.calls.includes('waitForTraining'));
    await testbed.env.client.workflow.getHandle(`daily-recommendations-${days[0]}`).cancel();
    expect((await handle.result()).done).toEqual([
      { runDate: days[0], outcome: 'cancelled' },
      { runDate: days[1], outcome: 'not published' },
      { runDate: days[2], outcome: 'not published' },
    ]);
  });

  it('goes on as new after a hundred days, and forgets none', async () => {
    const { handle, days } = await start({}, { count: 103, concurrency: 10 });
    const { done, left } = await handle.result();
    expect(done.map(({ runDate }) => runDate).sort()).toEqual(days);
    expect(left).toEqual([]);
    const description = await testbed.env.client.workflow.getHandle(handle.workflowId).describe();
    expect(description.runId).not.toBe(handle.firstExecutionRunId);
  });
});
