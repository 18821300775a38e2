/**
 * The collector under load: the real process on one core, against a bare Fastify route that only parses the same body;
 * load and a Firehose that throttles at its documented quota on the other core. Then the spike: a fifty-fold step.
 * Only ratios are comparable between machines.
 *
 *   npm run --silent bench:collector -- --json [--seconds 10] [--spike-seconds 60] [--clicks-per-request 1]
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { answersHttp, freePort } from '../local/processes';
import { compare } from './collector/eventBits';
import type { LoadPlan, LoadResult } from './collector/load';
import {
  type BenchProgram,
  cpuSeconds,
  measuredCore,
  otherCore,
  runBenchProgram,
  startBenchProgram,
  untilReady,
} from './programs';

const calmClicksPerSecond = 120;
const spikeFactor = 50;
const connections = 64;
/** As the benchmarks of web frameworks do, so that the sender costs less than what it measures. */
const pipelined = 8;
const maxDrainSeconds = 600;

const options = new Command()
  .option('--json', 'print one JSON object')
  .option('--seconds <n>', 'of each measurement of throughput', Number, 10)
  .option('--spike-seconds <n>', 'of the step', Number, 60)
  .option('--clicks-per-request <n>', '', Number, 1)
  .parse()
  .opts<{ json?: boolean; seconds: number; spikeSeconds: number; clicksPerRequest: number }>();

const folder = mkdtempSync(join(tmpdir(), 'frontpage-bench-'));
const running: ChildProcess[] = [];

function start(program: BenchProgram): ChildProcess {
  const child = startBenchProgram(program);
  running.push(child);
  return child;
}

async function load(plan: Omit<LoadPlan, 'connections' | 'pipelined' | 'clicksPerRequest'>): Promise<LoadResult> {
  const full: LoadPlan = { ...plan, connections, pipelined, clicksPerRequest: options.clicksPerRequest };
  return JSON.parse(
    await runBenchProgram({ core: otherCore, file: 'bench/collector/load.ts', args: [JSON.stringify(full)] }),
  );
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function saturate(child: ChildProcess, port: number): Promise<{ clicksPerSecond: number; cpuMicros: number }> {
  await load({ port, firstEvent: 1, saturateSeconds: 2 });
  const before = cpuSeconds(child.pid);
  const { clicksPerSecond, acknowledged } = await load({
    port,
    firstEvent: 100_000_000,
    saturateSeconds: options.seconds,
  });
  return { clicksPerSecond, cpuMicros: ((cpuSeconds(child.pid) - before) * 1e6) / acknowledged };
}

async function measureBareRoute() {
  const port = await freePort();
  const child = start({ core: measuredCore, file: 'bench/collector/bareRoute.ts', args: [String(port)] });
  await untilReady(() => fetch(`http://127.0.0.1:${port}/`));
  const measured = await saturate(child, port);
  await end(child);
  return measured;
}

async function startCollectorProcess() {
  const [port, firehosePort] = [await freePort(), await freePort()];
  start({ core: otherCore, file: 'bench/collector/nullFirehose.ts', args: [String(firehosePort)] });
  await untilReady(() => fetch(`http://127.0.0.1:${firehosePort}/events`));
  const child = start({
    core: measuredCore,
    file: 'src/collector/main.ts',
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${firehosePort}`,
      // Nobody listens there: the ledger waits, as it would for a lake that is away.
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      FRONTPAGE_STREAM: 'clicks',
      FRONTPAGE_BUCKET: 'lake',
      COLLECTOR_PORT: String(port),
      COLLECTOR_SPOOL_DIR: join(folder, `spool-${port}`),
      COLLECTOR_SPOOL_MAX_MB: '4096',
      COLLECTOR_REQUESTS_PER_MINUTE: '100000000',
      LOG_LEVEL: 'error',
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(() => answersHttp(`${url}/healthz`));
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^frontpage_collector_${name} (.*)$`, 'm').exec(text)?.[1]);
  };
  return { child, port, firehosePort, metric };
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

async function main(): Promise<void> {
  const bare = await measureBareRoute();
  const throughput = await startCollectorProcess();
  const full = await saturate(throughput.child, throughput.port);
  throughput.child.kill('SIGKILL');

  const { child, port, firehosePort, metric } = await startCollectorProcess();
  const drained = async (): Promise<void> => {
    for (let waited = 0; (await metric('spool_undelivered_clicks')) > 0 && waited < maxDrainSeconds; waited++) {
      await sleep(1000);
    }
  };
  // The spike hits a process that has been running for a while.
  const warm = await load({ port, firstEvent: 1, saturateSeconds: 3 });
  await drained();
  const eventsFile = join(folder, 'events');
  const calm = { clicksPerSecond: calmClicksPerSecond, seconds: Math.min(10, options.spikeSeconds) };
  const spike = { clicksPerSecond: calmClicksPerSecond * spikeFactor, seconds: options.spikeSeconds };
  const spiked = await load({ port, firstEvent: warm.nextEvent, steps: [calm, spike, calm], eventsFile });
  const peakRssKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
  await drained();
  const delivered = new Uint8Array(await (await fetch(`http://127.0.0.1:${firehosePort}/events`)).arrayBuffer());
  const { count: acknowledged, missing: lost } = compare(new Uint8Array(readFileSync(eventsFile)), delivered);
  const unitsPerClick = (await metric('billed_units_total')) / (await metric('clicks_accepted_total'));
  await end(child);

  const [before, during, after] = spiked.steps;
  const result = {
    clicksPerSecond: round(full.clicksPerSecond),
    bareClicksPerSecond: round(bare.clicksPerSecond),
    ratio: round(full.clicksPerSecond / bare.clicksPerSecond, 3),
    cpuMicrosPerClick: round(full.cpuMicros, 1),
    bareCpuMicrosPerClick: round(bare.cpuMicros, 1),
    p50Ms: { before: before?.p50Ms, during: during?.p50Ms, after: after?.p50Ms },
    p99Ms: { before: before?.p99Ms, during: during?.p99Ms, after: after?.p99Ms },
    peakRssMb: round(peakRssKb / 1024),
    acknowledged,
    lost,
    billedUnitsPerThousandClicks: round(unitsPerClick * 1000, 1),
    oneClickPerRecordUnits: 1000,
  };
  console.log(options.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => {
    for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
