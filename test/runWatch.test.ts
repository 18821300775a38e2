/** The watchdog as it runs: its workflow, its activities and the worker's own connection, on a real dev server. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createSendAlert } from '../src/activities/sendAlert';
import { createWatchSchedule } from '../src/activities/watchSchedule';
import { dailyWorkflowId } from '../src/contract';
import type { Notification } from '../src/domain/alerts';
import { dayMs } from '../src/domain/durations';
import type { PipelineBeat } from '../src/domain/pipelineAlarms';
import { lastCompleteDay } from '../src/domain/runDate';
import { runWatch } from '../src/workflows';
import { createMemoryLake } from './support/memoryLake';
import { createMemoryTable } from './support/memoryTable';
import { quietRuntime, startDevServer, workflowBundlePath } from './support/workflowEnvironment';

const taskQueue = 'watch';
const scheduleId = 'daily';
let env: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
const told: Notification[] = [];
const beats: PipelineBeat[] = [];

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
  const pipelineMetrics = { put: async (beat: PipelineBeat) => void beats.push(beat) };
  const notifier = { channel: 'webhook', send: async (alert: Notification) => void told.push(alert) } as const;
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: workflowBundlePath() },
    activities: {
      watchSchedule: createWatchSchedule({ table: createMemoryTable(), pipelineMetrics }),
      sendAlert: createSendAlert({
        lake: createMemoryLake(),
        alerts: { notifiers: [notifier], runbookUrl: 'docs/runbook.md' },
      }),
    },
    debugMode: true,
  });
  running = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await env.teardown();
});

const beat = () =>
  env.client.workflow.execute(runWatch, {
    workflowId: `watch-${randomUUID()}`,
    taskQueue,
    args: [{ scheduleId, graceMinutes: 0 }],
  });

it('tells once that there is no schedule, then once that it is paused, and is content when a run of the day is there', async () => {
  expect(await beat()).toMatchObject({ verdict: 'not started', cause: 'no schedule' });
  await env.client.schedule.create({
    scheduleId,
    // Once a day, the next time in some seconds.
    spec: { intervals: [{ every: dayMs, offset: (Date.now() + 3000) % dayMs }] },
    action: { type: 'startWorkflow', workflowType: 'scheduledRun', taskQueue: 'nobody-polls-this' },
    state: { paused: true, note: 'table maintenance' },
  });
  while ((await beat()).verdict === 'nothing due') await sleep(100);
  expect(await beat()).toMatchObject({ verdict: 'not started', cause: 'paused' });
  expect(told.map(({ kind, text }) => [kind, text.replace(/^.*?: /, '')])).toEqual([
    ['not started', "the server has no daily schedule; 'npm run schedule' makes it."],
    ['not started', expect.stringContaining("the schedule is paused, the note says 'table maintenance'.")],
  ]);

  const byHand = await env.client.workflow.start('dailyRecommendations', {
    workflowId: dailyWorkflowId(lastCompleteDay(Date.now())),
    taskQueue: 'nobody-polls-this',
  });
  expect(await beat()).toMatchObject({ verdict: 'started' });
  expect(told).toHaveLength(2);
  expect(beats.at(0)).toEqual({ WatchBeats: 1, RunsNotStarted: 1 });
  expect(beats.at(-1)).toEqual({ WatchBeats: 1, RunsNotStarted: 0 });
  await byHand.terminate();
});
