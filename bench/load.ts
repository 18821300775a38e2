/**
 * The loader against boto3's batch_writer and the SDK's own BatchWriteItem: the same shards to the same endpoint, which keeps
 * nothing, in turns; items for each second of CPU of the loading process. Then how it holds a provisioned rate that it does
 * not know, told to write twice as fast as the table takes. Only ratios are comparable between machines.
 *
 *   npm run --silent bench:load -- --json [--items 400000] [--rounds 2] [--held-seconds 60] [--capacity 2000]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { LoadFigures } from './load/measure';
import { pythonWithBoto3 } from './load/python';
import { writeShards } from './load/shards';

/** As many as a run has load activities. */
const groups = 8;
/** Until the loader has found what the table takes. */
const settlingSeconds = 15;
const freeRate = 1e9;

const options = new Command()
  .option('--json', 'print one JSON object')
  .option('--items <n>', 'readers of the set', Number, 400_000)
  .option('--rounds <n>', 'turns of the three', Number, 2)
  .option('--held-seconds <n>', 'in the steady state', Number, 60)
  .option('--capacity <n>', 'write units a second of the simulated table', Number, 2000)
  .parse()
  .opts<{
    json?: boolean;
    items: number;
    rounds: number;
    heldSeconds: number;
    capacity: number;
  }>();

const folder = mkdtempSync(join(tmpdir(), 'frontpage-bench-'));
const running: ChildProcess[] = [];

function start(
  command: string,
  args: readonly string[],
): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } {
  const child = spawn(command, args, {
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  return child;
}

const program = (name: string): string => join(__dirname, 'load', name);
const startNode = (name: string, args: readonly string[]): ReturnType<typeof start> =>
  start(process.execPath, ['--import', require.resolve('tsx'), program(name), ...args]);

async function figuresOf(child: ReturnType<typeof start>): Promise<LoadFigures> {
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`a loading process ended with code ${code}`);
  const figures: LoadFigures = JSON.parse(output);
  return figures;
}

const sum = (figures: readonly LoadFigures[], of: keyof LoadFigures): number =>
  figures.reduce((total, one) => total + one[of], 0);
const perCpuSecond = (figures: readonly LoadFigures[]): number => sum(figures, 'items') / sum(figures, 'cpuSeconds');

interface Counts {
  readonly requests: number;
  readonly throttled: number;
  readonly units: number;
}

async function countsOf(endpoint: string): Promise<Counts> {
  const counts: Counts = JSON.parse(await (await fetch(`${endpoint}/counts`)).text());
  return counts;
}

async function setCapacity(endpoint: string, unitsPerSecond: number | null, burstSeconds: number): Promise<void> {
  await fetch(`${endpoint}/capacity`, { method: 'POST', body: JSON.stringify({ unitsPerSecond, burstSeconds }) });
}

/** Share of the table's rate that was used, and of requests that it throttled, from when the loader had settled. */
async function holdRate(endpoint: string): Promise<{ provisionedRateHeld: number; throttledShare: number }> {
  await setCapacity(endpoint, options.capacity, 1);
  const loader = startNode('loader.ts', [endpoint, folder, String(options.capacity * 2), String(groups)]);
  await sleep(settlingSeconds * 1000);
  const [before, startedAtMs] = [await countsOf(endpoint), Date.now()];
  await sleep(options.heldSeconds * 1000);
  const [after, seconds] = [await countsOf(endpoint), (Date.now() - startedAtMs) / 1000];
  loader.kill('SIGKILL');
  return {
    provisionedRateHeld: (after.units - before.units) / (seconds * options.capacity),
    throttledShare: (after.throttled - before.throttled) / (after.requests - before.requests),
  };
}

async function main(): Promise<void> {
  const python = pythonWithBoto3();
  const heldItems = options.capacity * (settlingSeconds + options.heldSeconds + 10);
  if (heldItems > options.items) throw new Error(`holding the rate needs --items ${heldItems} or more`);
  const shards = await writeShards(folder, options.items);
  const server = startNode('tableServer.ts', []);
  const [port] = await once(server.stdout, 'data');
  const endpoint = `http://127.0.0.1:${String(port).trim()}`;

  const ours: LoadFigures[] = [];
  const plainSdk: LoadFigures[] = [];
  const boto3: LoadFigures[] = [];
  for (let round = 0; round < options.rounds; round++) {
    boto3.push(await figuresOf(start(python, [program('boto3_writer.py'), endpoint, ...shards])));
    plainSdk.push(await figuresOf(startNode('plainSdk.ts', [endpoint, ...shards])));
    ours.push(await figuresOf(startNode('loader.ts', [endpoint, folder, String(freeRate), String(groups)])));
  }
  const held = await holdRate(endpoint);

  const result = {
    itemsPerSecond: Math.round(sum(ours, 'items') / sum(ours, 'wallSeconds')),
    itemsPerCpuSecond: Math.round(perCpuSecond(ours)),
    boto3ItemsPerCpuSecond: Math.round(perCpuSecond(boto3)),
    plainSdkItemsPerCpuSecond: Math.round(perCpuSecond(plainSdk)),
    ratioToBoto3: rounded(perCpuSecond(ours) / perCpuSecond(boto3), 2),
    ratioToPlainSdk: rounded(perCpuSecond(ours) / perCpuSecond(plainSdk), 2),
    provisionedRateHeld: rounded(held.provisionedRateHeld, 4),
    throttledShare: rounded(held.throttledShare, 4),
  };
  if (options.json === true) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(28)}${value}`);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

// Until the figures are printed.
process.exitCode = 1;
void main()
  .then(() => {
    process.exitCode = 0;
  })
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
  })
  .finally(() => {
    for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
