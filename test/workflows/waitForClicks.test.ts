/** A run that waits for its day: what it waits through, and who may end the wait how. */

import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import type { Activities, DailyInput, FreezeManifestInput } from '../../src/contract';
import type { ReadinessSettings } from '../../src/domain/readinessSettings';
import { failure, failureIn, notYet } from '../../src/failures';
import { dailyRecommendations } from '../../src/workflows';
import { lookedSignal } from '../../src/workflows/runStatus';
import { incompleteIn } from '../../src/workflows/waitForClicks';
import { abandonUpdate, proceedUpdate } from '../../src/workflows/waitingOrders';
import { refusalOf } from '../support/outcomes';
import { activitiesOf, dailyInput, runDate, type Trace } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

const desk = { by: 'the desk', reason: 'hour 7 is lost for good' };
const withoutHour7 = {
  checkReadiness: async () => {
    throw notYet('PartitionsIncomplete', '23 of 24 hours have objects; missing hours 7', 600);
  },
  freezeManifest: async (input: FreezeManifestInput) => ({
    ...(await activitiesOf().activities.freezeManifest(input)),
    missingHours: [7],
  }),
} satisfies Partial<Activities>;

function waitingAs(readiness: Partial<ReadinessSettings>): DailyInput {
  const { settings } = dailyInput;
  return { runDate, settings: { ...settings, readiness: { ...settings.readiness, ...readiness } } };
}

async function start(
  overrides: Partial<Activities>,
  input: DailyInput = dailyInput,
): Promise<{ handle: WorkflowHandle<typeof dailyRecommendations>; trace: Trace }> {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `waiting-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [input],
  });
  return { handle, trace };
}

/** A run that has looked once and waits for its next look. */
async function startWaiting(overrides: Partial<Activities> = withoutHour7) {
  const started = await start(overrides);
  while (!started.trace.calls.includes('checkReadiness')) await new Promise((resolve) => setTimeout(resolve, 20));
  return started;
}

describe('a run that waits for its day', () => {
  it('hands all that was set about readiness to each look', async () => {
    const seen: unknown[] = [];
    const { handle } = await start({
      checkReadiness: async (input) => {
        seen.push(input);
        return { summary: '24 of 24 hours have objects' };
      },
    });
    await handle.result();
    expect(seen).toEqual([{ runDate, ...dailyInput.settings.readiness }]);
  });

  it('keeps the reason why its day counts as ready, in status and summary', async () => {
    const { handle } = await start({});
    const summary = '24 of 24 hours have objects';
    expect(await handle.result()).toMatchObject({ summary: { readiness: summary } });
    expect(await handle.query('status')).toMatchObject({ readiness: summary });
  });

  it('writes no more history for sixty looks than for two', async () => {
    const eventsOf = async (needed: number): Promise<number> => {
      let looks = 0;
      const { handle } = await start({
        checkReadiness: async () => {
          looks += 1;
          if (looks < needed) throw notYet('PartitionsIncomplete', 'not yet', 60);
          return { summary: 'complete' };
        },
      });
      await handle.result();
      expect(looks).toBe(needed);
      const { events } = await handle.fetchHistory();
      return (events ?? []).filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled).length;
    };
    expect(await eventsOf(60)).toBe(await eventsOf(2));
  });

  it('shows the day hour by hour to whoever asks, as the looks tell it, and nothing of it once the wait is over', async () => {
    const { handle } = await startWaiting();
    const hours = Array.from({ length: 24 }, (_, hour) => ({
      hour,
      objects: hour === 7 ? 0 : 12,
      sizeBytes: hour === 7 ? 0 : 34_000,
      state: hour === 7 ? ('missing' as const) : ('as usual' as const),
    }));
    const look = {
      lookedAtMs: Date.parse('2026-11-24T00:40:00Z'),
      waitsUntilMs: Date.parse('2026-11-24T06:30:00Z'),
      readiness: {
        ready: false,
        hoursWithObjects: 23,
        missingHours: [7],
        hours,
        waitingFor: ['missing hours 7'],
        summary: '23 of 24 hours have objects; missing hours 7',
      },
    };
    await handle.signal(lookedSignal, look);
    expect(await handle.query('status')).toMatchObject({ stage: 'waiting for clicks', look });
    expect(await handle.query('__temporal_workflow_metadata')).toMatchObject({
      currentDetails: expect.stringMatching(/\| 07\s+\| 0\s+\| 0 B\s+\| missing\s+\|/),
    });
    await handle.executeUpdate(proceedUpdate, { args: [desk] });
    await handle.signal(lookedSignal, look).catch(() => undefined);
    await handle.result();
    expect(await handle.query('status')).not.toHaveProperty('look');
  });
});

describe('the order to proceed', () => {
  it('lets the run publish what is there, marked with who, why, and what is missing', async () => {
    const { handle, trace } = await startWaiting();
    await handle.executeUpdate(proceedUpdate, { args: [desk] });
    const degraded = { reason: 'proceeded by the desk: hour 7 is lost for good', missingHours: [7] };
    expect(await handle.result()).toMatchObject({ outcome: 'published', summary: { degraded } });
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { degraded } }]);
    expect(await handle.query('status')).toMatchObject({ degraded });
    expect(await handle.query('__temporal_workflow_metadata')).toMatchObject({
      currentDetails: expect.stringContaining(`**Degraded** ${degraded.reason}; missing hours 7`),
    });
  });

  it('marks also the report of a run that fails later on', async () => {
    const { handle, trace } = await startWaiting({
      ...withoutHour7,
      waitForTraining: async () => ({
        outcome: 'data-rejected',
        failureReason: 'DataRejected: no clicks',
        interruptions: 0,
        trainingSeconds: 1,
        billableSeconds: 1,
        resumedFrom: [],
      }),
    });
    await handle.executeUpdate(proceedUpdate, { args: [desk] });
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(trace.reports).toMatchObject([{ failureType: 'DataRejected', degraded: { missingHours: [7] } }]);
  });

  it('is refused when nobody gives it, or for no reason, and the run waits on', async () => {
    const { handle } = await startWaiting();
    const refusal = 'an order needs who gives it and why';
    expect(await refusalOf(handle.executeUpdate(proceedUpdate, { args: [{ by: ' ', reason: 'x' }] }))).toBe(refusal);
    expect(await refusalOf(handle.executeUpdate(abandonUpdate, { args: [{ by: 'x', reason: '' }] }))).toBe(refusal);
    await handle.executeUpdate(abandonUpdate, { args: [desk] });
    await handle.result().catch(() => undefined);
  });

  it('is refused once the run does not wait any more', async () => {
    let release = (): void => undefined;
    const frozen = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { handle, trace } = await start({
      freezeManifest: async (input) => {
        await frozen;
        return activitiesOf().activities.freezeManifest(input);
      },
    });
    while (!trace.calls.includes('freezeManifest')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await refusalOf(handle.executeUpdate(abandonUpdate, { args: [desk] }))).toMatch(/is not waiting for clicks/);
    release();
    expect(await handle.result()).toMatchObject({ outcome: 'published' });
  });
});

describe('the order to abandon', () => {
  it('ends the run as RunAbandoned with who and why, and trains and publishes nothing', async () => {
    const { handle, trace } = await startWaiting();
    await handle.executeUpdate(abandonUpdate, { args: [desk] });
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    expect(failureIn(error)).toMatchObject({
      type: 'RunAbandoned',
      nonRetryable: true,
      message: expect.stringContaining('abandoned by the desk: hour 7 is lost for good'),
    });
    expect(trace.calls).not.toContain('freezeManifest');
    expect(trace.published).toEqual([]);
    expect(trace.reports).toMatchObject([
      { outcome: 'failed', failedStage: 'waiting for clicks', failureType: 'RunAbandoned' },
    ]);
  });

  it('leaves cancelling the run what it is', async () => {
    const { handle, trace } = await startWaiting();
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(trace.reports).toMatchObject([{ outcome: 'cancelled', failedStage: 'waiting for clicks' }]);
  });
});

describe('a day that is incomplete at the wait limit', () => {
  it('keeps yesterday’s set by default', async () => {
    const { handle, trace } = await start(withoutHour7);
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(trace.published).toEqual([]);
    expect(trace.reports).toMatchObject([{ failureType: 'PartitionsIncomplete' }]);
  });

  it('is trained on as it is where the policy says so, and the run is marked with what was missing', async () => {
    const { handle, trace } = await start(
      withoutHour7,
      waitingAs({ onTimeout: 'train-on-what-is-there', waitLimitSeconds: 3600 }),
    );
    expect(await handle.result()).toMatchObject({
      outcome: 'published',
      summary: {
        degraded: {
          reason: 'incomplete after 3600 s: 23 of 24 hours have objects; missing hours 7',
          missingHours: [7],
        },
      },
    });
    expect(trace.published).toEqual(['2026-11-23.01']);
  });

  it('is not trained on when nobody could look: what is there is unknown then', async () => {
    const { handle, trace } = await start(
      {
        checkReadiness: async () => {
          throw new Error('AccessDenied');
        },
      },
      waitingAs({ onTimeout: 'train-on-what-is-there' }),
    );
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect(trace.calls).not.toContain('freezeManifest');
  });
});

describe('a day of which an earlier run froze too little', () => {
  it('is marked, though it is wholly there by now', async () => {
    const { handle } = await start({ freezeManifest: withoutHour7.freezeManifest });
    expect(await handle.result()).toMatchObject({
      outcome: 'published',
      summary: {
        readiness: '24 of 24 hours have objects',
        degraded: {
          reason: 'an earlier run of the day froze its clicks before all were there',
          missingHours: [7],
        },
      },
    });
  });
});

describe('the end of the wait', () => {
  const timedOut = (heartbeat: unknown): ActivityFailure =>
    new ActivityFailure(
      'activity timed out',
      'checkReadiness',
      '1',
      RetryState.TIMEOUT,
      undefined,
      new TimeoutFailure('Not enough time to schedule next retry', heartbeat, TimeoutType.SCHEDULE_TO_CLOSE),
    );

  it('is told in the words of the last look, also when the server ends it with a timeout of its own', () => {
    const heartbeat = { readiness: { summary: '23 of 24 hours have objects; missing hours 12' } };
    expect(incompleteIn(timedOut(heartbeat), runDate)).toMatchObject({
      type: 'PartitionsIncomplete',
      message: `the clicks of ${runDate} are not all delivered: 23 of 24 hours have objects; missing hours 12`,
    });
    expect(incompleteIn(timedOut(undefined), runDate)?.message).toMatch(/no look at it was answered$/);
  });

  it('is no incomplete day when something else went wrong', () => {
    expect(incompleteIn(failure('ManifestInvalid', 'not JSON'), runDate)).toBeUndefined();
    expect(incompleteIn(new Error('a bug'), runDate)).toBeUndefined();
  });
});
