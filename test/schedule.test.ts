/** The schedules on a real dev server: the time-skipping server knows no schedules. */
import { ScheduleOverlapPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { backfillDay, lastScheduledDay } from '../local/demo/backfill';
import { viewRun } from '../src/clients/runs';
import { ensureSearchAttributes } from '../src/clients/temporalClient';
import { loadFreshSettings, loadScheduleConfig } from '../src/config';
import {
  type CountFreshClicksInput,
  dailyScheduleId,
  dailyWorkflowId,
  freshListsWorkflowId,
  freshScheduleId,
  freshTaskQueue,
  type LiveVersion,
  type ScheduledRunInput,
  type ScheduledRunResult,
  scheduledRunWorkflowId,
  searchAttributes,
  taskQueue,
} from '../src/contract';
import { addDays, lastCompleteDay, parseRunDate } from '../src/domain/runDate';
import { applySchedule } from '../src/schedules/apply';
import { dailySchedule, freshSchedule } from '../src/schedules/wanted';
import { activitiesOf, countedStep } from './support/scenarios';
import { quietRuntime, startDevServer, workflowBundlePath } from './support/workflowEnvironment';

const config = loadScheduleConfig({});
const { settings } = config;
const nightly = dailySchedule(config);
const dailyAt = (cron: string, timeZone: string) => dailySchedule({ ...config, cron, timeZone });

let env: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<void>[];
const steps: CountFreshClicksInput[] = [];
let live: LiveVersion | null = null;

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
  await ensureSearchAttributes(env.client, Object.values(searchAttributes));
  const { activities } = activitiesOf({
    readLive: async () => live,
    publish: async ({ version, runDate }) => {
      live = { version, runDate };
    },
    countFreshClicks: async (step) => {
      steps.push(step);
      return countedStep();
    },
  });
  workers = await Promise.all(
    [taskQueue, freshTaskQueue].map((queue) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue: queue,
        workflowBundle: { codePath: workflowBundlePath() },
        activities: { ...activities },
        debugMode: true,
      }),
    ),
  );
  running = workers.map((worker) => worker.run());
});

beforeEach(() => {
  live = null;
});

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await env.teardown();
});

describe('the daily schedule', () => {
  it('is created once, then updated, and keeps a pause that an operator set', async () => {
    const handle = env.client.schedule.getHandle(dailyScheduleId);
    expect(await applySchedule(env.client, nightly)).toBe('created');
    await handle.pause('table maintenance');
    const tokyo = dailyAt('30 3 * * *', 'Asia/Tokyo');
    expect(await applySchedule(env.client, tokyo)).toBe('updated');
    const { state, spec, policies } = await handle.describe();
    expect(state).toMatchObject({ paused: true, note: 'table maintenance' });
    expect(spec.timezone).toBe('Asia/Tokyo');
    expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 86_400_000 });
    await handle.delete();
  });

  it('says when it runs next in its own time zone', async () => {
    await applySchedule(env.client, dailyAt('30 3 * * *', 'Asia/Tokyo'));
    const { info } = await env.client.schedule.getHandle(dailyScheduleId).describe();
    expect(info.nextActionTimes[0]?.toISOString()).toMatch(/T18:30:00\.000Z$/);
    await env.client.schedule.getHandle(dailyScheduleId).delete();
  });

  it('backfills a past day as the run of that day, while it is paused', async () => {
    const runDate = parseRunDate('2026-11-20');
    await backfillDay(env.client, { TEMPORAL_ADDRESS: env.address }, runDate);
    const handle = env.client.workflow.getHandle('frontpage-scheduled-run-2026-11-21T00:30:00Z');
    expect(await whenThere(() => handle.result())).toEqual({ runDate, outcome: 'published' });
    expect(await viewRun(env.client, runDate)).toMatchObject({
      workflowId: dailyWorkflowId(runDate),
      state: 'completed',
    });
  });

  it.each([
    ['the end of summer time', '2026-10-25', ['2026-10-24T01:30:00Z', '2026-10-25T02:30:00Z']],
    ['the beginning of summer time', '2026-03-29', ['2026-03-28T02:30:00Z', '2026-03-29T01:30:00Z']],
  ])('gives each day its run around %s', async (_change, last, starts) => {
    const runDates = starts.map((start) => lastCompleteDay(Date.parse(start)));
    await applySchedule(env.client, { ...dailyAt('30 3 * * *', 'Europe/Berlin'), state: { paused: true } });
    await backfill(dailyScheduleId, `${addDays(parseRunDate(last), -1)}T00:00:00Z`, `${last}T12:00:00Z`);
    const results = await resultsOf(starts);
    expect(results.map(({ runDate }) => runDate)).toEqual(runDates);
    expect(runDates).toEqual([addDays(parseRunDate(last), -2), addDays(parseRunDate(last), -1)]);
  });

  it('runs a day once when the clocks have its time twice', async () => {
    await applySchedule(env.client, { ...dailyAt('30 1 * * *', 'America/New_York'), state: { paused: true } });
    await backfill(dailyScheduleId, '2025-11-02T00:00:00Z', '2025-11-02T12:00:00Z');
    expect(await resultsOf(['2025-11-02T05:30:00Z', '2025-11-02T06:30:00Z'])).toEqual([
      { runDate: '2025-11-01', outcome: 'published' },
      { runDate: '2025-11-01', outcome: 'already published' },
    ]);
  });

  it('starts nothing on a day whose time the clocks leave out', async () => {
    await applySchedule(env.client, { ...dailyAt('30 2 * * *', 'Europe/Berlin'), state: { paused: true } });
    await backfill(dailyScheduleId, '2025-03-29T00:00:00Z', '2025-03-31T12:00:00Z');
    const results = await resultsOf(['2025-03-29T01:30:00Z', '2025-03-31T00:30:00Z']);
    expect(results.map(({ runDate }) => runDate)).toEqual(['2025-03-28', '2025-03-30']);
    await expect(scheduledRunAt('2025-03-30T01:30:00Z').describe()).rejects.toThrow(WorkflowNotFoundError);
  });

  it('takes the run date from the time that was meant, also when jitter starts the run later', async () => {
    await applySchedule(env.client, {
      ...dailySchedule({ ...config, cron: '58 23 * * *', jitterMinutes: 10 }),
      state: { paused: true },
    });
    await backfill(dailyScheduleId, '2026-09-14T23:50:00Z', '2026-09-15T00:30:00Z');
    expect((await resultsOf(['2026-09-14T23:58:00Z']))[0]?.runDate).toBe('2026-09-13');
  });

  it('never starts a second run beside the one of the same day', async () => {
    const runDate = parseRunDate('2026-11-19');
    const byHand = await env.client.workflow.start('dailyRecommendations', {
      workflowId: dailyWorkflowId(runDate),
      taskQueue: 'nobody-polls-this',
      args: [{ runDate, settings }],
    });
    await backfillDay(env.client, { TEMPORAL_ADDRESS: env.address }, runDate);
    const handle = env.client.workflow.getHandle('frontpage-scheduled-run-2026-11-20T00:30:00Z');
    expect(await whenThere(() => handle.result())).toEqual({ runDate, outcome: 'joined' });
    await byHand.terminate();
  });
});

describe('the schedule of the fresh loop', () => {
  const beats = loadFreshSettings({});

  it('beats every few minutes, one beat at a time, and keeps a pause that an operator set', async () => {
    const handle = env.client.schedule.getHandle(freshScheduleId);
    expect(await applySchedule(env.client, freshSchedule(beats))).toBe('created');
    await handle.pause('the lake is being moved');
    expect(await applySchedule(env.client, freshSchedule({ ...beats, everyMinutes: 1 }))).toBe('updated');
    const { state, spec, policies } = await handle.describe();
    expect(state).toMatchObject({ paused: true, note: 'the lake is being moved' });
    expect(spec.intervals).toMatchObject([{ every: 60_000 }]);
    expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 60_000 });
    await handle.delete();
  });

  it('gives a beat the time of now, and one that is backfilled the time that it is for', async () => {
    const handle = env.client.schedule.getHandle(freshScheduleId);
    const schedule = freshSchedule({ ...beats, everyMinutes: 60 });
    await applySchedule(env.client, { ...schedule, state: { paused: true } });
    await handle.trigger();
    while (steps.length < 1) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Math.abs((steps[0]?.nowMs ?? 0) - Date.now())).toBeLessThan(600_000);
    const nominal = new Date('2026-11-20T07:00:00Z');
    const around = { start: new Date(nominal.getTime() - 1000), end: new Date(nominal.getTime() + 1000) };
    await handle.backfill({ ...around, overlap: ScheduleOverlapPolicy.ALLOW_ALL });
    const beat = env.client.workflow.getHandle(`${freshListsWorkflowId}-2026-11-20T07:00:00Z`);
    expect(await whenThere(() => beat.result())).toMatchObject({ steps: 1 });
    expect(Math.abs((steps[1]?.nowMs ?? 0) - nominal.getTime())).toBeLessThan(600_000);
    expect(steps[1]?.settings).toEqual(beats.lists);
    await handle.delete();
  });
});

describe('the newest day that a schedule has run', () => {
  it.each([
    ['2026-11-24T00:20:00Z', '2026-11-22'],
    ['2026-11-24T00:31:00Z', '2026-11-23'],
    ['2026-11-24T23:59:00Z', '2026-11-23'],
  ])('is at %s the %s', (now, day) => {
    expect(lastScheduledDay(Date.parse(now))).toBe(day);
  });
});

/** One after the other, oldest first. */
async function backfill(scheduleId: string, start: string, end: string): Promise<void> {
  await env.client.schedule
    .getHandle(scheduleId)
    .backfill({ start: new Date(start), end: new Date(end), overlap: ScheduleOverlapPolicy.BUFFER_ALL });
}

const scheduledRunAt = (start: string) =>
  env.client.workflow.getHandle<(input: ScheduledRunInput) => Promise<ScheduledRunResult>>(
    `${scheduledRunWorkflowId}-${start}`,
  );

async function resultsOf(starts: readonly string[]): Promise<ScheduledRunResult[]> {
  const results: ScheduledRunResult[] = [];
  for (const start of starts) results.push(await whenThere(() => scheduledRunAt(start).result()));
  return results;
}

/** A backfill starts its workflow a moment after it was asked for. */
async function whenThere<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
