/**
 * What operators do all day, by the commands themselves: a real dev server, real workers, a real lake. Activities are scripted.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { runCommand } from '../../src/cli';
import type { ObjectStore } from '../../src/clients/objectStore';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { ensureSearchAttributes } from '../../src/clients/temporalClient';
import {
  type Activities,
  type BackfillStatus,
  backfillWorkflowId,
  dailyWorkflowId,
  type LiveVersion,
  searchAttributes,
  taskQueue,
} from '../../src/contract';
import { clicksHourPrefix, partitionManifestKey, reportKey, reportPageKey } from '../../src/domain/keys';
import { parseRunDate, type RunDate } from '../../src/domain/runDate';
import { failure } from '../../src/failures';
import { freshBucket, testAws } from '../support/aws';
import { runProgram } from '../support/runProgram';
import { activitiesOf, borderline, completed, untilCancelled } from '../support/scenarios';
import { quietRuntime, startDevServer, workflowBundlePath } from '../support/workflowEnvironment';
import { fakeTerminal } from './fakeTerminal';

/** What happens on a day; on all others everything goes well. */
const deeds = new Map<RunDate, Partial<Activities>>();
const on = (day: string, deed: Partial<Activities>): RunDate => {
  const runDate = parseRunDate(day);
  deeds.set(runDate, deed);
  return runDate;
};

/** What is live, as runs read it. */
let live: LiveVersion | null = null;

let env: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
let lake: ObjectStore;
let environment: Record<string, string>;
const saved = { ...process.env };

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
  await ensureSearchAttributes(env.client, Object.values(searchAttributes));
  const bucket = await freshBucket();
  lake = createS3ObjectStore(bucket, testAws());
  environment = {
    TEMPORAL_ADDRESS: env.address,
    FRONTPAGE_BUCKET: bucket,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: testAws().endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  Object.assign(process.env, environment);
  worker = await startWorker();
  running = worker.run();
});

function startWorker(): Promise<Worker> {
  const { activities } = activitiesOf({ readLive: async () => live });
  return Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: workflowBundlePath() },
    activities: {
      ...activities,
      checkReadiness: (input) => deedOf(input.runDate, 'checkReadiness')(input),
      startTraining: (input) => deedOf(input.runDate, 'startTraining')(input),
      waitForTraining: (input) => deedOf(dayIn(input.jobName), 'waitForTraining')(input),
      stopTraining: (input) => deedOf(dayIn(input.jobName), 'stopTraining')(input),
      evaluateModel: (input) => deedOf(input.runDate, 'evaluateModel')(input),
      keepInteractions: (input) => deedOf(input.runDate, 'keepInteractions')(input),
      publish: (input) => deedOf(input.runDate, 'publish')(input),
      async writeReport(report) {
        await lake.put(reportKey(report.runDate), JSON.stringify(report));
        return activities.writeReport(report);
      },
    } satisfies Partial<Activities>,
    maxHeartbeatThrottleInterval: '200 ms',
    debugMode: true,
  });
}

afterAll(async () => {
  process.env = saved;
  worker.shutdown();
  await running;
  await env.teardown();
});

function deedOf<Name extends keyof Activities>(runDate: RunDate, name: Name): Activities[Name] {
  return deeds.get(runDate)?.[name] ?? activitiesOf().activities[name];
}

function dayIn(jobName: string): RunDate {
  return parseRunDate(jobName.slice('frontpage-'.length, 'frontpage-YYYY-MM-DD'.length));
}

/** A command as a script gives it: its code, its JSON, and what it complained of. */
async function frontpage(...args: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommand(args, terminal);
  const values: unknown[] = terminal.printed.map((text) => JSON.parse(text));
  const errors: unknown[] = terminal.complaints.map((text) => JSON.parse(text));
  return { code, value: values.at(-1), values, error: errors.at(-1) };
}

const why = ['--by', 'the desk', '--reason', 'looked at it'];

describe('the commands of an operator', () => {
  it('start a day, follow it to its end, and show what it reported', async () => {
    const runDate = on('2026-11-02', {});
    expect(await frontpage('start', runDate)).toMatchObject({ code: 0, value: { runDate, how: 'started' } });
    expect(await frontpage('watch', runDate)).toMatchObject({
      code: 0,
      value: { state: 'completed', outcome: 'published' },
    });
    expect(await frontpage('status', runDate)).toMatchObject({
      code: 0,
      value: { state: 'completed', result: { outcome: 'published' } },
    });
    expect(await frontpage('report', runDate)).toMatchObject({ code: 0, value: { outcome: 'published', runDate } });
  });

  it('say of a day that is live already that its run had nothing to do, and start any other', async () => {
    const runDate = on('2026-06-01', {});
    live = { version: '2026-06-01.02', runDate };
    try {
      const found = { runDate, how: 'already published', version: '2026-06-01.02' };
      expect(await frontpage('start', runDate)).toMatchObject({ code: 0, value: found });
      const terminal = fakeTerminal({ isScreen: true });
      expect(await runCommand(['start', runDate], terminal)).toBe(0);
      expect(terminal.printed).toEqual([
        "run 2026-06-01 has nothing to do: 2026-06-01.02 is live, and 'frontpage report 2026-06-01' shows the run that made it",
      ]);
      expect(await frontpage('cancel', runDate, '--yes')).toMatchObject({
        code: 1,
        error: { error: { message: expect.stringContaining('over: already published: 2026-06-01.02 is live') } },
      });
      const other = on('2026-06-02', {});
      expect(await frontpage('start', other)).toMatchObject({ code: 0, value: { runDate: other, how: 'started' } });
      await frontpage('watch', other);
    } finally {
      live = null;
    }
  });

  it('say that a run has started when no worker is there to tell more', async () => {
    const runDate = parseRunDate('2026-06-03');
    worker.shutdown();
    await running;
    try {
      expect(await frontpage('start', runDate)).toMatchObject({ code: 0, value: { runDate, how: 'started' } });
      expect(await frontpage('start', runDate)).toMatchObject({ code: 0, value: { runDate, how: 'joined' } });
    } finally {
      worker = await startWorker();
      running = worker.run();
    }
    expect(await frontpage('watch', runDate)).toMatchObject({ code: 0, value: { outcome: 'published' } });
  });

  it('refuse orders to a run that has ended, and say how it ended and where more of it stands', async () => {
    const published = on('2026-06-04', {});
    const failed = on('2026-06-05', {
      waitForTraining: async () => ({ ...completed, outcome: 'data-rejected', failureReason: 'DataRejected: no' }),
    });
    const ends = [
      [published, 'published'],
      [failed, 'failed, DataRejected: '],
    ] as const;
    for (const [runDate, end] of ends) {
      await frontpage('start', runDate);
      await frontpage('watch', runDate);
      const orders = [
        ['proceed', runDate, ...why],
        ['abandon', runDate, ...why],
        ['approve', runDate, ...why, '--yes'],
        ['reject', runDate, ...why],
        ['cancel', runDate, '--yes'],
      ];
      for (const order of orders) {
        const { code, error } = await frontpage(...order);
        expect({ order, code, error }).toEqual({
          order,
          code: 1,
          error: { error: { type: 'OrderRefused', message: expect.stringContaining(`of ${runDate} is over: ${end}`) } },
        });
        expect(JSON.stringify(error)).toContain(
          `; see 'frontpage status ${runDate}' and 'frontpage report ${runDate}'`,
        );
      }
    }
    const terminal = fakeTerminal({ isScreen: true, answers: ['2026-06-04.01'] });
    expect(await runCommand(['approve', published, ...why], terminal)).toBe(1);
    expect(terminal.questions).toEqual([]);
  });

  it('refuse an order that a run does not wait for in the words of the run', async () => {
    const runDate = on('2026-06-06', { waitForTraining: untilCancelled });
    await frontpage('start', runDate);
    expect(await frontpage('approve', runDate, ...why, '--yes')).toMatchObject({
      code: 1,
      error: { error: { type: 'OrderRefused', message: expect.stringContaining('does not wait for approval') } },
    });
    await frontpage('cancel', runDate, '--yes');
  });

  it('write the page of a report into a file, and say so when the run has written none', async () => {
    const runDate = parseRunDate('2026-10-02');
    const folder = mkdtempSync(join(tmpdir(), 'frontpage-report-'));
    const file = join(folder, 'run.html');
    try {
      await lake.put(reportKey(runDate), JSON.stringify({ runDate, outcome: 'kept newer', later: { release: true } }));
      expect(await frontpage('report', runDate, '--out', file)).toMatchObject({
        code: 1,
        error: { error: { type: 'NoSuchPage' } },
      });
      await lake.put(reportPageKey(runDate), '<!doctype html>');
      expect(await frontpage('report', runDate, '--out', file)).toMatchObject({
        code: 0,
        value: { later: { release: true } },
      });
      expect(readFileSync(file, 'utf8')).toBe('<!doctype html>');
      await lake.put(reportKey(runDate), '{"runDate":');
      expect(await frontpage('report', runDate)).toMatchObject({
        code: 1,
        error: { error: { type: 'ReportUnreadable' } },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tell a script that there is no run, and no report', async () => {
    expect(await frontpage('status', '2026-10-01')).toMatchObject({ code: 5, error: { error: { type: 'NoSuchRun' } } });
    expect(await frontpage('watch', '2026-10-01')).toMatchObject({ code: 5 });
    expect(await frontpage('report', '2026-10-01')).toMatchObject({ code: 5 });
    expect(await frontpage('cancel', '2026-10-01', '--yes')).toMatchObject({
      code: 1,
      error: { error: { type: 'OrderRefused', message: 'no run of 2026-10-01 is going on' } },
    });
  });

  it('end the watch of a run that waits for approval, let it go live only when told so, and go on watching', async () => {
    const published: string[] = [];
    const runDate = on('2026-11-03', {
      evaluateModel: async () => borderline(),
      publish: async ({ version }) => void published.push(version),
    });
    await frontpage('start', runDate);
    expect(await frontpage('watch', runDate)).toMatchObject({ code: 4, value: { stage: 'waiting for approval' } });
    expect(await frontpage('status', runDate)).toMatchObject({ code: 4 });
    expect(await frontpage('approve', runDate, ...why)).toMatchObject({
      code: 2,
      error: { error: { type: 'NotConfirmed' } },
    });
    const terminal = fakeTerminal({ isScreen: true, answers: ['yes'] });
    expect(await runCommand(['approve', runDate, ...why], terminal)).toBe(1);
    expect(terminal.questions.join()).toMatch(
      /version 2026-11-03\.01, .*\n.*waits for approval[^]*Type 2026-11-03\.01/,
    );
    expect(published).toEqual([]);
    expect(await frontpage('approve', runDate, ...why, '--yes')).toMatchObject({
      code: 0,
      value: { verdict: 'approve' },
    });
    expect(await frontpage('watch', runDate)).toMatchObject({ code: 0, value: { outcome: 'published' } });
    expect(published).toEqual(['2026-11-03.01']);
  });

  it('tell a run that failed by their code, and its failure by its type', async () => {
    const runDate = on('2026-11-04', {
      waitForTraining: async () => ({ ...completed, outcome: 'data-rejected', failureReason: 'DataRejected: no' }),
    });
    await frontpage('start', runDate);
    expect(await frontpage('watch', runDate)).toMatchObject({ code: 3, value: { failure: { type: 'DataRejected' } } });
    expect(await frontpage('report', runDate)).toMatchObject({
      code: 3,
      value: { outcome: 'failed', failureType: 'DataRejected' },
    });
  });

  it('cancel a run, wait until its job has stopped, and say so', async () => {
    let stopped = false;
    const runDate = on('2026-11-05', {
      waitForTraining: async () => {
        try {
          return await untilCancelled();
        } finally {
          stopped = true;
        }
      },
    });
    await frontpage('start', runDate);
    for (;;) {
      const { value } = await frontpage('status', runDate);
      if (JSON.stringify(value).includes('"Training"')) break;
    }
    expect(await frontpage('cancel', runDate, '--yes')).toMatchObject({ code: 0, value: { state: 'cancelled' } });
    expect(stopped).toBe(true);
    expect(await frontpage('cancel', runDate, '--yes')).toMatchObject({
      code: 1,
      error: {
        error: { type: 'OrderRefused', message: expect.stringContaining('2026-11-05 is over: cancelled; see') },
      },
    });
  });

  it('list all runs of November that fell back to on demand', async () => {
    const runDate = on('2026-11-06', {
      waitForTraining: async ({ jobName }) => ({
        ...completed,
        outcome: jobName.endsWith('-a1') ? 'interrupted-out' : 'completed',
      }),
    });
    await frontpage('start', runDate);
    await frontpage('watch', runDate);
    const november = ['runs', '--since', '2026-11-01', '--until', '2026-11-30'];
    const value = await untilListed(() => frontpage(...november, '--market', 'on-demand'));
    expect(value).toMatchObject([{ runDate, state: 'completed', rung: 'ml.m5.2xlarge on-demand', recallAt10: 0.1 }]);
    const asQuery = await frontpage(...november, '--query', "Rung = 'ml.m5.2xlarge on-demand'");
    expect(asQuery.value).toEqual(value);
    const all = await frontpage(...november);
    expect(all.value).toMatchObject([{ runDate }, ...Array.from({ length: 4 }, () => ({}))]);
    expect(await frontpage(...november, '--limit', '2')).toMatchObject({ value: [{ runDate }, {}] });
    expect(await frontpage('runs', '--since', '2026-12-01')).toMatchObject({ code: 0, value: [] });
  });

  it('list also the runs of a market that were there before it had an attribute', async () => {
    const runDate = parseRunDate('2026-05-01');
    const start = (runOf: RunDate, rung: string) =>
      env.client.workflow.start('dailyRecommendations', {
        workflowId: dailyWorkflowId(runOf),
        taskQueue: 'of nobody',
        typedSearchAttributes: [
          { key: searchAttributes.runDate, value: new Date(`${runOf}T00:00:00Z`) },
          { key: searchAttributes.rung, value: rung },
        ],
      });
    const [old, other] = await Promise.all([
      start(runDate, 'ml.m5.2xlarge on-demand'),
      start(parseRunDate('2026-05-02'), 'ml.m5.2xlarge spot'),
    ]);
    const may = ['runs', '--since', '2026-05-01', '--until', '2026-05-31'];
    while (JSON.stringify((await frontpage(...may)).value).split('"runDate"').length < 3) await pause(100);
    expect(await frontpage(...may, '--market', 'on-demand')).toMatchObject({ code: 0, value: [{ runDate }] });
    expect((await frontpage(...may, '--market', 'on-demand')).value).toHaveLength(1);
    await Promise.all([old.terminate(), other.terminate()]);
  });

  it('are told when Temporal refuses their query', async () => {
    expect(await frontpage('runs', '--query', 'Moon = 1')).toMatchObject({
      code: 1,
      error: { error: { type: 'QueryRefused', message: expect.stringContaining('Temporal refuses the query') } },
    });
  });
});

describe('frontpage backfill', () => {
  const published: string[] = [];
  const kept: string[] = [];
  const [first, second, third, fourth] = ['2026-09-01', '2026-09-02', '2026-09-03', '2026-09-04'].map((day) =>
    parseRunDate(day),
  );
  if (!first || !second || !third || !fourth) throw new Error('the range has four days');

  beforeAll(async () => {
    const deed: Partial<Activities> = {
      publish: async ({ version }) => void published.push(version),
      keepInteractions: async ({ runDate }) => {
        kept.push(runDate);
        return { days: 1 };
      },
    };
    for (const day of [first, second, third, fourth]) deeds.set(day, deed);
    deeds.set(fourth, {
      ...deed,
      checkReadiness: async () => {
        throw failure('PartitionsIncomplete', 'hour 7 is missing', { final: true });
      },
    });
    for (const day of [first, second, fourth]) await lake.put(`${clicksHourPrefix(day, 0)}a.gz`, 'clicks');
    await lake.put(reportKey(second), JSON.stringify({ runDate: second, outcome: 'published' }));
  });

  it('shows what it would do, and does nothing', async () => {
    expect(await frontpage('backfill', first, fourth, '--dry-run')).toMatchObject({
      code: 0,
      value: {
        run: [
          { runDate: first, generation: 1 },
          { runDate: fourth, generation: 1 },
        ],
        withoutClicks: [third],
        leftAlone: [{ runDate: second, state: 'done' }],
      },
    });
    expect(kept).toEqual([]);
  });

  it('runs what is missing, names what failed and what has no clicks, and publishes nothing', async () => {
    const { code, value } = await frontpage('backfill', first, fourth);
    expect(value).toMatchObject({
      done: [
        { runDate: first, outcome: 'not published' },
        { runDate: fourth, outcome: 'failed', failure: { type: 'PartitionsIncomplete' } },
      ],
      left: [],
    });
    expect(code).toBe(3);
    expect(kept).toEqual([first]);
    expect(published).toEqual([]);
  });

  it('finds afterwards what failed, and what is done', async () => {
    expect(await frontpage('backfill', first, fourth, '--dry-run', '--mode', 'failed')).toMatchObject({
      value: {
        run: [{ runDate: fourth }],
        leftAlone: [
          { runDate: first, state: 'done' },
          { runDate: second, state: 'done' },
          { runDate: third, state: 'missing' },
        ],
      },
    });
  });

  it('publishes when it is told to, and not without being asked twice', async () => {
    const command = ['backfill', second, second, '--mode', 'all', '--publish'];
    expect(await frontpage(...command)).toMatchObject({ code: 2, error: { error: { type: 'NotConfirmed' } } });
    expect(await frontpage(...command, '--yes')).toMatchObject({
      code: 0,
      value: { done: [{ runDate: second, outcome: 'published' }] },
    });
    expect(published).toEqual([`${second}.01`]);
  });
});

describe('frontpage backfill that is left alone', () => {
  it('goes on by itself, and begins no other day once it is told to stop', async () => {
    const days = ['2026-07-01', '2026-07-02', '2026-07-03'] as const;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const day of days) {
      const runDate = on(day, {
        checkReadiness: async () => {
          await released;
          return { summary: 'all there' };
        },
      });
      await lake.put(`${clicksHourPrefix(runDate, 0)}a.gz`, 'clicks');
    }
    const range = ['backfill', days[0], days[2]];
    expect(await frontpage(...range, '--stop')).toMatchObject({
      code: 1,
      error: { error: { type: 'OrderRefused', message: 'no backfill from 2026-07-01 to 2026-07-03 is going on' } },
    });
    expect(await frontpage(...range, '--detach')).toMatchObject({ code: 0, value: { how: 'started' } });
    const stopping = frontpage(...range, '--stop');
    const handle = env.client.workflow.getHandle(backfillWorkflowId(parseRunDate(days[0]), parseRunDate(days[2])));
    while (!(await handle.query<BackfillStatus>('backfill')).stopped)
      await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    expect(await stopping).toMatchObject({
      code: 0,
      value: { done: [{ runDate: days[0], outcome: 'not published' }], left: [days[1], days[2]], stopped: true },
    });
  });
});

describe('frontpage rebuild-interactions', () => {
  it('makes them of what the newest run of the day has frozen, and refuses a day without clicks', async () => {
    const attempts: number[] = [];
    const runDate = on('2026-08-01', {
      startTraining: async (input) => {
        attempts.push(input.attempt);
        return activitiesOf().activities.startTraining(input);
      },
    });
    expect(await frontpage('rebuild-interactions', runDate)).toMatchObject({
      code: 1,
      error: { error: { type: 'ClicksGone' } },
    });
    await lake.put(`${clicksHourPrefix(runDate, 0)}a.gz`, 'clicks');
    await lake.put(partitionManifestKey(runDate, 2), '{}');
    expect(await frontpage('rebuild-interactions', runDate)).toMatchObject({ code: 0, value: { runDate, days: 1 } });
    expect(attempts).toEqual([25]);
  });
});

describe('the program', () => {
  async function programOf(overrides: Record<string, string>, ...args: string[]) {
    const program = runProgram('src/cli.ts', { ...environment, ...overrides }, args);
    const [code] = await once(program.child, 'close');
    return { code: Number(code), output: program.output() };
  }

  it('prints JSON into a pipe, lines when it is told to, and ends with the code of its command', async () => {
    const piped = await programOf({}, 'runs', '--limit', '1');
    expect(JSON.parse(piped.output)).toHaveLength(1);
    const lines = await programOf({}, 'status', '2026-10-01', '--human');
    expect(lines).toEqual({
      code: 5,
      output: "there is no run of 2026-10-01: start it with 'frontpage start 2026-10-01'\n",
    });
  });

  it('says where it looked for Temporal when nothing answers', async () => {
    const { code, output } = await programOf({ TEMPORAL_ADDRESS: '127.0.0.1:9' }, 'status', '--human');
    expect(output).toMatch(/^Temporal does not answer at 127\.0\.0\.1:9: start it, or correct TEMPORAL_ADDRESS/);
    expect(code).toBe(1);
  });

  it('names the variable that is missing', async () => {
    const { code, output } = await programOf({ FRONTPAGE_BUCKET: '' }, 'report');
    expect(JSON.parse(output)).toEqual({
      error: { type: 'ConfigError', message: expect.stringContaining('FRONTPAGE_BUCKET') },
    });
    expect(code).toBe(1);
  });
});

/** The end of a run is found by queries a moment after it. */
async function untilListed(list: () => Promise<{ readonly value: unknown }>): Promise<unknown> {
  for (;;) {
    const { value } = await list();
    if (JSON.stringify(value).includes('"completed"')) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
