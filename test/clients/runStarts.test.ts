/** What the watchdog asks Temporal, on a real dev server: the time-skipping server knows no schedules. */
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { temporalRunStarts } from '../../src/clients/runStarts';
import { dailyWorkflowId } from '../../src/contract';
import { dayMs } from '../../src/domain/durations';
import { parseRunDate } from '../../src/domain/runDate';
import { quietRuntime, startDevServer } from '../support/workflowEnvironment';

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
});
afterAll(() => env.teardown());

const action = { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nobody-polls-this' } as const;
const clientOf = (): Client => env.client;
const fromMs = Date.parse('2026-10-23T12:00:00Z');
const isoOf = (times: readonly number[] = []) => times.map((ms) => new Date(ms).toISOString());

describe('what Temporal knows of a daily schedule', () => {
  it('are the times at which it was due in its own time zone, also over the change of clocks and while it is paused', async () => {
    const handle = await clientOf().schedule.create({
      scheduleId: 'berlin',
      spec: { cronExpressions: ['30 2 * * *'], timezone: 'Europe/Berlin' },
      action,
      state: { paused: true, note: 'table maintenance' },
    });
    const state = await temporalRunStarts(clientOf()).schedule('berlin', fromMs, fromMs + 3 * dayMs);
    expect(state).toMatchObject({ paused: true, note: 'table maintenance', takenAtMs: [] });
    expect(state).not.toHaveProperty('running');
    // On 25 October 2026 clocks go back at 03:00: of the two times at 02:30 the server takes the second.
    expect(isoOf(state?.dueAtMs)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    expect(Math.abs((state?.createdAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await handle.delete();
  });

  it('is what it has started, and what of that still goes on', async () => {
    const handle = await clientOf().schedule.create({
      scheduleId: 'by-hand',
      spec: { cronExpressions: ['30 0 * * *'] },
      action: { ...action, workflowId: 'started-by-hand' },
      policies: { overlap: ScheduleOverlapPolicy.SKIP },
    });
    await handle.trigger();
    const starts = temporalRunStarts(clientOf());
    const look = () => starts.schedule('by-hand', fromMs, fromMs + dayMs);
    let state = await look();
    while (state?.takenAtMs.length !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = await look();
    }
    const { running = '' } = state;
    expect(running).toMatch(/^started-by-hand-/);
    await clientOf().workflow.getHandle(running).terminate();
    expect(await look()).not.toHaveProperty('running');
    await handle.delete();
  });

  it('is nothing when there is no such schedule', async () => {
    expect(await temporalRunStarts(clientOf()).schedule('gone', fromMs, fromMs + dayMs)).toBeUndefined();
  });
});

describe('a run of a day', () => {
  it('is known from its start on, also when it is over', async () => {
    const runDate = parseRunDate('2026-11-23');
    const starts = temporalRunStarts(clientOf());
    expect(await starts.hasRun(runDate)).toBe(false);
    const handle = await clientOf().workflow.start('dailyRecommendations', {
      workflowId: dailyWorkflowId(runDate),
      taskQueue: 'nobody-polls-this',
    });
    expect(await starts.hasRun(runDate)).toBe(true);
    await handle.terminate();
    expect(await starts.hasRun(runDate)).toBe(true);
  });
});
