/** The worker as the process that operators start, with everything switched on: keys, traces, metrics, a release of its own. */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type HeadlessTemporal, startHeadlessTemporal } from '../../local/headlessTemporal';
import { programs } from '../../local/prepare';
import { freePort } from '../../local/processes';
import { startRun, viewRun } from '../../src/clients/runs';
import { connectClient, ensureSearchAttributes } from '../../src/clients/temporalClient';
import { loadTemporalConfig } from '../../src/config';
import { dailyWorkflowId, searchAttributes } from '../../src/contract';
import { workerEnvironment } from '../support/aws';
import { runFromSource, until } from '../support/runProgram';
import { dailyInput, runDate } from '../support/scenarios';
import { type OtlpReceiver, startOtlpReceiver } from '../telemetry/otlpReceiver';

const dir = mkdtempSync(join(tmpdir(), 'frontpage-worker-'));
const secret = randomBytes(32).toString('base64');
const lineSchema = z.looseObject({ msg: z.string(), runDate: z.string().optional(), stage: z.string().optional() });

let temporal: HeadlessTemporal;
let receiver: OtlpReceiver;
let environment: Record<string, string>;
let child: ChildProcess | undefined;

beforeAll(async () => {
  temporal = await startHeadlessTemporal(dir);
  receiver = await startOtlpReceiver();
  environment = {
    ...(await workerEnvironment(temporal.address)),
    FRONTPAGE_PAYLOAD_KEYS: `k1:${secret}`,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.url,
  };
});

afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
});

afterAll(async () => {
  await receiver.close();
  await temporal.connection.close();
  await temporal.program.stop();
  rmSync(dir, { recursive: true });
});

/** Once the worker has told the server of its release. */
async function setCurrent(deployment: string, buildId: string): Promise<void> {
  const names = ['--deployment-name', deployment, '--build-id', buildId, '--yes', '--address', temporal.address];
  for (;;) {
    try {
      await promisify(execFile)(programs.temporal, ['worker', 'deployment', 'set-current-version', ...names]);
      return;
    } catch (error) {
      if (!/no Worker Deployment found|not found|missing/i.test(String(error))) throw error;
      await sleep(200);
    }
  }
}

describe('the worker process', () => {
  it('fails a day that never comes, tells it in traces, metrics and logs, and exits well when it is told to stop', async () => {
    const metricsAddress = `127.0.0.1:${await freePort()}`;
    const worker = runFromSource('src/worker.ts', {
      ...environment,
      FRONTPAGE_METRICS_ADDRESS: metricsAddress,
      FRONTPAGE_WORKER_DEPLOYMENT: 'frontpage',
      FRONTPAGE_WORKER_BUILD_ID: '0.4.0',
    });
    child = worker.child;
    const client = await connectClient(loadTemporalConfig(environment));
    await ensureSearchAttributes(client, Object.values(searchAttributes));
    await setCurrent('frontpage', '0.4.0');
    const readiness = { ...dailyInput.settings.readiness, waitLimitSeconds: 2, lookSeconds: 1 };
    await startRun(client, { runDate, settings: { ...dailyInput.settings, readiness } });
    await expect(client.workflow.getHandle(dailyWorkflowId(runDate)).result()).rejects.toThrow('failed');
    expect(await viewRun(client, runDate)).toMatchObject({ failure: { type: 'PartitionsIncomplete' } });
    await client.connection.close();

    const metrics = await (await fetch(`http://${metricsAddress}/metrics`)).text();
    expect(metrics).toMatch(/^frontpage_runs_total\{.*outcome="failed".*\} 1$/m);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);

    const names = receiver.spans.filter(({ service }) => service === 'frontpage-worker').map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['RunWorkflow:dailyRecommendations', 'RunActivity:writeReport']));
    const lines = worker
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => lineSchema.parse(JSON.parse(line)));
    const ofRun = lines.filter((line) => line.runDate === runDate);
    expect(new Set(ofRun.map(({ stage }) => stage))).toContain('waiting for clicks');
    expect(worker.output()).not.toContain(secret);
  }, 120_000);

  it('names the address of its metrics when somebody else has it', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const place = taken.address();
    const address = `127.0.0.1:${typeof place === 'object' ? place?.port : ''}`;
    const worker = runFromSource('src/worker.ts', { ...environment, FRONTPAGE_METRICS_ADDRESS: address });
    child = worker.child;
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(worker.output()).toContain(`FRONTPAGE_METRICS_ADDRESS: cannot listen at ${address}`);
    taken.close();
  });

  it('does not start as half a release', async () => {
    const worker = runFromSource('src/worker.ts', { ...environment, FRONTPAGE_WORKER_DEPLOYMENT: 'frontpage' });
    child = worker.child;
    await until(() => (worker.child.exitCode === null ? undefined : true));
    expect([worker.child.exitCode, worker.output()]).toEqual([
      1,
      expect.stringMatching(/^FRONTPAGE_WORKER_BUILD_ID is missing: /),
    ]);
  });
});
