import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { type ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Activities, DailyResult } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';
import { failure, notYet } from '../../src/failures';
import { dailyRecommendations } from '../../src/workflows';
import { catalogued } from '../support/outcomes';
import { activitiesOf, completed, dailyInput, evaluated, runDate, untilCancelled } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

async function start(activities: Activities): Promise<WorkflowHandle<typeof dailyRecommendations>> {
  testbed.use(activities);
  return testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `daily-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [dailyInput],
  });
}

async function run(overrides: Partial<Activities>) {
  const { activities, trace } = activitiesOf(overrides);
  const handle = await start(activities);
  const outcome: DailyResult | ApplicationFailure = await handle.result().catch(catalogued);
  return { outcome, trace };
}

describe('the daily run', () => {
  it('goes from readiness to publish and reports what it did', async () => {
    const { outcome, trace } = await run({});
    expect(outcome).toMatchObject({
      outcome: 'published',
      summary: { version: '2026-11-23.01', itemsLoaded: 100_008, readers: 100_000 },
    });
    expect(trace.published).toEqual(['2026-11-23.01']);
    expect(trace.calls.filter((name) => name !== 'loadShards')).toEqual([
      'readLive',
      'checkReadiness',
      'freezeManifest',
      'estimateTraining',
      'startTraining',
      'waitForTraining',
      'keepInteractions',
      'evaluateModel',
      'chooseBlend',
      'holdVersion',
      'verifyLoad',
      'readLive',
      'publish',
      'planSweep',
      'sweepVersion',
      'writeReport',
    ]);
    expect(trace.calls.filter((name) => name === 'loadShards')).toHaveLength(dailyInput.settings.load.parallelism);
  });

  it('does nothing for a day whose set is live already', async () => {
    const { outcome, trace } = await run({ readLive: async () => ({ version: '2026-11-23.01', runDate }) });
    expect(outcome).toEqual({ outcome: 'already published', runDate, version: '2026-11-23.01' });
    expect(trace.calls).toEqual(['readLive']);
  });

  it('waits through looks that find the day incomplete', async () => {
    let looks = 0;
    const { outcome } = await run({
      checkReadiness: async () => {
        looks += 1;
        if (looks < 40) throw notYet('PartitionsIncomplete', '23 of 24 hours have objects', 60);
        return { summary: 'complete' };
      },
    });
    expect(outcome).toMatchObject({ outcome: 'published' });
    expect(looks).toBe(40);
  });

  it('gives up with what is missing when the day stays incomplete, and trains nothing', async () => {
    const { outcome, trace } = await run({
      checkReadiness: async () => {
        throw notYet('PartitionsIncomplete', '23 of 24 hours have objects; missing hours 7', 600);
      },
    });
    expect(outcome).toMatchObject({
      type: 'PartitionsIncomplete',
      message: expect.stringContaining('missing hours 7'),
    });
    expect(trace.calls).not.toContain('startTraining');
    expect(trace.reports).toMatchObject([
      { outcome: 'failed', failedStage: 'waiting for clicks', failureType: 'PartitionsIncomplete' },
    ]);
  });

  it('climbs to the next rung when Spot ran out of waiting time, and keeps the account of both jobs', async () => {
    let jobs = 0;
    const { outcome } = await run({
      waitForTraining: async () =>
        ++jobs === 1 ? { ...completed, outcome: 'interrupted-out', interruptions: 3 } : completed,
    });
    expect(outcome).toMatchObject({
      outcome: 'published',
      summary: {
        version: '2026-11-23.02',
        trainingAttempts: [
          { market: 'spot', outcome: 'interrupted-out', interruptions: 3 },
          { market: 'on-demand', outcome: 'completed' },
        ],
      },
    });
  });

  it('goes on with the next attempt on the same rung where an earlier run of the day used attempts up', async () => {
    const { outcome, trace } = await run({
      startTraining: async (input) => ({
        ...(await activitiesOf().activities.startTraining(input)),
        ...(input.attempt < 3 ? { adopted: true, spent: true } : {}),
      }),
    });
    expect(outcome).toMatchObject({
      outcome: 'published',
      summary: { version: '2026-11-23.03', trainingAttempts: [{ market: 'spot', outcome: 'completed' }] },
    });
    expect(trace.calls.filter((name) => name === 'waitForTraining')).toHaveLength(1);
  });

  it('fails when no rung is left', async () => {
    const { outcome } = await run({ waitForTraining: async () => ({ ...completed, outcome: 'capacity' }) });
    expect(outcome).toMatchObject({ type: 'LadderExhausted' });
  });

  it.each([
    ['data-rejected', 'DataRejected'],
    ['algorithm-error', 'TrainingAlgorithmError'],
    ['out-of-memory', 'TrainingOutOfMemory'],
    ['stopped', 'TrainingStopped'],
    ['input-missing', 'TrainingInputMissing'],
  ] as const)('climbs no rung when training ended as %s', async (ended, type) => {
    const { outcome, trace } = await run({
      waitForTraining: async () => ({ ...completed, outcome: ended, failureReason: 'AlgorithmError: it says why' }),
    });
    expect(outcome).toMatchObject({ type, message: expect.stringContaining('it says why') });
    expect(trace.calls.filter((name) => name === 'startTraining')).toHaveLength(1);
    expect(trace.published).toEqual([]);
  });

  it('loads nothing of a candidate that the gate refuses, and says which check failed', async () => {
    const { outcome, trace } = await run({ evaluateModel: async () => evaluated(0.001) });
    expect(outcome).toMatchObject({
      type: 'ModelRejected',
      message: expect.stringContaining('recall@10 against the floor'),
    });
    expect(trace.calls).not.toContain('loadShards');
    expect(trace.calls).toContain('keepInteractions');
    expect(trace.reports).toMatchObject([{ outcome: 'failed', failedStage: 'gate' }]);
  });

  it('publishes nothing when the load cannot be verified', async () => {
    const { outcome, trace } = await run({
      verifyLoad: async () => {
        throw failure('LoadVerificationFailed', 'an item is missing');
      },
    });
    expect(outcome).toMatchObject({ type: 'LoadVerificationFailed' });
    expect(trace.published).toEqual([]);
  });

  it('does not take readers back when a later day is live', async () => {
    const { outcome, trace } = await run({
      readLive: async () => ({ version: '2026-11-24.01', runDate: parseRunDate('2026-11-24') }),
    });
    expect(outcome).toMatchObject({ outcome: 'kept newer' });
    expect(trace.published).toEqual([]);
  });

  it('publishes the first set when nothing was live', async () => {
    const seen: unknown[] = [];
    const { outcome } = await run({
      readLive: async () => null,
      publish: async (input) => {
        seen.push(input.expectedLive);
      },
    });
    expect(outcome).toMatchObject({ outcome: 'published' });
    expect(seen).toEqual([undefined]);
  });

  it('tells its stage, version and gate to whoever asks', async () => {
    const { activities } = activitiesOf();
    const handle = await start(activities);
    await handle.result();
    expect(await handle.query('status')).toMatchObject({
      stage: 'done',
      version: '2026-11-23.01',
      rung: 'ml.m5.2xlarge spot',
      gate: { accepted: true },
    });
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
      expect.arrayContaining([
        ['Stage', 'done'],
        ['ModelVersion', '2026-11-23.01'],
        ['RecallAt10', 0.1],
      ]),
    );
  });

  it('tells the watch over the job when it is cancelled, and reports the cancellation', async () => {
    let told = false;
    const { activities, trace } = activitiesOf({
      waitForTraining: async () => {
        try {
          return await untilCancelled();
        } finally {
          told = true;
        }
      },
    });
    const handle = await start(activities);
    while (!trace.calls.includes('waitForTraining')) await new Promise((resolve) => setTimeout(resolve, 20));
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(told).toBe(true);
    expect(trace.published).toEqual([]);
    expect(trace.reports).toMatchObject([{ outcome: 'cancelled', failedStage: 'training' }]);
  });
});
