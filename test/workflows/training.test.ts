import type { WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import type {
  Activities,
  DailyInput,
  DailyResult,
  StartTrainingInput,
  WaitForTrainingInput,
  WatchedTraining,
} from '../../src/contract';
import { failure } from '../../src/failures';
import { dailyRecommendations } from '../../src/workflows';
import { catalogued } from '../support/outcomes';
import { activitiesOf, completed, dailyInput, type Trace, untilCancelled } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

const settings: DailyInput['settings'] = {
  ...dailyInput.settings,
  ladder: [
    { instanceType: 'ml.m5.xlarge', market: 'spot', patienceSeconds: 600 },
    { instanceType: 'ml.m5.2xlarge', market: 'spot' },
    { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
  ],
};
const move = (rung: number, why: 'deadline' | 'patience'): WatchedTraining => ({
  outcome: 'in-progress',
  decision: { kind: 'move', rung, why },
});

interface Seen {
  readonly starts: StartTrainingInput[];
  readonly watches: WaitForTrainingInput[];
}

/** Jobs end as listed, one after another; the last ending stays. */
function jobsThatEnd(endings: readonly WatchedTraining[], overrides: Partial<Activities> = {}) {
  const seen: Seen = { starts: [], watches: [] };
  const left = [...endings];
  const { activities, trace } = activitiesOf({
    startTraining: async (input) => {
      seen.starts.push(input);
      return activitiesOf().activities.startTraining(input);
    },
    waitForTraining: async (input) => {
      seen.watches.push(input);
      return (left.length > 1 ? left.shift() : left[0]) ?? completed;
    },
    ...overrides,
  });
  return { activities, trace, seen };
}

async function start(activities: Activities, change: Partial<DailyInput['settings']> = {}) {
  testbed.use(activities);
  return testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `training-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [{ ...dailyInput, settings: { ...settings, ...change } }],
  });
}

async function run(
  endings: readonly WatchedTraining[],
  change: Partial<DailyInput['settings']> = {},
  overrides: Partial<Activities> = {},
): Promise<Seen & { outcome: DailyResult | ApplicationFailure; trace: Trace; handle: WorkflowHandle }> {
  const { activities, trace, seen } = jobsThatEnd(endings, overrides);
  const handle = await start(activities, change);
  const outcome = await handle.result().catch(catalogued);
  return { ...seen, outcome, trace, handle };
}

const rungsOf = ({ starts }: Seen): string[] => starts.map(({ rung }) => `${rung.instanceType} ${rung.market}`);

describe('training on the ladder', () => {
  it('stops the Spot job at the last safe moment and goes on on demand, under another name', async () => {
    const ran = await run([move(2, 'deadline'), completed]);
    expect(rungsOf(ran)).toEqual(['ml.m5.xlarge spot', 'ml.m5.2xlarge on-demand']);
    expect(ran.trace.calls.filter((name) => /Training$/.test(name))).toEqual([
      'estimateTraining',
      'startTraining',
      'waitForTraining',
      'stopTraining',
      'startTraining',
      'waitForTraining',
    ]);
    expect(ran.outcome).toMatchObject({
      outcome: 'published',
      summary: {
        version: '2026-11-23.02',
        trainingAttempts: [
          { market: 'spot', outcome: 'moved-on', why: 'deadline' },
          { market: 'on-demand', outcome: 'completed' },
        ],
      },
    });
  });

  it('takes the model of a job that completed before the order to stop reached it', async () => {
    const ran = await run([move(2, 'deadline')], {}, { stopTraining: async () => completed });
    expect(ran.starts).toHaveLength(1);
    expect(ran.outcome).toMatchObject({ outcome: 'published', summary: { version: '2026-11-23.01' } });
  });

  it('tries the next Spot rung when patience is over', async () => {
    const ran = await run([move(1, 'patience'), completed]);
    expect(rungsOf(ran)).toEqual(['ml.m5.xlarge spot', 'ml.m5.2xlarge spot']);
    expect(ran.outcome).toMatchObject({
      summary: { trainingAttempts: [{ why: 'patience' }, { outcome: 'completed' }] },
    });
  });

  it('starts on demand at once when Spot could not make the deadline', async () => {
    const ran = await run([completed], { deadline: { ...deadline(), hoursAfterStart: 1 } });
    expect(rungsOf(ran)).toEqual(['ml.m5.2xlarge on-demand']);
  });

  it('decides the next attempt by what the trainer of the last one said', async () => {
    const almostDone = { ...completed, outcome: 'service-fault', remainingSeconds: 30 } as const;
    const tight = { deadline: { ...deadline(), hoursAfterStart: 3 } };
    // By the estimate of before, the hour of work would not fit a second time.
    const ran = await run([almostDone, completed], tight);
    expect(rungsOf(ran)).toEqual(['ml.m5.xlarge spot', 'ml.m5.xlarge spot']);
  });

  it('gives the watcher deadline, pace and ladder, and Spot no longer than to the deadline', async () => {
    const ran = await run([completed]);
    const { startTime } = await ran.handle.describe();
    const deadlineAtMs = startTime.getTime() + 5.5 * 3_600_000;
    expect(ran.watches[0]?.deadline).toMatchObject({ deadlineAtMs, rung: 0, ladder: settings.ladder });
    expect(ran.starts[0]?.maxWaitSeconds).toBeLessThanOrEqual(5.5 * 3600);
    expect(await ran.handle.query('status')).toMatchObject({ deadlineAtMs });
  });

  it('watches without a deadline when the settings of its start had none', async () => {
    const { deadline: _deadline, budget: _budget, ...before } = settings;
    const { activities, seen, trace } = jobsThatEnd([completed]);
    testbed.use(activities);
    const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
      workflowId: `training-${++counter}`,
      taskQueue: testbed.taskQueue,
      args: [{ ...dailyInput, settings: before }],
    });
    await handle.result();
    expect(seen.watches[0]).not.toHaveProperty('deadline');
    expect(trace.calls).not.toContain('estimateTraining');
  });

  it('waits, then tries again, where capacity is short on every Spot type; on demand has its turn last', async () => {
    const short = { ...completed, outcome: 'capacity', trainingSeconds: 0, billableSeconds: 0 } as const;
    const ran = await run([short, short, short, short, completed]);
    expect(rungsOf(ran)).toEqual([
      'ml.m5.xlarge spot',
      'ml.m5.2xlarge spot',
      'ml.m5.2xlarge spot',
      'ml.m5.2xlarge spot',
      'ml.m5.2xlarge on-demand',
    ]);
  });

  it('goes to the next rung when the quota of the account is used up, with a number that no job has', async () => {
    const starts: StartTrainingInput[] = [];
    const ran = await run(
      [completed],
      {},
      {
        startTraining: async (input) => {
          starts.push(input);
          if (input.rung.instanceType === 'ml.m5.xlarge') throw failure('TrainingQuotaExceeded', '0 instances');
          return activitiesOf().activities.startTraining(input);
        },
      },
    );
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(ran.outcome).toMatchObject({
      summary: { version: '2026-11-23.01', trainingAttempts: [{ outcome: 'quota' }, { outcome: 'completed' }] },
    });
  });

  it('takes more memory when there was too little', async () => {
    const ran = await run([{ ...completed, outcome: 'out-of-memory' }, completed]);
    expect(rungsOf(ran)).toEqual(['ml.m5.xlarge spot', 'ml.m5.2xlarge spot']);
  });

  it('makes no more attempts than its budget has', async () => {
    const ran = await run([{ ...completed, outcome: 'service-fault' }], { budget: { maxAttempts: 3 } });
    expect(ran.starts).toHaveLength(3);
    expect(ran.outcome).toMatchObject({ type: 'TrainingCapReached', message: expect.stringContaining('maxAttempts') });
  });

  it('lets no job run longer than the money that is left pays for, and starts none that it does not', async () => {
    const costly = { ...completed, outcome: 'service-fault', trainingSeconds: 3600, billableSeconds: 3600 } as const;
    const ran = await run([costly], { budget: { maxAttempts: 8, maxCostUsd: 0.462 } });
    expect(ran.starts.map(({ maxRuntimeSeconds }) => maxRuntimeSeconds)).toEqual([7231, 3631]);
    expect(ran.outcome).toMatchObject({ type: 'TrainingCapReached', message: expect.stringContaining('maxCostUsd') });
    expect(ran.trace.reports).toMatchObject([
      { outcome: 'failed', money: { costUsd: 0.46 }, trainingAttempts: [{}, {}] },
    ]);
  });

  it('shows money, rung and interruptions as search attributes and in the details of the run', async () => {
    const { handle } = await run([{ ...completed, interruptions: 2, lostSeconds: 120 }]);
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
      expect.arrayContaining([
        ['Rung', 'ml.m5.xlarge spot'],
        ['Interruptions', 2],
        ['SavingPercent', 66.1],
        ['CostUsd', 0.0134],
      ]),
    );
    expect(await handle.query('status')).toMatchObject({ money: { lostSeconds: 120, interruptions: 2 } });
  });
});

describe('a run that is cancelled in training', () => {
  it('reports what the stopped job cost', async () => {
    const stopped = { ...completed, outcome: 'stopped', trainingSeconds: 300, billableSeconds: 105 } as const;
    const { activities, trace } = activitiesOf({ waitForTraining: () => untilCancelled().catch(() => stopped) });
    const handle = await start(activities);
    while (!trace.calls.includes('waitForTraining')) await new Promise((resolve) => setTimeout(resolve, 20));
    await handle.cancel();
    await handle.result().catch(() => undefined);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(trace.reports).toMatchObject([
      {
        outcome: 'cancelled',
        failedStage: 'training',
        money: { billableSeconds: 105 },
        trainingAttempts: [{ outcome: 'stopped' }],
      },
    ]);
  });

  it('stops a job whose start was under way: nothing that is paid for is left alone', async () => {
    const begun: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { activities, trace } = activitiesOf({
      startTraining: async (input) => {
        begun.push(input.rung.market);
        await released;
        return activitiesOf().activities.startTraining(input);
      },
    });
    const handle = await start(activities);
    while (begun.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await handle.cancel();
    release();
    await handle.result().catch(() => undefined);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(trace.calls.slice(-3)).toEqual(['startTraining', 'stopTraining', 'writeReport']);
  });
});

function deadline(): NonNullable<DailyInput['settings']['deadline']> {
  if (dailyInput.settings.deadline === undefined) throw new Error('the default settings have a deadline');
  return dailyInput.settings.deadline;
}
