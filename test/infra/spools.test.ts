/** How tasks of the collector share the folders of one file system: the shell scripts of the task definitions, run for real. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';
import { click } from '../collector/collectorFixture';
import { RecordingFirehose } from '../collector/recordingFirehose';
import { nodeArguments } from '../support/nodeArguments';
import { until } from '../support/runProgram';

const scriptOf = (file: string): string => readFileSync(join(repositoryRoot, 'infra', file), 'utf8');
const collector = [process.execPath, ...nodeArguments('src/collector/main.ts')];
/** Says where it works, and stays there. */
const idler = [
  process.execPath,
  '-e',
  "console.log('works in', process.env.COLLECTOR_SPOOL_DIR); setInterval(() => {}, 1000)",
];

let root: string;
const running: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'frontpage-spools-'));
});

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  }
  rmSync(root, { recursive: true, force: true });
});

interface Task {
  readonly child: ChildProcess;
  output(): string;
}

function start(file: string, program: readonly string[], environment: Record<string, string> = {}): Task {
  const child = spawn('sh', ['-c', scriptOf(file), file, ...program], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', SPOOL_ROOT: root, SPOOL_FOLDERS: '3', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

async function folderOf(task: Task): Promise<string> {
  const folder = await until(() => /works in (\S+)/.exec(task.output())?.[1]);
  return folder.slice(root.length + 1);
}

const undelivered = '000000000000001-2026-11-22T09.ndjson';

function leaveClicksIn(folder: string): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, undelivered), '{}\n');
}

const segmentsIn = (folder: string): string[] =>
  readdirSync(join(root, folder)).filter((name) => name.endsWith('.ndjson'));

describe('a task of the collector', () => {
  it('takes a folder that no other task works in', async () => {
    const folders = [];
    for (let task = 0; task < 3; task += 1) folders.push(await folderOf(start('claimSpool.sh', idler)));
    expect(folders).toEqual(['0', '1', '2']);
  });

  it('takes the folder in which clicks wait before an empty one', async () => {
    leaveClicksIn('2');
    expect(await folderOf(start('claimSpool.sh', idler))).toBe('2');
    expect(await folderOf(start('claimSpool.sh', idler))).toBe('0');
  });

  it('gives its folder up when it is killed', async () => {
    const first = start('claimSpool.sh', idler);
    await folderOf(first);
    const ended = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await ended;
    expect(await folderOf(start('claimSpool.sh', idler))).toBe('0');
  });

  it('is the program itself, so that a signal reaches it', async () => {
    const task = start('claimSpool.sh', [
      process.execPath,
      '-e',
      "process.on('SIGTERM', () => process.exit(7)); console.log('works in', process.env.COLLECTOR_SPOOL_DIR); setInterval(() => {}, 1000)",
    ]);
    await folderOf(task);
    const ended = once(task.child, 'exit');
    task.child.kill('SIGTERM');
    expect(await ended).toEqual([7, null]);
  });

  it('ends with a sentence when all folders are taken', async () => {
    for (let task = 0; task < 3; task += 1) await folderOf(start('claimSpool.sh', idler));
    const late = spawnSync('sh', ['-c', scriptOf('claimSpool.sh'), 'claimSpool.sh', ...idler], {
      env: { PATH: process.env['PATH'], SPOOL_ROOT: root, SPOOL_FOLDERS: '3' },
      encoding: 'utf8',
      // One that finds a folder all the same would stay in it.
      timeout: 20_000,
    });
    expect(late.status).toBe(1);
    expect(late.stderr).toBe(`all 3 folders below ${root} are taken: raise the most tasks that the size allows\n`);
  });
});

describe('the task that drains spools', () => {
  const environment = (firehose: string): Record<string, string> => ({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_FIREHOSE: firehose,
    // Nobody listens there: the ledger waits for another start.
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
    FRONTPAGE_STREAM: 'clicks',
    FRONTPAGE_BUCKET: 'lake',
    COLLECTOR_PORT: '0',
    COLLECTOR_EVENT_TIME: 'accept',
    COLLECTOR_DRAIN_SECONDS: '10',
    SPOOL_DRAIN_SECONDS: '60',
  });

  it('delivers what a killed task has left, and leaves the folders of living tasks alone', async () => {
    // Answers nothing but errors, so what is acknowledged stays on disk.
    const away = new RecordingFirehose({ failingCalls: 1, refusedRecords: 0 });
    const back = new RecordingFirehose();
    try {
      const killed = start('claimSpool.sh', collector, environment(await away.start()));
      const url = await until(() => /listening at (http:[^"]+)/.exec(killed.output())?.[1]);
      const answer = await fetch(`${url}/v1/clicks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(click('left-behind')),
      });
      expect(answer.status).toBe(202);
      const ended = once(killed.child, 'exit');
      killed.child.kill('SIGKILL');
      await ended;
      expect(segmentsIn('0')).toHaveLength(1);

      const endpoint = await back.start();
      const alive = start('claimSpool.sh', idler);
      expect(await folderOf(alive)).toBe('0');
      const inVain = start('drainSpools.sh', collector, environment(endpoint));
      expect(await once(inVain.child, 'exit')).toEqual([0, null]);
      expect(segmentsIn('0')).toHaveLength(1);
      const stopped = once(alive.child, 'exit');
      alive.child.kill('SIGKILL');
      await stopped;

      const drain = start('drainSpools.sh', collector, environment(endpoint));
      expect(await once(drain.child, 'exit')).toEqual([0, null]);
      expect(back.lines.filter((line) => line.includes('left-behind'))).toHaveLength(1);
      expect(segmentsIn('0')).toEqual([]);
    } finally {
      await Promise.all([away.stop(), back.stop()]);
    }
  }, 120_000);

  it('ends with 1 while clicks are left, for its log to say where', async () => {
    leaveClicksIn('1');
    const drain = start('drainSpools.sh', ['true'], { SPOOL_DRAIN_SECONDS: '60' });
    expect(await once(drain.child, 'exit')).toEqual([1, null]);
    expect(drain.output()).toContain(`clicks are left in ${join(root, '1')}`);
  });
});
