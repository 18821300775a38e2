/** Encrypted payloads on a real dev server: what Temporal keeps, what those with the keys see, and what the CLI shows. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { programs } from '../../local/prepare';
import { parsePayloadKeys } from '../../src/clients/payloadKeys';
import { startRun, viewRun } from '../../src/clients/runs';
import { connectClient, dataConverterOf, ensureSearchAttributes } from '../../src/clients/temporalClient';
import { startCodecServer } from '../../src/codecServer';
import { type Activities, dailyWorkflowId, searchAttributes, taskQueue } from '../../src/contract';
import { parseRunDate, type RunDate } from '../../src/domain/runDate';
import { failure, notYet } from '../../src/failures';
import { bundleWorkflows } from '../../src/workflowBundle';
import { activitiesOf, dailyInput } from '../support/scenarios';
import { quietRuntime, startDevServer, workflowBundlePath } from '../support/workflowEnvironment';

const payloadKeys = parsePayloadKeys(`k1:${randomBytes(32).toString('base64')}`);

let env: TestWorkflowEnvironment;
let client: Client;
let encryptedBundle: Awaited<ReturnType<typeof bundleWorkflows>>;

beforeAll(async () => {
  quietRuntime();
  env = await startDevServer();
  await ensureSearchAttributes(env.client, Object.values(searchAttributes));
  client = await connectClient({ connectionOptions: { address: env.address }, payloadKeys });
  encryptedBundle = await bundleWorkflows({ logger: new DefaultLogger('ERROR'), encrypted: true });
});

afterAll(async () => {
  await client.connection.close();
  await env.teardown();
});

/** Runs the day with a worker that has the keys, until `work` is done. */
async function withWorker<T>(overrides: Partial<Activities>, work: () => Promise<T>): Promise<T> {
  const dataConverter = dataConverterOf({ payloadKeys });
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: encryptedBundle,
    activities: { ...activitiesOf({ readLive: async () => null, ...overrides }).activities },
    ...(dataConverter === undefined ? {} : { dataConverter }),
    debugMode: true,
  });
  return worker.runUntil(work);
}

async function historyOf(runDate: RunDate): Promise<string> {
  return historyToJSON(await env.client.workflow.getHandle(dailyWorkflowId(runDate)).fetchHistory());
}

/** Where payloads lie in the open. */
function openPayloads(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const metadata = 'metadata' in value ? value.metadata : undefined;
  if (typeof metadata === 'object' && metadata !== null && 'encoding' in metadata) {
    return Buffer.from(String(metadata.encoding), 'base64').toString() === 'binary/encrypted' ? [] : [path];
  }
  return Object.entries(value).flatMap(([key, inner]) => openPayloads(inner, `${path}.${key}`));
}

/** What the payloads of a history say. */
function plainText(history: string): string {
  return [...history.matchAll(/"data":\s*"([^"]*)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'))
    .join('\n');
}

describe('with payload keys', () => {
  const runDate = parseRunDate('2026-11-21');

  it('a run ends well, and Temporal holds nothing of its inputs, results and summaries that can be read', async () => {
    await withWorker({}, async () => {
      await startRun(client, { ...dailyInput, runDate });
      const view = await client.workflow.getHandle(dailyWorkflowId(runDate)).result();
      expect(view).toMatchObject({ outcome: 'published', summary: { readers: 100_000 } });
    });
    const history = await historyOf(runDate);
    const open = openPayloads(JSON.parse(history), 'history');
    // Search attributes are there to be searched; headers carry run date, stage and trace; a patch has a name and no more.
    expect(open.filter((path) => !/searchAttributes|header|patch-data/.test(path))).toEqual([]);
    expect(open.length).toBeGreaterThan(5);
    const description = await client.workflow.getHandle(dailyWorkflowId(runDate)).describe();
    expect(await description.staticSummary()).toBe(`recommendations from the clicks of ${runDate}`);
  });

  it('the CLI of Temporal shows a run only through the codec server', async () => {
    const server = await startCodecServer({ host: '127.0.0.1', port: 0, payloadKeys, logLevel: 'fatal' });
    try {
      const show = async (args: readonly string[]): Promise<string> => {
        const { stdout } = await promisify(execFile)(
          programs.temporal,
          [
            'workflow',
            'show',
            '--workflow-id',
            dailyWorkflowId(runDate),
            '--address',
            env.address,
            '-o',
            'json',
            ...args,
          ],
          { maxBuffer: 64 * 1024 * 1024 },
        );
        return stdout;
      };
      const manifest = 'manifests/dt=2026-11-23/partitions.json';
      expect(plainText(await show([])).includes(manifest)).toBe(false);
      expect(plainText(await show(['--codec-endpoint', server.url])).includes(manifest)).toBe(true);
    } finally {
      await server.close();
    }
  });

  it('a failure is read by who has the keys, and by nobody else', async () => {
    const failing = parseRunDate('2026-11-20');
    const checkReadiness = async (): Promise<never> => {
      throw failure('ManifestInvalid', 'the words of a failure');
    };
    await withWorker({ checkReadiness }, async () => {
      await startRun(client, { ...dailyInput, runDate: failing });
      await expect(client.workflow.getHandle(dailyWorkflowId(failing)).result()).rejects.toThrow(
        'Workflow execution failed',
      );
    });
    expect(await viewRun(client, failing)).toMatchObject({
      state: 'failed',
      failure: { type: 'ManifestInvalid', message: 'the words of a failure' },
    });
    const history = await historyOf(failing);
    expect([history.includes('the words of a failure'), history.includes('Encoded failure')]).toEqual([false, true]);
  });

  it('an operator sees what a run waits for', async () => {
    const waiting = parseRunDate('2026-11-19');
    const checkReadiness = async (): Promise<never> => {
      throw notYet('PartitionsIncomplete', 'hour 7 is missing', 600);
    };
    await withWorker({ checkReadiness }, async () => {
      await startRun(client, { ...dailyInput, runDate: waiting });
      let view = await viewRun(client, waiting);
      while (view?.waitingFor === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        view = await viewRun(client, waiting);
      }
      expect(view.waitingFor).toBe('hour 7 is missing');
      await client.workflow.getHandle(dailyWorkflowId(waiting)).terminate();
    });
  });

  it('a schedule starts runs whose settings nobody else can read', async () => {
    const schedule = await client.schedule.create({
      scheduleId: 'encrypted',
      spec: { intervals: [{ every: '1 day' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'scheduledRun',
        workflowId: 'encrypted-run',
        taskQueue,
        args: [{ settings: dailyInput.settings }],
      },
      state: { paused: true },
    });
    const { raw, action } = await schedule.describe();
    expect(action).toMatchObject({ args: [{ settings: { historyDays: dailyInput.settings.historyDays } }] });
    expect(openPayloads(JSON.parse(JSON.stringify(raw.schedule?.action)), 'action')).toEqual([]);
    await withWorker({}, async () => {
      await schedule.trigger();
      let started = await schedule.describe();
      while (started.info.recentActions.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        started = await schedule.describe();
      }
      const [run] = started.info.recentActions;
      expect(await client.workflow.getHandle(run?.action.workflow.workflowId ?? '').result()).toMatchObject({
        outcome: 'published',
      });
    });
    await schedule.delete();
  });

  it('a run from before there were keys is read as it is', async () => {
    const earlier = parseRunDate('2026-11-18');
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: workflowBundlePath() },
      activities: { ...activitiesOf({ readLive: async () => null }).activities },
      debugMode: true,
    });
    await worker.runUntil(async () => {
      await startRun(env.client, { ...dailyInput, runDate: earlier });
      await env.client.workflow.getHandle(dailyWorkflowId(earlier)).result();
    });
    expect(openPayloads(JSON.parse(await historyOf(earlier)), 'history').join('\n')).toContain('result');
    expect(await viewRun(client, earlier)).toMatchObject({ result: { outcome: 'published' } });
  });

  it('who has another key is told which one is needed', async () => {
    const other = parsePayloadKeys(`k2:${randomBytes(32).toString('base64')}`);
    const stranger = await connectClient({ connectionOptions: { address: env.address }, payloadKeys: other });
    await expect(stranger.workflow.getHandle(dailyWorkflowId(runDate)).result()).rejects.toThrow(
      "key 'k1', which FRONTPAGE_PAYLOAD_KEYS does not have",
    );
    await stranger.connection.close();
  });
});
