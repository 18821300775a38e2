/** What survives the server itself: SIGKILL in the middle of a job, and shutdown in order. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { answersHttp, freePort, type RunningProgram, startProgram, whenReady } from '../../local/processes';
import { testAws } from '../support/aws';
import { nodeArguments } from '../support/nodeArguments';
import { until } from './fixtures/localServer';
import {
  clientOf,
  describeJob,
  finishedJob,
  SageMakerBench,
  statusesOf,
  trainerCommand,
} from './fixtures/sagemakerBench';

const dataDir = mkdtempSync(join(tmpdir(), 'frontpage-sagemaker-'));
let bench: SageMakerBench;
let url: string;
let server: RunningProgram;

beforeAll(async () => {
  // Only for its bucket and its requests; the server under test is a process of its own.
  bench = await SageMakerBench.start();
  url = `http://127.0.0.1:${await freePort()}`;
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  await bench.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startServer(...flags: string[]): Promise<RunningProgram> {
  const program = startProgram({
    name: 'sagemaker',
    command: process.execPath,
    args: [
      ...nodeArguments('local/sagemaker/main.ts'),
      ...['--port', new URL(url).port, '--data-dir', dataDir, '--s3-endpoint', testAws().endpoint],
      ...['--trainer-command', JSON.stringify(trainerCommand)],
      ...['--startup-seconds', '0', '--recovery-wait-seconds', '0', ...flags],
    ],
    logFile: join(dataDir, 'server.log'),
  });
  await whenReady(program, () => answersHttp(`${url}/_control/state`));
  return program;
}

async function startJob(name: string, iterations: number): Promise<void> {
  const client = clientOf(url);
  const input = bench.spotRequest(name, { HyperParameters: { iterations: String(iterations), seconds: '0.1' } });
  await client.send(new CreateTrainingJobCommand(input));
  await until(
    () => bench.keys(`checkpoints/${name}/`),
    (keys) => keys.length > 0,
  );
}

/** First line of each trainer's log, in order of their starts. */
function trainerStarts(name: string): { pid: number; resumed: number }[] {
  const dir = join(dataDir, 'logs', name);
  return readdirSync(dir)
    .sort()
    .map((file) => {
      const match = /^argument=train pid=(\d+) resumed=(\d+)/.exec(readFileSync(join(dir, file), 'utf8'));
      return { pid: Number(match?.[1]), resumed: Number(match?.[2]) };
    });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A killed process stays visible until its new parent has taken note of its end. */
async function untilGone(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error('no trainer was started');
  await until(
    async () => isRunning(pid),
    (running) => !running,
  );
}

test('a trainer outlives the SIGKILL of the server, and the next server finishes the job with it', async () => {
  await startJob('orphan', 30);
  await server.kill();
  expect(trainerStarts('orphan').map(({ pid }) => isRunning(pid))).toEqual([true]);
  server = await startServer();
  const job = await finishedJob(clientOf(url), 'orphan');

  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
  expect(trainerStarts('orphan')).toHaveLength(1);
  expect(await bench.result('orphan')).toMatchObject({ iterations: 30, resumed: 0 });
  expect(job.FinalMetricDataList?.map(({ Value }) => Value)).toEqual([30, 0.25]);
});

test('a trainer that ends while no server is there is not run again', async () => {
  await startJob('unseen', 5);
  await server.kill();
  await untilGone(trainerStarts('unseen')[0]?.pid);
  server = await startServer();
  const job = await finishedJob(clientOf(url), 'unseen');
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(trainerStarts('unseen')).toHaveLength(1);
});

test('checkpoints written and deleted while no server is there are brought up to date by the next one', async () => {
  await startJob('catching-up', 100);
  const before = await bench.keys('checkpoints/catching-up/');
  await server.kill();
  await until(
    async () => trainerLog('catching-up'),
    (log) => log.includes('iteration=15/'),
  );
  server = await startServer();
  const after = await until(
    () => bench.keys('checkpoints/catching-up/'),
    (keys) => keys.some((key) => key > 'state-000014.json') && !keys.some((key) => before.includes(key)),
  );
  expect(after.length).toBeLessThanOrEqual(3);
  await finishedJob(clientOf(url), 'catching-up');
});

test('a trainer that died together with the server goes on as after an interruption', async () => {
  await startJob('both-gone', 20);
  await server.kill();
  const [trainer] = trainerStarts('both-gone');
  const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(trainer?.pid)], { encoding: 'utf8' });
  process.kill(-Number(group), 'SIGKILL');
  server = await startServer();
  const job = await finishedJob(clientOf(url), 'both-gone');

  expect(job.TrainingJobStatus).toBe('Completed');
  expect(statusesOf(job)).toContain('Interrupted');
  const starts = trainerStarts('both-gone');
  expect(starts).toHaveLength(2);
  expect(starts[1]?.resumed).toBeGreaterThan(0);
});

test('a server that is shut down in order leaves no trainer, and its next start goes on from the checkpoint', async () => {
  await startJob('put-aside', 20);
  await server.stop();
  await untilGone(trainerStarts('put-aside')[0]?.pid);
  server = await startServer();
  const job = await finishedJob(clientOf(url), 'put-aside');
  expect(job.TrainingJobStatus).toBe('Completed');
  expect((await bench.result('put-aside')).resumed).toBeGreaterThan(0);
});

test('a server told to leave trainers behind finds them again', async () => {
  await server.stop();
  server = await startServer('--on-shutdown', 'leave');
  await startJob('left', 20);
  await server.stop();
  expect(trainerStarts('left').map(({ pid }) => isRunning(pid))).toEqual([true]);
  server = await startServer();
  const job = await finishedJob(clientOf(url), 'left');
  expect(statusesOf(job)).not.toContain('Interrupted');
  expect(trainerStarts('left')).toHaveLength(1);
});

test('a finished job is still described after a restart, and its folder of work is gone', async () => {
  await server.kill();
  server = await startServer();
  expect((await describeJob(clientOf(url), 'orphan')).TrainingJobStatus).toBe('Completed');
  expect(readdirSync(join(dataDir, 'work'))).toEqual([]);
});

function trainerLog(name: string): string {
  const dir = join(dataDir, 'logs', name);
  return readdirSync(dir)
    .map((file) => readFileSync(join(dir, file), 'utf8'))
    .join('');
}
