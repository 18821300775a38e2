/** The compiled programs as the app image holds them, against the emulator and a Temporal dev server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeadlessTemporal, startHeadlessTemporal } from '../../local/headlessTemporal';
import { freePort } from '../../local/processes';
import { startRun, viewRun } from '../../src/clients/runs';
import { connectClient, ensureSearchAttributes } from '../../src/clients/temporalClient';
import { loadTemporalConfig } from '../../src/config';
import { dailyWorkflowId, searchAttributes } from '../../src/contract';
import { addressOf } from '../../src/healthCheck';
import { workerEnvironment } from '../support/aws';
import { until } from '../support/runProgram';
import { dailyInput, runDate } from '../support/scenarios';
import { type BuiltImage, buildImage, type ImageProgram } from './builtImage';

const dir = mkdtempSync(join(tmpdir(), 'frontpage-containers-'));
let built: BuiltImage;
let temporal: HeadlessTemporal;
let environment: Record<string, string>;
const started: ImageProgram[] = [];

beforeAll(async () => {
  [built, temporal] = await Promise.all([buildImage(), startHeadlessTemporal(dir)]);
  environment = await workerEnvironment(temporal.address);
}, 120_000);

afterEach(() => {
  for (const { child } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
});

afterAll(async () => {
  await temporal.connection.close();
  await temporal.program.stop();
  built.remove();
  rmSync(dir, { recursive: true });
});

function start(script: string, more: Readonly<Record<string, string>>): ImageProgram {
  const program = built.start(script, { ...environment, ...more });
  started.push(program);
  return program;
}

/** Asks as HEALTHCHECK does until the program answers. */
async function health(script: string, more: Readonly<Record<string, string>>, program: ImageProgram): Promise<number> {
  const address = addressOf(`node ${script}`, { ...environment, ...more });
  if (address === undefined) throw new Error(`${script} has no address to ask`);
  for (;;) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer !== undefined) return answer.status;
    if (program.child.exitCode !== null) throw new Error(`${script} ended: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the compiled programs', () => {
  it('work off a run from the prebuilt workflow bundle, write nothing beside themselves, and end well', async () => {
    const before = built.files();
    expect(before).toContainEqual(expect.stringMatching(/^dist\/workflow-bundle\.js \d{6,} /));
    const metrics = { FRONTPAGE_METRICS_ADDRESS: `127.0.0.1:${await freePort()}` };
    const client = await connectClient(loadTemporalConfig(environment));
    await ensureSearchAttributes(client, Object.values(searchAttributes));
    const worker = start('dist/worker.js', metrics);
    const readiness = { ...dailyInput.settings.readiness, waitLimitSeconds: 2, lookSeconds: 1 };
    await startRun(client, { runDate, settings: { ...dailyInput.settings, readiness } });
    await expect(client.workflow.getHandle(dailyWorkflowId(runDate)).result()).rejects.toThrow('failed');
    expect(await viewRun(client, runDate)).toMatchObject({ failure: { type: 'PartitionsIncomplete' } });
    await client.connection.close();

    expect(await health('dist/worker.js', metrics, worker)).toBe(200);
    expect(await worker.stop()).toEqual([0, null]);
    expect(worker.output()).not.toContain('asset workflow-bundle-');
    expect(built.files()).toEqual(before);
  }, 120_000);

  it('answer their health checks, and end on SIGTERM with exit code 0', async () => {
    const port = async (name: string): Promise<Record<string, string>> => ({ [name]: String(await freePort()) });
    const programs: [string, Record<string, string>][] = [
      [
        'dist/collector/main.js',
        { ...(await port('COLLECTOR_PORT')), COLLECTOR_SPOOL_DIR: join(dir, 'spool'), COLLECTOR_DRAIN_SECONDS: '0.2' },
      ],
      ['dist/serving/main.js', { ...(await port('SERVING_PORT')), SERVING_BUDGET_MS: '5000' }],
      ['dist/operator/main.js', await port('OPERATOR_PORT')],
    ];
    for (const [script, more] of programs) {
      const program = start(script, more);
      expect([script, await health(script, more, program)]).toEqual([
        script,
        script.startsWith('dist/operator') ? 404 : 200,
      ]);
      expect([script, await program.stop()]).toEqual([script, [0, null]]);
    }
  });

  it('find the files of their pages', async () => {
    const port = await freePort();
    const program = start('dist/operator/main.js', { OPERATOR_PORT: String(port) });
    await until(() => (program.output().includes('listening') || program.child.exitCode !== null ? true : undefined));
    const answer = await fetch(`http://127.0.0.1:${port}/portal/operator.css`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/css')]);
  });
});
