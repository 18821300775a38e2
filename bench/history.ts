/**
 * What a day of so many readers leaves in Temporal's history, and what it takes of a worker's memory: the real workflow with
 * the real load, verification and publish against a table that keeps nothing, a fresh worker for each size.
 *
 *   npm run --silent bench:history -- --json [--readers 10000,100000,1000000,10000000]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { Command } from 'commander';
import { startHeadlessTemporal } from '../local/headlessTemporal';
import { prepare } from '../local/prepare';
import { ensureSearchAttributes } from '../src/clients/temporalClient';
import { loadPipelineSettings } from '../src/config';
import { type DailyInput, type DailyResult, searchAttributes, taskQueue } from '../src/contract';
import { model } from './history/model';
import { readersPerShard } from './history/recommendationSet';

const maxEvents = 300;

const options = new Command()
  .option('--json', 'print one JSON object')
  .option(
    '--readers <list>',
    `numbers of readers, each a multiple of ${readersPerShard}`,
    (text) => text.split(',').map(Number),
    [1e4, 1e5, 1e6, 1e7],
  )
  .parse()
  .opts<{ json?: boolean; readers: number[] }>();

interface DayOfReaders {
  readonly readers: number;
  readonly events: number;
  readonly historyBytes: number;
  readonly largestPayloadBytes: number;
  readonly peakRssMb: number;
  readonly seconds: number;
}

function startNode(name: string, args: readonly string[]) {
  return spawn(
    process.execPath,
    ['--import', require.resolve('tsx'), join(__dirname, 'history', `${name}.ts`), ...args],
    { env: { ...process.env, NODE_NO_WARNINGS: '1' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

async function firstLine(child: ReturnType<typeof startNode>): Promise<string> {
  const [chunk]: Buffer[] = await once(child.stdout, 'data');
  return chunk?.toString().trim() ?? '';
}

/** In order, so that it tells its peak memory. */
async function endWorker(worker: ReturnType<typeof startNode>): Promise<number> {
  const line = firstLine(worker);
  worker.kill('SIGTERM');
  const { peakRssBytes }: { peakRssBytes: number } = JSON.parse(await line);
  return peakRssBytes;
}

async function writesOf(endpoint: string): Promise<number> {
  const { writes }: { writes: number } = JSON.parse(await (await fetch(`${endpoint}/writes`)).text());
  return writes;
}

/** Of any payload, however deep in an event. */
function largestPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.length;
  return Object.values(value).reduce<number>((largest, part) => Math.max(largest, largestPayload(part)), 0);
}

async function playDay(client: Client, address: string, bundle: string, readers: number): Promise<DayOfReaders> {
  const children: ChildProcess[] = [];
  const start = (name: string, args: readonly string[]) => {
    const child = startNode(name, args);
    children.push(child);
    return child;
  };
  try {
    const endpoint = `http://127.0.0.1:${await firstLine(start('nullTable', [model.version]))}`;
    const worker = start('worker', [address, bundle, endpoint, String(readers / readersPerShard)]);
    const { load, ...settings } = loadPipelineSettings({});
    const input: DailyInput = {
      runDate: model.runDate,
      // Nothing but this machine limits it.
      settings: { ...settings, load: { ...load, maxUnitsPerSecond: 1e9 } },
    };
    const startedAtMs = Date.now();
    const handle = await client.workflow.start<(day: DailyInput) => Promise<DailyResult>>('dailyRecommendations', {
      workflowId: `day-of-${readers}`,
      taskQueue,
      args: [input],
    });
    const { outcome } = await handle.result();
    const seconds = (Date.now() - startedAtMs) / 1000;
    const writes = await writesOf(endpoint);
    if (outcome !== 'published' || writes < readers) {
      throw new Error(`a day of ${readers} readers ended as '${outcome}' with ${writes} items written`);
    }
    const [{ historyLength, historySize }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()]);
    return {
      readers,
      events: historyLength,
      historyBytes: historySize ?? 0,
      largestPayloadBytes: largestPayload(events),
      peakRssMb: Math.round((await endWorker(worker)) / 1024 / 1024),
      seconds,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

async function main(): Promise<void> {
  if (options.readers.some((readers) => !(readers > 0 && readers % readersPerShard === 0))) {
    throw new Error(`--readers needs multiples of ${readersPerShard}`);
  }
  prepare((line) => console.error(line));
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-bench-'));
  const bundle = join(dir, 'workflow-bundle.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../src/workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  writeFileSync(bundle, code);
  const temporal = await startHeadlessTemporal(dir);
  const days: DayOfReaders[] = [];
  try {
    const client = new Client({ connection: temporal.connection });
    await ensureSearchAttributes(client, Object.values(searchAttributes));
    for (const readers of options.readers) {
      const day = await playDay(client, temporal.address, bundle, readers);
      days.push(day);
      if (options.json !== true) console.log(JSON.stringify(day));
    }
    await client.connection.close();
  } finally {
    await temporal.program.stop();
    rmSync(dir, { recursive: true });
  }
  if (options.json === true) console.log(JSON.stringify({ days }));
  if (days.some(({ events }) => events >= maxEvents)) throw new Error(`a day has ${maxEvents} events or more`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
