/** The scenarios whose histories are kept for each released version and replayed against today's workflow code. */
import type { WorkflowHandle } from '@temporalio/client';
import { notYet } from '../../src/failures';
import { dailyRecommendations, rollback, scheduledRun } from '../../src/workflows';
import { activitiesOf, completed, dailyInput, evaluated, runDate, untilCancelled } from './scenarios';
import type { WorkflowTestbed } from './workflowEnvironment';

export interface RecordedScenario {
  /** File name of the history, and what the workflow id ends in. */
  readonly name: string;
  /** Starts the workflow and brings it to its end, good or bad. */
  play(testbed: WorkflowTestbed, workflowId: string): Promise<WorkflowHandle>;
}

type Overrides = Parameters<typeof activitiesOf>[0];

function daily(name: string, overrides: () => Overrides): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf(overrides()).activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [dailyInput],
      });
      await handle.result().catch(() => undefined);
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
  {
    name: 'scheduled-run',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const handle = await testbed.env.client.workflow.start(scheduledRun, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ settings: dailyInput.settings }],
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
