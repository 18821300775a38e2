/** The scenarios whose histories are kept for each released version and replayed against today's workflow code. */
import type { WorkflowHandle } from '@temporalio/client';
import { loadFreshSettings } from '../../src/config';
import {
  type Activities,
  type DailyInput,
  dailyScheduleId,
  keepLiveMemo,
  type LiveVersion,
  lateSweepWorkflowId,
  type WaitForTrainingInput,
  type WatchedTraining,
} from '../../src/contract';
import type { GateOrder } from '../../src/domain/approval';
import { noLines } from '../../src/domain/lineCounts';
import { addDays } from '../../src/domain/runDate';
import { failure, notYet } from '../../src/failures';
import {
  backfill,
  dailyRecommendations,
  forgetUser,
  freshLists,
  lateObjectsSweep,
  rebuildInteractions,
  rollback,
  runWatch,
  scheduledRun,
  versionsSweep,
} from '../../src/workflows';
import { decideUpdate } from '../../src/workflows/gateApprovals';
import { lookedSignal, statusQuery } from '../../src/workflows/runStatus';
import { abandonUpdate, proceedUpdate } from '../../src/workflows/waitingOrders';
import {
  activitiesOf,
  borderline,
  completed,
  countedStep,
  dailyInput,
  evaluated,
  runDate,
  untilCancelled,
} from './scenarios';
import type { WorkflowTestbed } from './workflowEnvironment';

export interface RecordedScenario {
  /** File name of the history, and what the workflow id ends in. */
  readonly name: string;
  /** Starts the workflow and brings it to its end, good or bad. */
  play(testbed: WorkflowTestbed, workflowId: string): Promise<WorkflowHandle>;
}

type Overrides = Partial<Activities>;

/** A day that does not become complete, however long it is waited for. */
const stillIncomplete = {
  checkReadiness: async () => {
    throw notYet('PartitionsIncomplete', '23 of 24 hours have objects; missing hours 7', 600);
  },
} satisfies Overrides;

/** A day that is ready at this look, one every ten minutes. */
function readyAtLook(ready: number): Overrides {
  let looks = 0;
  return {
    checkReadiness: async () => {
      looks += 1;
      if (looks < ready) throw notYet('PartitionsIncomplete', 'missing hours 7', 600);
      return { summary: 'complete' };
    },
  };
}

const trainOnWhatIsThere: DailyInput = {
  ...dailyInput,
  settings: {
    ...dailyInput.settings,
    readiness: { ...dailyInput.settings.readiness, onTimeout: 'train-on-what-is-there' },
  },
};

/** An operator's order ends the wait. */
function ordered(
  name: string,
  order: typeof proceedUpdate | typeof abandonUpdate,
  before: (handle: WorkflowHandle) => Promise<void> = async () => undefined,
): RecordedScenario {
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
      await before(handle);
      await handle.executeUpdate(order, { args: [{ by: 'the desk', reason: 'hour 7 is lost' }] });
      await handle.result().catch(() => undefined);
      return handle;
    },
  };
}

/** An operator decides about a borderline candidate. */
function decided(name: string, verdict: GateOrder['verdict']): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf({ evaluateModel: async () => borderline() }).activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [dailyInput],
      });
      while ((await handle.query(statusQuery)).stage !== 'waiting for approval') {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const order: GateOrder = { verdict, by: 'the desk', reason: 'an election night is like no other' };
      await handle.executeUpdate(decideUpdate, { args: [order] });
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

/** Three days of before, two at a time. */
function backfilled(
  name: string,
  overrides: Overrides,
  before: (handle: WorkflowHandle) => Promise<void> = async () => undefined,
): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf(overrides).activities);
      const days = [-12, -11, -10].map((away) => ({ runDate: addDays(runDate, away), generation: 1 }));
      const handle = await testbed.env.client.workflow.start(backfill, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [
          {
            ...{ from: addDays(runDate, -12), to: addDays(runDate, -10), days },
            ...{ concurrency: 2, publish: false, settings: dailyInput.settings },
          },
        ],
      });
      await before(handle);
      await handle.result();
      return handle;
    },
  };
}

function cancelledInTraining(name: string, waitForTraining: Activities['waitForTraining']): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      const { activities, trace } = activitiesOf({ waitForTraining });
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
  };
}

const onDemandOnly: DailyInput['settings']['ladder'] = [{ instanceType: 'ml.m5.2xlarge', market: 'on-demand' }];

const watched: DailyInput = { ...dailyInput, settings: { ...dailyInput.settings, publish: { watchSeconds: 600 } } };

/** The pointer as a run that watches meets it: of the day before, then its own, then where `later` says. */
function pointerOf(later: LiveVersion = publishedPointer): Activities['readLive'] {
  let looks = 0;
  return async () => {
    looks += 1;
    if (looks <= 2)
      return { version: '2026-11-22.01', runDate: addDays(runDate, -1), since: '2026-11-23T04:00:00.000Z' };
    return looks === 3 ? publishedPointer : later;
  };
}

const publishedPointer: LiveVersion = {
  version: '2026-11-23.01',
  runDate,
  since: '2026-11-24T04:00:00.000Z',
  previous: '2026-11-22.01',
};
const servedWorse: Activities['watchServing'] = async () => ({
  verdict: 'worse',
  answers: 900,
  found: ['empty answers: 80.0 % after the publish, 0.1 % before'],
});

function cancelledWhileSweeping(name: string): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      const { activities, trace } = activitiesOf({ sweepVersion: untilCancelled });
      testbed.use(activities);
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [dailyInput],
      });
      while (!trace.calls.includes('sweepVersion')) await new Promise((resolve) => setTimeout(resolve, 20));
      await handle.cancel();
      await handle.result();
      return handle;
    },
  };
}

/** A watch that ends as the job on its rung does. */
function ended(how: (input: WaitForTrainingInput) => WatchedTraining): Activities['waitForTraining'] {
  return async (input) => how(input);
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

/** A beat of the watchdog. */
function watchdog(name: string, overrides: Overrides): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf(overrides).activities);
      const handle = await testbed.env.client.workflow.start(runWatch, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ scheduleId: dailyScheduleId, graceMinutes: 15 }],
      });
      await handle.result();
      return handle;
    },
  };
}

function beat(name: string, overrides: () => Overrides): RecordedScenario {
  return {
    name,
    async play(testbed, workflowId) {
      testbed.use(activitiesOf(overrides()).activities);
      const handle = await testbed.env.client.workflow.start(freshLists, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ settings: loadFreshSettings({}) }],
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
  daily('waited-long', () => readyAtLook(12)),
  daily('late', () => readyAtLook(35), { ...dailyInput, settings: { ...dailyInput.settings, ladder: onDemandOnly } }),
  daily('alerts-undelivered', () => ({
    sendAlert: async () => {
      throw failure('AlertUndelivered', 'the webhook answered 503');
    },
  })),
  ordered('proceeded', proceedUpdate),
  ordered('abandoned', abandonUpdate),
  ordered('told-what-looks-saw', proceedUpdate, (handle) =>
    handle.signal(lookedSignal, {
      lookedAtMs: Date.parse('2026-11-24T00:40:00Z'),
      waitsUntilMs: Date.parse('2026-11-24T06:30:00Z'),
      readiness: {
        ready: false,
        hoursWithObjects: 0,
        missingHours: [7],
        hours: [{ hour: 7, objects: 0, sizeBytes: 0, state: 'missing' }],
        waitingFor: ['missing hours 7'],
        summary: 'missing hours 7',
      },
    }),
  ),
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
  daily('capacity-fallback', () => ({
    waitForTraining: ended((input) =>
      input.deadline?.rung === 1
        ? completed
        : { ...completed, outcome: 'capacity', trainingSeconds: 0, billableSeconds: 0 },
    ),
  })),
  daily('quota', () => ({
    startTraining: async (input) => {
      if (input.rung.market === 'spot') throw failure('TrainingQuotaExceeded', 'the limit for Spot is 0 instances');
      return activitiesOf().activities.startTraining(input);
    },
  })),
  daily('deadline-switch', () => ({
    waitForTraining: ended((input) =>
      input.deadline?.rung === 1
        ? completed
        : { outcome: 'in-progress', decision: { kind: 'move', rung: 1, why: 'deadline' } },
    ),
  })),
  daily('completed-before-it-was-stopped', () => ({
    waitForTraining: ended(() => ({ outcome: 'in-progress', decision: { kind: 'move', rung: 1, why: 'deadline' } })),
    stopTraining: async () => completed,
  })),
  daily('adopted-job', () => ({
    startTraining: async (input) => ({ ...(await activitiesOf().activities.startTraining(input)), adopted: true }),
  })),
  daily('cap-reached', () => ({ waitForTraining: async () => ({ ...completed, outcome: 'service-fault' }) }), {
    ...dailyInput,
    settings: { ...dailyInput.settings, budget: { maxAttempts: 1 } },
  }),
  daily('spent-attempt', () => ({
    startTraining: async (input) => ({
      ...(await activitiesOf().activities.startTraining(input)),
      ...(input.attempt === 1 ? { adopted: true, spent: true } : {}),
    }),
  })),
  decided('approval', 'approve'),
  decided('rejection', 'reject'),
  daily('approval-timeout', () => ({ evaluateModel: async () => borderline() })),
  daily('model-rejected', () => ({ evaluateModel: async () => evaluated(0.001) })),
  daily('data-rejected', () => ({
    waitForTraining: async () => ({
      ...completed,
      outcome: 'data-rejected',
      failureReason: 'AlgorithmError: DataRejected: 7 % of the lines are malformed, exit code: 2',
    }),
  })),
  daily('already-published', () => ({ readLive: async () => ({ version: '2026-11-23.01', runDate }) })),
  cancelledInTraining('cancelled', untilCancelled),
  cancelledInTraining('cancelled-with-its-price', () =>
    untilCancelled().catch(() => ({ ...completed, outcome: 'stopped' as const })),
  ),
  daily('watched', () => ({ readLive: pointerOf() }), watched),
  daily('rolled-back', () => ({ readLive: pointerOf(), watchServing: servedWorse }), watched),
  daily(
    'watch-left-alone',
    () => ({ readLive: pointerOf({ ...publishedPointer, version: '2026-11-21.01' }), watchServing: servedWorse }),
    watched,
  ),
  daily(
    'watch-without-metrics',
    () => ({
      readLive: pointerOf(),
      watchServing: async () => ({ verdict: 'unknown', why: '0 answers are known of since the publish' }),
    }),
    watched,
  ),
  daily('sweep-failed', () => ({
    planSweep: async () => {
      throw failure('ManifestInvalid', 'the register cannot be read');
    },
  })),
  cancelledWhileSweeping('cancelled-while-sweeping'),
  daily('bulk-load', () => ({}), {
    ...dailyInput,
    settings: { ...dailyInput.settings, load: { ...dailyInput.settings.load, mode: 'bulk' } },
  }),
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
    name: 'versions-sweep',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const handle = await testbed.env.client.workflow.start(versionsSweep, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ settings: { keepVersions: 3, maxUnitsPerSecond: 1000 } }],
      });
      await handle.result();
      return handle;
    },
  },
  {
    name: 'forget',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const handle = await testbed.env.client.workflow.start(forgetUser, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ hash: 'ab'.repeat(32) }],
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
  {
    name: 'kept-live',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf({ evaluateModel: async () => borderline() }).activities);
      const gate = { ...dailyInput.settings.gate, approvalSeconds: 0, onNoDecision: 'accept' } as const;
      const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ ...dailyInput, settings: { ...dailyInput.settings, gate } }],
        memo: { [keepLiveMemo]: true },
      });
      await handle.result();
      return handle;
    },
  },
  backfilled('backfill', {}),
  backfilled('backfill-past-a-failure', {
    freezeManifest: async () => {
      throw failure('PartitionsIncomplete', 'there is nothing to freeze', { final: true });
    },
  }),
  backfilled('backfill-stopped', {}, async (handle) => {
    await handle.cancel();
  }),
  {
    name: 'rebuild-interactions',
    async play(testbed, workflowId) {
      testbed.use(activitiesOf().activities);
      const handle = await testbed.env.client.workflow.start(rebuildInteractions, {
        workflowId,
        taskQueue: testbed.taskQueue,
        args: [{ runDate, generation: 1, settings: dailyInput.settings }],
      });
      await handle.result();
      return handle;
    },
  },
  watchdog('run-watch', {}),
  watchdog('run-not-started', {
    watchSchedule: async () => ({
      verdict: 'not started',
      runDate,
      cause: 'paused',
      why: "the schedule is paused, the note says 'table maintenance'",
      dueAtMs: Date.parse('2026-11-24T00:30:00Z'),
    }),
  }),
  beat('fresh-normal', () => ({})),
  beat('fresh-empty', () => ({
    countFreshClicks: async () => countedStep({ objects: 0, sizeBytes: 0, lines: noLines }),
  })),
  beat('fresh-catch-up', () => {
    const left = [16, 8, 0];
    const skipped = { fromMs: Date.parse('2026-11-23T04:00:00Z'), untilMs: Date.parse('2026-11-23T09:00:00Z') };
    return {
      countFreshClicks: async () =>
        countedStep({ objectsLeft: left.shift() ?? 0, ...(left.length === 2 ? { skipped } : {}) }),
    };
  }),
  beat('fresh-conflict', () => {
    let tries = 0;
    return {
      countFreshClicks: async () => {
        tries += 1;
        if (tries === 1)
          throw failure('FreshStateContended', 'other beats wrote the state 6 times while this one counted');
        return countedStep({ conflicts: 2 });
      },
    };
  }),
  beat('fresh-set-aside', () => ({
    countFreshClicks: async () => countedStep({ setAside: ['clicks/dt=2026-11-23/hr=07/torn.gz'] }),
  })),
  beat('fresh-unpublished', () => ({
    publishFreshLists: async () => {
      throw failure('LoadThrottled', 'the table has refused an item of the fresh lists for 31 seconds, 19 times');
    },
  })),
];
