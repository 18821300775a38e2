/** The wanted schedules against those of a real dev server, which writes them its own way. */
import { ScheduleNotFoundError, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { msNumberToTs, tsToMs } from '@temporalio/common/lib/time';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadScheduleConfig } from '../../src/config';
import { dailyScheduleId, freshScheduleId, versionsSweepScheduleId, watchScheduleId } from '../../src/contract';
import { parseCron } from '../../src/domain/cron';
import { nominalTimes } from '../../src/domain/nominalTimes';
import { applySchedule } from '../../src/schedules/apply';
import { checkSchedules, describeChecked } from '../../src/schedules/check';
import { dailySchedule, wantedSchedules } from '../../src/schedules/wanted';
import { runProgram } from '../support/runProgram';
import { quietRuntime, startDevServer } from '../support/workflowEnvironment';

const config = loadScheduleConfig({});
const ids = [dailyScheduleId, freshScheduleId, versionsSweepScheduleId, watchScheduleId];
let env: TestWorkflowEnvironment;

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
});

afterAll(() => env.teardown());

/** By name: the server lists a new schedule only a moment after it was made. */
afterEach(async () => {
  for (const id of [...ids, 'frontpage-old', 'somebody-else']) {
    try {
      await env.client.schedule.getHandle(id).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
});

const linesOf = async (wanted: readonly ScheduleOptions[]): Promise<string[]> =>
  (await checkSchedules(env.client, wanted)).flatMap(describeChecked);

/** Paused: these tests look at schedules, and start nothing. */
async function applyAll(wanted: readonly ScheduleOptions[]): Promise<void> {
  for (const each of wanted) {
    await applySchedule(env.client, { ...each, state: { paused: true, note: 'a test' } });
  }
}

describe('the check of the schedules', () => {
  it('finds each of them missing on a server that has none', async () => {
    expect(await linesOf(wantedSchedules(config))).toEqual(ids.map((id) => `schedule ${id} is missing`));
  });

  it.each([
    {},
    { FRONTPAGE_SCHEDULE_CRON: '*/20 6-8 1,15 jan-mar MON,5', FRONTPAGE_SCHEDULE_TIME_ZONE: 'Europe/Berlin' },
    { FRONTPAGE_SCHEDULE_CRON: '5/25 1 * * *', FRONTPAGE_SCHEDULE_JITTER_MINUTES: '10' },
    { FRONTPAGE_SCHEDULE_CATCHUP_HOURS: '0.5', FRONTPAGE_SCHEDULE_SWEEP_CRON: '0 0-23/6 * * *' },
  ])('finds them as wanted once they are applied, and a pause is no difference: %j', async (environment) => {
    const wanted = wantedSchedules(loadScheduleConfig(environment));
    await applyAll(wanted);
    const checked = await checkSchedules(env.client, wanted);
    expect(checked.map(({ id, state, pause, differences }) => ({ id, state, pause, differences }))).toEqual(
      ids.map((id) => ({ id, state: 'as wanted', pause: { note: 'a test' }, differences: [] })),
    );
  });

  it('names each field that somebody has changed on the server', async () => {
    const wanted = dailySchedule(config);
    await applyAll([wanted]);
    await env.client.schedule.getHandle(dailyScheduleId).update((existing) => ({
      ...existing,
      spec: { cronExpressions: ['0 3 * * *'], timezone: 'Asia/Tokyo', jitter: '1 minute' },
      policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: '1 hour', pauseOnFailure: true },
      action: {
        ...existing.action,
        taskQueue: 'elsewhere',
        workflowRunTimeout: '1 hour',
        args: [{ settings: { ...config.settings, historyDays: 3 } }],
      },
      state: { ...existing.state, remainingActions: 2 },
    }));
    const lines = await linesOf([wanted]);
    expect(lines).toEqual([
      'schedule frontpage-daily: spec.times[0] is 0 3 * * *, wanted 30 0 * * *',
      'schedule frontpage-daily: spec.timeZone is Asia/Tokyo, wanted UTC',
      'schedule frontpage-daily: spec.jitterSeconds is 60, wanted 0',
      'schedule frontpage-daily: policies.overlap is BUFFER_ONE, wanted SKIP',
      'schedule frontpage-daily: policies.catchupSeconds is 3600, wanted 86400',
      'schedule frontpage-daily: policies.pauseOnFailure is true, wanted false',
      'schedule frontpage-daily: action.taskQueue is elsewhere, wanted frontpage-daily',
      'schedule frontpage-daily: action.args[0].settings.historyDays is 3, wanted 7',
      'schedule frontpage-daily: action.timeoutSeconds.run is 3600, wanted 0',
      'schedule frontpage-daily: remainingActions is 2, wanted not set',
      'schedule frontpage-daily is paused: a test',
    ]);
    expect(await applySchedule(env.client, wanted)).toBe('updated');
    expect(await linesOf([wanted])).toEqual([
      'schedule frontpage-daily is as wanted',
      'schedule frontpage-daily is paused: a test',
    ]);
  });

  it('tells of a schedule of ours that the code does not know, and of nobody else', async () => {
    const wanted = dailySchedule(config);
    await applyAll([wanted, { ...wanted, scheduleId: 'frontpage-old' }, { ...wanted, scheduleId: 'somebody-else' }]);
    let unknown: string[] = [];
    // The server lists a new schedule a moment after it was made.
    while (unknown.length === 0) {
      const checked = await checkSchedules(env.client, [wanted]);
      unknown = checked.filter(({ state }) => state === 'unknown').map(({ id }) => id);
    }
    expect(unknown).toEqual(['frontpage-old']);
  });
});

describe('the times of the daily schedule', () => {
  it.each([
    ['30 3 * * *', 'Europe/Berlin', '2027-03-26', '2027-03-31'],
    ['30 2 * * *', 'Europe/Berlin', '2027-03-26', '2027-03-31'],
    ['30 2 * * *', 'Europe/Berlin', '2027-10-29', '2027-11-02'],
    ['30 1 * * *', 'America/New_York', '2027-11-05', '2027-11-09'],
    ['*/30 1-3 * * *', 'America/New_York', '2027-03-13', '2027-03-16'],
    ['*/30 0-2 * * *', 'America/New_York', '2027-11-06', '2027-11-09'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02', '2026-10-06'],
    ['30 0 1,15 * MON', 'UTC', '2026-01-01', '2027-01-01'],
  ])('are those that the server takes for %s in %s from %s', async (cron, timeZone, from, until) => {
    await applyAll([dailySchedule({ ...config, cron, timeZone })]);
    const answer = await env.client.workflowService.listScheduleMatchingTimes({
      namespace: 'default',
      scheduleId: dailyScheduleId,
      startTime: msNumberToTs(Date.parse(from)),
      endTime: msNumberToTs(Date.parse(until)),
    });
    const theirs = (answer.startTime ?? []).map((time) => new Date(tsToMs(time)).toISOString());
    const ours = nominalTimes(parseCron(cron), timeZone, Date.parse(from), Date.parse(until));
    expect(ours.map((ms) => new Date(ms).toISOString())).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(0);
  });
});

describe('npm run schedule', () => {
  const run = async (
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; output: string }> => {
    const program = runProgram('src/schedule.ts', { TEMPORAL_ADDRESS: env.address, ...environment }, args);
    const code = await new Promise<number | null>((resolve) => program.child.once('close', resolve));
    return { code, output: program.output() };
  };

  it('checks, applies, and finds nothing more to do; settings that changed since are drift again', async () => {
    const before = await run(['--check']);
    expect(before.output).toBe(ids.map((id) => `schedule ${id} is missing\n`).join(''));
    expect(before.code).toBe(1);
    const applied = await run([]);
    expect(applied.output).toContain('schedule frontpage-daily created\n');
    expect(applied.code).toBe(0);
    const after = await run(['--check', '--json']);
    expect(JSON.parse(after.output)).toMatchObject({
      schedules: ids.map((id) => ({ id, state: 'as wanted', differences: [] })),
      warnings: [],
    });
    expect(after.code).toBe(0);
    const changed = await run(['--check'], { FRONTPAGE_SCHEDULE_CRON: '0 1 * * *' });
    expect(changed.output).toContain('schedule frontpage-daily: spec.times[0] is 30 0 * * *, wanted 0 1 * * *\n');
    expect(changed.code).toBe(1);
  });

  it('warns of a time that some day does not have', async () => {
    const { code, output } = await run([], {
      FRONTPAGE_SCHEDULE_CRON: '30 2 * * *',
      FRONTPAGE_SCHEDULE_TIME_ZONE: 'Europe/Berlin',
    });
    expect(output).toMatch(/warning: '30 2 \* \* \*' in Europe\/Berlin starts no run for \d{4}-03-2\d: choose a time/);
    expect(code).toBe(0);
  });

  it('refuses an option that it does not know', async () => {
    const { code } = await run(['--chek']);
    expect(code).toBe(2);
  });
});
