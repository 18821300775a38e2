/** What people are told of a run, and that telling them never fails it or holds it up. */

import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time';
import { type Activities, type DailyInput, keepLiveMemo, type RunReport } from '../../src/contract';
import type { Alert, AlertKind } from '../../src/domain/alerts';
import { hourMs, minuteMs } from '../../src/domain/durations';
import { addDays } from '../../src/domain/runDate';
import { failure, notYet } from '../../src/failures';
import { dailyRecommendations, rollback, runWatch } from '../../src/workflows';
import { lookedSignal } from '../../src/workflows/runStatus';
import { until } from '../support/runProgram';
import {
  activitiesOf,
  borderline,
  completed,
  dailyInput,
  evaluated,
  runDate,
  untilCancelled,
} from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

async function start(
  overrides: Partial<Activities>,
  input: DailyInput = dailyInput,
  memo: Record<string, unknown> = {},
) {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `alerts-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [input],
    memo,
  });
  return { handle, trace };
}

async function run(overrides: Partial<Activities>, input: DailyInput = dailyInput, memo: Record<string, unknown> = {}) {
  const { handle, trace } = await start(overrides, input, memo);
  const result: unknown = await handle.result().catch((error: unknown) => error);
  return { handle, trace, result };
}

const kindsOf = (alerts: readonly Alert[]): AlertKind[] => alerts.map(({ kind }) => kind);
const withSettings = (change: Partial<DailyInput['settings']>): DailyInput => ({
  ...dailyInput,
  settings: { ...dailyInput.settings, ...change },
});

/** Looks at a day that becomes complete at the given look, one every ten minutes. */
function readyAtLook(ready: number): Partial<Activities> {
  let looks = 0;
  return {
    checkReadiness: async () => {
      looks += 1;
      if (looks < ready) throw notYet('PartitionsIncomplete', 'missing hours 7', 600);
      return { summary: 'complete' };
    },
  };
}

describe('a run tells', () => {
  it('that its set is live, with its figures, and nothing else on a day on which all goes well', async () => {
    const { trace, handle } = await run({});
    const { runId } = await handle.describe();
    expect(trace.alerts).toEqual([
      {
        kind: 'published',
        runDate,
        about: runId,
        version: '2026-11-23.01',
        readers: 100_000,
        recallAt10: 0.1,
        training: expect.stringContaining('% saved'),
      },
    ]);
  });

  it('nothing when its day is live already, or a newer one is', async () => {
    expect((await run({ readLive: async () => ({ version: '2026-11-23.01', runDate }) })).trace.alerts).toEqual([]);
    const newer = { version: '2026-11-24.01', runDate: addDays(runDate, 1) };
    expect((await run({ readLive: async () => newer })).trace.alerts).toEqual([]);
  });

  it('once that it waits for data, when that takes longer than the settings say', async () => {
    const { trace } = await run(readyAtLook(12), withSettings({ alerts: { waitingMinutes: 90 } }));
    expect(kindsOf(trace.alerts)).toEqual(['waiting for data', 'published']);
    expect(trace.alerts[0]).toMatchObject({ waitingFor: [] });
    const patient = await run(readyAtLook(5), withSettings({ alerts: { waitingMinutes: 90 } }));
    expect(kindsOf(patient.trace.alerts)).toEqual(['published']);
  });

  it('what it waits for, in the words of the last look', async () => {
    const { handle, trace } = await start(readyAtLook(20));
    await until(() => (trace.calls.includes('checkReadiness') ? true : undefined));
    await handle.signal(lookedSignal, {
      lookedAtMs: 0,
      waitsUntilMs: 0,
      readiness: {
        ready: false,
        hoursWithObjects: 23,
        missingHours: [7],
        hours: [],
        waitingFor: ['missing hours 7'],
        summary: 'missing hours 7',
      },
    });
    await handle.result();
    expect(trace.alerts[0]).toMatchObject({ kind: 'waiting for data', waitingFor: ['missing hours 7'] });
  });

  it('that it goes on on demand, once, and what became of Spot', async () => {
    const ladder = (['spot', 'on-demand', 'on-demand'] as const).map((market) => ({
      instanceType: 'ml.m5.2xlarge',
      market,
    }));
    const endings = ['interrupted-out', 'capacity', 'completed'] as const;
    let jobs = 0;
    const { trace } = await run(
      { waitForTraining: async () => ({ ...completed, outcome: endings[jobs++] ?? 'completed' }) },
      withSettings({ ladder: [...ladder] }),
    );
    expect(kindsOf(trace.alerts)).toEqual(['escalated to on demand', 'published']);
    expect(trace.alerts[0]).toMatchObject({ rung: 'ml.m5.2xlarge on-demand', after: 'interrupted-out' });
  });

  it('that it starts on demand when no time is left for Spot, but not when its ladder begins there', async () => {
    const deadline = {
      hoursAfterStart: 0.5,
      launchSeconds: 900,
      workSeconds: 3600,
      publishSeconds: 60,
      safetyFactor: 1,
    };
    const { trace } = await run({}, withSettings({ deadline }));
    expect(kindsOf(trace.alerts)).toEqual(['escalated to on demand', 'published']);
    expect(trace.alerts[0]).not.toHaveProperty('after');
    const onDemand = withSettings({ ladder: [{ instanceType: 'ml.m5.2xlarge', market: 'on-demand' }] });
    expect(kindsOf((await run({}, onDemand)).trace.alerts)).toEqual(['published']);
  });

  it('that its candidate waits for approval, and what came of it', async () => {
    const { trace } = await run({ evaluateModel: async () => borderline() });
    expect(kindsOf(trace.alerts)).toEqual(['waiting for approval', 'rejected']);
    expect(trace.alerts[0]).toMatchObject({ onNoDecision: 'reject', doubts: expect.stringContaining('recall@10') });
    expect(trace.alerts[1]).toMatchObject({ message: expect.stringContaining('gate.onNoDecision=reject') });
  });

  it('that its candidate was rejected', async () => {
    const { trace } = await run({ evaluateModel: async () => evaluated(0.001) });
    expect(trace.alerts).toMatchObject([{ kind: 'rejected', message: expect.stringContaining('recall@10') }]);
  });

  it('at its deadline that it is late, and where it stands, while it goes on', async () => {
    const input = withSettings({
      deadline: { hoursAfterStart: 2, launchSeconds: 60, workSeconds: 60, publishSeconds: 60, safetyFactor: 1 },
      alerts: { waitingMinutes: 1440 },
    });
    const { trace, handle } = await run(readyAtLook(20), input);
    expect(kindsOf(trace.alerts)).toEqual(['late', 'escalated to on demand', 'published']);
    const { startTime } = await handle.describe();
    expect(trace.alerts[0]).toMatchObject({
      deadlineAtMs: startTime.getTime() + 2 * hourMs,
      stage: 'waiting for clicks',
    });
  });

  it('nothing of a deadline that passes after its publish', async () => {
    const live = { version: '2026-11-23.01', runDate, since: '2026-11-24T04:00:00.000Z' };
    let looks = 0;
    let watches = 0;
    const { trace, handle } = await run(
      {
        readLive: async () => (++looks <= 2 ? null : live),
        watchServing: async () => {
          watches += 1;
          if (watches < 25) throw new Error('metrics do not answer');
          return { verdict: 'as before', answers: 5200 };
        },
      },
      withSettings({
        deadline: { hoursAfterStart: 0.1, launchSeconds: 60, workSeconds: 60, publishSeconds: 60, safetyFactor: 1 },
        publish: { watchSeconds: 600 },
      }),
    );
    const { startTime, closeTime } = await handle.describe();
    expect(closeTime?.getTime()).toBeGreaterThan(startTime.getTime() + 0.1 * hourMs);
    expect(kindsOf(trace.alerts)).not.toContain('late');
    expect(kindsOf(trace.alerts)).toContain('published');
  });

  it('nothing, and lets nobody be told of interruptions, when it only looks back', async () => {
    const days: unknown[] = [];
    const { trace, result } = await run(
      {
        ...readyAtLook(20),
        waitForTraining: async (input) => {
          days.push(input.runDate);
          return completed;
        },
        evaluateModel: async () => evaluated(0.001),
      },
      withSettings({ alerts: { waitingMinutes: 10 } }),
      { [keepLiveMemo]: true },
    );
    expect(result).toMatchObject({ cause: { type: 'ModelRejected' } });
    expect(trace.alerts).toEqual([]);
    expect(days).toEqual([undefined]);
  });

  it('that readers were taken back', async () => {
    const live = { version: '2026-11-23.01', runDate, since: '2026-11-24T04:00:00.000Z', previous: '2026-11-22.01' };
    let looks = 0;
    const { trace } = await run(
      {
        readLive: async () =>
          ++looks <= 2
            ? { version: '2026-11-22.01', runDate: addDays(runDate, -1), since: '2026-11-23T04:00:00Z' }
            : live,
        watchServing: async () => ({ verdict: 'worse', answers: 900, found: ['empty answers: 80.0 %'] }),
      },
      withSettings({ publish: { watchSeconds: 600 } }),
    );
    expect(kindsOf(trace.alerts)).toEqual(['published', 'rolled back']);
    expect(trace.alerts[1]).toMatchObject({ from: '2026-11-23.01', to: '2026-11-22.01', why: 'empty answers: 80.0 %' });
  });

  it.each<[string, Partial<Activities>, object]>([
    [
      'a failure of the catalogue',
      {
        waitForTraining: async () => ({ ...completed, outcome: 'data-rejected', failureReason: '7 % are malformed' }),
      },
      { failureType: 'DataRejected', stage: 'training', message: expect.stringContaining('7 % are malformed') },
    ],
    [
      'a failure before its first stage',
      {
        readLive: async () => {
          throw ApplicationFailure.create({ type: 'TypeError', message: 'a fault of the code', nonRetryable: true });
        },
      },
      { failureType: 'TypeError', message: 'a fault of the code' },
    ],
  ])('of %s that ended it', async (_what, overrides, facts) => {
    const { trace } = await run(overrides);
    expect(trace.alerts).toMatchObject([{ kind: 'failed', ...facts }]);
  });

  it('nothing when it was cancelled: whoever did it knows', async () => {
    const { handle, trace } = await start({ waitForTraining: untilCancelled });
    await until(() => (trace.calls.includes('waitForTraining') ? true : undefined));
    await handle.cancel();
    await handle.result().catch(() => undefined);
    expect(trace.alerts).toEqual([]);
  });

  it('each of its jobs’ watchers of which day it is', async () => {
    const days: unknown[] = [];
    await run({
      waitForTraining: async (input) => {
        days.push(input.runDate);
        return completed;
      },
    });
    expect(days).toEqual([runDate]);
  });
});

/** How long, at most, an end of a workflow waits for each of its alerts, in seconds. */
async function patienceOf(handle: WorkflowHandle): Promise<number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'sendAlert' ? [tsToMs(scheduled.scheduleToCloseTimeout) / 1000] : [],
  );
}

describe('a dead channel', () => {
  const reportOf = ([report]: readonly RunReport[]) => report;

  it.each<[string, Activities['sendAlert']]>([
    [
      'that answers with faults',
      async () => {
        throw failure('AlertUndelivered', 'the webhook answered 500');
      },
    ],
    [
      'that refuses',
      async () => {
        throw failure('AlertRefused', 'the webhook answered 404');
      },
    ],
  ])('%s fails no run and holds up no stage of it', async (_how, sendAlert) => {
    const waiting = withSettings({ alerts: { waitingMinutes: 5 } });
    const deaf = await run({ ...readyAtLook(3), sendAlert }, waiting);
    const heard = await run(readyAtLook(3), waiting);
    expect(kindsOf(deaf.trace.alerts)).toEqual(expect.arrayContaining(['waiting for data', 'published']));
    expect(deaf.result).toMatchObject({ outcome: 'published' });
    expect(await patienceOf(deaf.handle)).toEqual([300, 300]);
    const minutesOf = (report: RunReport | undefined) =>
      report !== undefined && 'summary' in report
        ? report.summary.stages.map(({ stage, startedAtMs, endedAtMs = startedAtMs }) => [
            stage,
            Math.round((endedAtMs - startedAtMs) / minuteMs),
          ])
        : undefined;
    expect(minutesOf(reportOf(deaf.trace.reports))).toEqual(minutesOf(reportOf(heard.trace.reports)));
  });

  it('leaves a failed run its own failure and its report', async () => {
    const { result, trace } = await run({
      evaluateModel: async () => evaluated(0.001),
      sendAlert: async () => {
        throw failure('AlertUndelivered', 'the webhook answered 500');
      },
    });
    expect(result).toMatchObject({ cause: { type: 'ModelRejected' } });
    expect(trace.reports).toMatchObject([{ outcome: 'failed', failureType: 'ModelRejected' }]);
  });

  it('is tried again also after its run was cancelled', async () => {
    let tries = 0;
    const { handle, trace } = await start({
      sweepVersion: untilCancelled,
      sendAlert: async () => {
        tries += 1;
        if (!trace.calls.includes('cancelled')) throw failure('AlertUndelivered', 'the webhook answered 503');
        return { sent: true };
      },
    });
    await until(() => (trace.calls.includes('sweepVersion') && tries > 0 ? true : undefined));
    await handle.cancel();
    trace.calls.push('cancelled');
    await handle.result();
    expect(tries).toBeGreaterThan(1);
    expect(kindsOf(trace.alerts.slice(0, 1))).toEqual(['published']);
  });

  it('is tried again until it takes the alert, before the run ends', async () => {
    let tries = 0;
    await run({
      sendAlert: async () => {
        tries += 1;
        if (tries < 4) throw failure('AlertUndelivered', 'the webhook answered 503');
        return { sent: true };
      },
    });
    expect(tries).toBe(4);
  });
});

describe('a rollback', () => {
  const roll = async (sendAlert: Activities['sendAlert'] = async () => ({ sent: true })) => {
    const { activities, trace } = activitiesOf({
      readLive: async () => ({ version: '2026-11-23.01', runDate, previous: '2026-11-22.01' }),
      sendAlert,
    });
    testbed.use(activities);
    const handle = await testbed.env.client.workflow.start(rollback, {
      workflowId: `alerts-${++counter}`,
      taskQueue: testbed.taskQueue,
      args: [{ reason: 'empty lists in the sport section' }],
    });
    return { result: await handle.result(), trace, handle };
  };
  const moved = { from: '2026-11-23.01', to: '2026-11-22.01' };

  it('of an operator is told with its reason', async () => {
    const { result, trace } = await roll();
    expect(result).toEqual(moved);
    expect(trace.alerts).toMatchObject([
      { kind: 'rolled back', runDate, ...moved, why: 'empty lists in the sport section' },
    ]);
  });

  it('is done also when nobody can be told, which an operator learns within seconds', async () => {
    const { result, handle } = await roll(async () => {
      throw failure('AlertUndelivered', 'the webhook answered 500');
    });
    expect(result).toEqual(moved);
    expect(await patienceOf(handle)).toEqual([20]);
  });
});

describe('the watchdog', () => {
  const watch = async (overrides: Partial<Activities>) => {
    const { activities, trace } = activitiesOf(overrides);
    testbed.use(activities);
    const result: unknown = await testbed.env.client.workflow
      .execute(runWatch, {
        workflowId: `alerts-${++counter}`,
        taskQueue: testbed.taskQueue,
        args: [{ scheduleId: 'frontpage-daily', graceMinutes: 15 }],
      })
      .catch((error: unknown) => error);
    return { result, trace };
  };
  const missed = {
    verdict: 'not started',
    runDate,
    cause: 'paused',
    why: 'the schedule is paused',
    dueAtMs: 1,
  } as const;

  it('says that a run did not start, the same thing of one day and cause at each beat', async () => {
    const beats = [
      await watch({ watchSchedule: async () => missed }),
      await watch({ watchSchedule: async () => ({ ...missed, why: 'in other words' }) }),
    ];
    expect(beats[0]?.result).toEqual(missed);
    expect(beats.flatMap(({ trace }) => trace.alerts)).toMatchObject([
      { kind: 'not started', runDate, about: 'paused', why: 'the schedule is paused', dueAtMs: 1 },
      { kind: 'not started', runDate, about: 'paused' },
    ]);
  });

  it('says nothing while runs start', async () => {
    const { result, trace } = await watch({});
    expect(result).toEqual({ verdict: 'started', runDate });
    expect(trace.alerts).toEqual([]);
  });

  it('shows as failed when it cannot say so', async () => {
    const { result } = await watch({
      watchSchedule: async () => missed,
      sendAlert: async () => {
        throw failure('AlertRefused', 'the webhook answered 404');
      },
    });
    expect(result).toMatchObject({ cause: { cause: { type: 'AlertRefused' } } });
  });
});
