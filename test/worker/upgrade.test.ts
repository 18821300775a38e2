/** A release replaces another while a run is under way, as docs/operations.md says it: on a real dev server, by the Temporal CLI. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { programs } from '../../local/prepare';
import { startRun } from '../../src/clients/runs';
import { ensureSearchAttributes } from '../../src/clients/temporalClient';
import { loadFreshSettings } from '../../src/config';
import { type Activities, dailyWorkflowId, freshTaskQueue, searchAttributes, taskQueue } from '../../src/contract';
import { parseRunDate, type RunDate } from '../../src/domain/runDate';
import { versionedAs } from '../../src/versioning';
import * as workflows from '../../src/workflows';
import { activitiesOf, completed, countedStep, dailyInput } from '../support/scenarios';
import { quietRuntime, startDevServer, workflowBundlePath } from '../support/workflowEnvironment';

const deployment = 'frontpage-test';
const [first, second] = [parseRunDate('2026-11-20'), parseRunDate('2026-11-21')];

let env: TestWorkflowEnvironment;
const open: { readonly workers: readonly Worker[]; readonly running: Promise<unknown> }[] = [];
/** Which release did what: `v1 publish 2026-11-20`. */
const done: string[] = [];
/** Lets the training of the first day end, on whichever release it is. */
const endTraining = new AbortController();

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
  await ensureSearchAttributes(env.client, Object.values(searchAttributes));
});

afterAll(async () => {
  endTraining.abort();
  for (const { workers } of open) for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(open.map(({ running }) => running));
  await env.teardown();
});

/** Both workers of a release, as `npm run worker` makes them. */
async function release(buildId: string): Promise<(typeof open)[number]> {
  const overrides: Partial<Activities> = {
    readLive: async () => null,
    waitForTraining: async ({ jobName }) => {
      done.push(`${buildId} train ${jobName.slice('frontpage-'.length, 'frontpage-2026-11-20'.length)}`);
      if (jobName.includes(first)) await until(() => endTraining.signal.aborted);
      return completed;
    },
    publish: async ({ runDate }) => {
      done.push(`${buildId} publish ${runDate}`);
    },
    countFreshClicks: async () => {
      done.push(`${buildId} beat`);
      return countedStep();
    },
  };
  const workers = await Promise.all(
    ([taskQueue, freshTaskQueue] as const).map((queue) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue: queue,
        workflowBundle: { codePath: workflowBundlePath() },
        activities: { ...activitiesOf(overrides).activities },
        debugMode: true,
        ...versionedAs({ name: deployment, buildId }, queue),
      }),
    ),
  );
  const both = { workers, running: Promise.all(workers.map((worker) => worker.run())) };
  open.push(both);
  return both;
}

async function temporal(...args: readonly string[]): Promise<string> {
  const command = ['worker', 'deployment', ...args, '--address', env.address];
  return (await promisify(execFile)(programs.temporal, command)).stdout;
}

/** The server knows a version once one of its workers has polled. */
async function setCurrent(buildId: string): Promise<void> {
  for (;;) {
    try {
      await temporal('set-current-version', '--deployment-name', deployment, '--build-id', buildId, '--yes');
      return;
    } catch (error) {
      if (!/no Worker Deployment found|not found|missing/i.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

const resultOf = (runDate: RunDate): Promise<unknown> =>
  env.client.workflow.getHandle(dailyWorkflowId(runDate)).result();

async function beat(workflowId: string): Promise<void> {
  const args = [{ settings: loadFreshSettings({}) }] as const;
  await env.client.workflow.execute('freshLists', { taskQueue: freshTaskQueue, workflowId, args: [...args] });
}

async function behaviourOf(workflowId: string): Promise<string> {
  const { raw } = await env.client.workflow.getHandle(workflowId).describe();
  // As the API numbers them.
  return { 1: 'pinned', 2: 'upgrading' }[Number(raw.workflowExecutionInfo?.versioningInfo?.behavior)] ?? 'unknown';
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('an upgrade', () => {
  it('lets a run end on the release that it began on, while the next run and the next beat take the new one', async () => {
    const v1 = await release('v1');
    await setCurrent('v1');
    await startRun(env.client, { ...dailyInput, runDate: first });
    await until(() => done.includes(`v1 train ${first}`));
    await beat('beat-1');

    await release('v2');
    await setCurrent('v2');
    await startRun(env.client, { ...dailyInput, runDate: second });
    expect(await resultOf(second)).toMatchObject({ outcome: 'published' });
    await beat('beat-2');
    expect(done).toContain(`v2 publish ${second}`);
    expect(done.filter((each) => each.endsWith('beat'))).toEqual(['v1 beat', 'v2 beat']);
    expect(await behaviourOf(dailyWorkflowId(first))).toBe('pinned');
    expect(await behaviourOf('beat-2')).toBe('upgrading');
    expect(await temporal('describe-version', '--deployment-name', deployment, '--build-id', 'v1')).toMatch(
      /draining/i,
    );

    endTraining.abort();
    expect(await resultOf(first)).toMatchObject({ outcome: 'published' });
    expect(done).toContain(`v1 publish ${first}`);
    expect(done.filter((each) => each === `v2 train ${first}` || each === `v2 publish ${first}`)).toEqual([]);
    for (const worker of v1.workers) worker.shutdown();
    await v1.running;
  });
});

describe('each workflow', () => {
  it('says on which release it goes on after an upgrade', () => {
    const silent = Object.entries(workflows).filter(([, workflow]) => !('workflowDefinitionOptions' in workflow));
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
