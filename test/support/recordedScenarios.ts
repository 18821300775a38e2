/** The scenarios whose histories are kept for each released version and replayed against today's workflow code. */
import type { WorkflowHandle } from '@temporalio/client';
import { type DailyInput, lateSweepWorkflowId } from '../../src/contract';
import { addDays } from '../../src/domain/runDate';
import { notYet } from '../../src/failures';
import { dailyRecommendations, lateObjectsSweep, rollback, scheduledRun } from '../../src/workflows';
import { abandonUpdate, proceedUpdate } from '../../src/workflows/waitingOrders';
import { activitiesOf, completed, dailyInput, evaluated, runDate, untilCancelled } from './scenarios';
import type { WorkflowTestbed } from './workflowEnvironment';

export interface RecordedScenario {
  /** File name of the history, and what the workflow id ends in. */
  readonly name: string;
  /** Starts the workflow and brings it to its end, good or bad. */
  play(testbed: WorkflowTestbed, workflowId: string): Promise<WorkflowHandle>;
}

type Overrides = Parameters<typeof activitiesOf>[0];

/** A day that does not become complete, however long it is waited for. */
const stillIncomplete = {
  checkReadiness: async () => {
    throw notYet('PartitionsIncomplete', '23 of 24 hours have objects; missing hours 7', 600);
  },
} satisfies Overrides;

const trainOnWhatIsThere: DailyInput = {
  ...dailyInput,
  settings: {
    ...dailyInput.settings,
    readiness: { ...dailyInput.settings.readiness, onTimeout: 'train-on-what-is-there' },
  },
};

/** An operator's order ends the wait. */
function ordered(name: string, order: typeof proceedUpdate | typeof abandonUpdate): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      const { activities, trace } = activitiesOf(stillIncomplete);
      testbed.use(activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [dailyInput],
      });
      while (!trace.calls.includes('checkReadiness')) await new Promise((resolve) => setTimeout(resolve, 20));
      await handle.executeUpdate(order, { args: [{ by: 'the desk', reason: 'hour 7 is lost' }] });
      await handle.result().catch(() => undefined);
      return handle;
    },
  };
}

function daily(name: string, overrides: () => Overrides, input: DailyInput = dailyInput): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf(overrides()).activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [input],
      });
      await handle.result().catch(() => undefined);
      return handle;
    },
  };
}

function scheduled(name: string): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const { workflow } = testbed.env.client;
      const handle = await workflow.start(scheduledRun, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ settings: dailyInput.settings }],
      });
      const ran = await handle.result();
      // It is abandoned to itself; the test server wants every workflow to end.
      await workflow.getHandle(lateSweepWorkflowId(addDays(ran.runDate, -1))).result();
      return handle;
    },
  };
}

export const recordedScenarios: readonly RecordedScenario[] = [
  daily('happy-path', () => ({})),
  daily('late-partitions', () => {
    let looks = 0;
    return {
      checkReadiness: async () => {
        looks += 1;
        if (looks < 5) throw notYet('PartitionsIncomplete', '23 of 24 hours have objects', 60);
        return { summary: 'complete' };
      },
    };
  }),
  ordered('proceeded', proceedUpdate),
  ordered('abandoned', abandonUpdate),
  daily('trained-on-what-was-there', () => stillIncomplete, trainOnWhatIsThere),
  daily('incomplete', () => stillIncomplete),
  daily('second-generation', () => ({ readLive: async () => ({ version: '2026-11-23.01', runDate }) }), {
    ...dailyInput,
    generation: 2,
  }),
  daily('spot-interruption', () => ({
    waitForTraining: async () => ({ ...completed, interruptions: 2, resumedFrom: [17, 31] }),
  })),
  daily('on-demand-fallback', () => {
    let jobs = 0;
    return {
      waitForTraining: async () => {
        jobs += 1;
        return jobs === 1 ? { ...completed, outcome: 'interrupted-out', interruptions: 4 } : completed;
      },
    };
  }),
  daily('spent-attempt', () => ({
    startTraining: async (input) => ({
      ...(await activitiesOf().activities.startTraining(input)),
      ...(input.attempt === 1 ? { adopted: true, spent: true } : {}),
    }),
  })),
  daily('model-rejected', () => ({ evaluateModel: async () => evaluated(0.001) })),
  daily('data-rejected', () => ({
    waitForTraining: async () => ({
      ...completed,
      outcome: 'data-rejected',
      failureReason: 'AlgorithmError: DataRejected: 7 % of the lines are malformed, exit code: 2',
    }),
  })),
  daily('already-published', () => ({ readLive: async () => ({ version: '2026-11-23.01', runDate }) })),
  {
    name: 'cancelled',
    async play(testbed, workflowId) {
      const { activities, trace } = activitiesOf({ waitForTraining: untilCancelled });
      testbed.use(activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [dailyInput],
      });
      while (!trace.calls.includes('waitForTraining')) await new Promise((resolve) => setTimeout(resolve, 20));
      await handle.cancel();
      await handle.result().catch(() => undefined);
      return handle;
    },
  },
  // Recorded before the schedule also swept for late objects.
  scheduled('scheduled-run'),
  scheduled('scheduled-run-and-sweep'),
  {
    name: 'late-objects-sweep',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const handle = await testbed.env.client.workflow.start(lateObjectsSweep, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ runDate }],
      });
      await handle.result();
      return handle;
    },
  },
  {
    name: 'rollback',
    async play(testbed, workflowId) {
      testbed.use(
        activitiesOf({
          readLive: async () => ({ version: '2026-11-23.01', runDate, previous: '2026-11-22.01' }),
        }).activities,
      );
      const handle = await testbed.env.client.workflow.start(rollback, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ reason: 'empty lists in the sport section' }],
      });
      await handle.result();
      return handle;
    },
  },
];
