/**
 * Serving under load: the real process on one core before a DynamoDB in the real format, against a Fastify route that does the
 * SDK's own GetItem, and against a bare one. Load and DynamoDB are on the other core. All three stay up and are loaded in turn.
 * Serving blends the personal list with fresh lists, and three of four requests name articles of a visit. While it is loaded, the live
 * pointer and the fresh lists move once a second, and every answer is checked. Only ratios are comparable between machines.
 *
 *   npm run --silent bench:serve -- --json [--seconds 5] [--rounds 3] [--latency '{"medianMs":3,"slowShare":0.01,"slowMs":20}']
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Command } from 'commander';
import { answersHttp, freePort } from '../local/processes';
import {
  type BenchProgram,
  cpuSeconds,
  measuredCore,
  otherCore,
  runBenchProgram,
  startBenchProgram,
  untilReady,
} from './programs';
import { tableName } from './serve/dataset';
import type { LoadPlan, LoadResult } from './serve/load';

const connections = 64;
const pipelined = 4;
const pointerCacheSeconds = 1;
const freshCacheSeconds = 1;
/** Of each measurement at the limit, however little of the machine is left for it. */
const leastRequests = 20_000;
/** Requests a second while latency is measured. */
const steadyRate = 1000;

const options = new Command()
  .option('--json', 'print one JSON object')
  .option('--seconds <n>', 'of each measurement', Number, 5)
  .option('--rounds <n>', 'of which the middle one counts', Number, 3)
  .option('--latency <json>', 'of the DynamoDB, by key; none without')
  .option('--profile <folder>', 'writes a CPU profile of the serving process')
  .parse()
  .opts<{ json?: boolean; seconds: number; rounds: number; latency?: string; profile?: string }>();

const running: ChildProcess[] = [];
let publishes = 0;

interface Target {
  readonly child: ChildProcess;
  readonly port: number;
  /** Where the live pointer is moved while this one is loaded. */
  readonly livePort?: number;
  readonly answers: LoadPlan['answers'];
}

interface Measured {
  readonly requestsPerCpuSecond: number;
  readonly requestsPerSecond: number;
  readonly load: LoadResult;
}

function start(program: BenchProgram): ChildProcess {
  const child = startBenchProgram(program);
  running.push(child);
  return child;
}

const ready = (url: string): Promise<void> => untilReady(() => answersHttp(url));

async function load(target: Target, seconds: number, requestsPerSecond?: number): Promise<Measured> {
  const plan: LoadPlan = {
    port: target.port,
    seconds,
    leastRequests,
    connections,
    pipelined,
    firstPublish: publishes,
    answers: target.answers,
    pointerCacheMs: pointerCacheSeconds * 1000,
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
    ...(target.livePort === undefined ? {} : { livePort: target.livePort }),
  };
  const before = cpuSeconds(target.child.pid);
  const printed = await runBenchProgram({
    core: otherCore,
    file: 'bench/serve/load.ts',
    args: [JSON.stringify(plan)],
  });
  const cpu = cpuSeconds(target.child.pid) - before;
  const result: LoadResult = JSON.parse(printed);
  publishes += result.publishes;
  return {
    requestsPerCpuSecond: result.requests / cpu,
    requestsPerSecond: result.requests / result.seconds,
    load: result,
  };
}

async function startAll(): Promise<{ serving: Target; sdk: Target; bare: Target; countsUrl: string }> {
  const [livePort, servingPort, sdkPort, barePort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const endpoint = `http://127.0.0.1:${livePort}`;
  const latency = options.latency === undefined ? [] : [options.latency];
  start({ core: otherCore, file: 'bench/serve/fakeDynamoDb.ts', args: [String(livePort), ...latency] });
  await ready(`${endpoint}/live`);
  const profile = options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profile];
  const serving = start({
    core: measuredCore,
    file: 'src/serving/main.ts',
    nodeArgs: profile,
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      FRONTPAGE_TABLE: tableName,
      SERVING_PORT: String(servingPort),
      SERVING_POINTER_CACHE_SECONDS: String(pointerCacheSeconds),
      SERVING_FRESH_CACHE_SECONDS: String(freshCacheSeconds),
      // Reads are waited for, however busy the machine is: degraded answers are cheap, and would make figures look better.
      SERVING_BUDGET_MS: '10000',
      LOG_LEVEL: 'error',
    },
  });
  const sdk = start({ core: measuredCore, file: 'bench/serve/sdkRoute.ts', args: [String(sdkPort), endpoint] });
  const bare = start({ core: measuredCore, file: 'bench/serve/bareRoute.ts', args: [String(barePort)] });
  for (const port of [servingPort, sdkPort, barePort]) await ready(`http://127.0.0.1:${port}/healthz`);
  return {
    serving: { child: serving, port: servingPort, livePort, answers: 'blended' },
    sdk: { child: sdk, port: sdkPort, answers: 'own' },
    // It answers the same to all.
    bare: { child: bare, port: barePort, answers: 'any' },
    countsUrl: `${endpoint}/counts`,
  };
}

function middle(measured: readonly Measured[]): Measured {
  const sorted = measured.toSorted((a, b) => a.requestsPerCpuSecond - b.requestsPerCpuSecond);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new Error('--rounds must be 1 or more');
  return found;
}

const sum = (measured: readonly Measured[], of: (load: LoadResult) => number): number =>
  measured.reduce((total, { load: result }) => total + of(result), 0);
const round = (value: number, digits = 0): number => Number(value.toFixed(digits));

async function main(): Promise<void> {
  const { serving, sdk, bare, countsUrl } = await startAll();
  for (const target of [serving, sdk, bare]) await load(target, 2);
  const rounds: { serving: Measured[]; sdk: Measured[]; bare: Measured[] } = { serving: [], sdk: [], bare: [] };
  for (let index = 0; index < options.rounds; index++) {
    rounds.serving.push(await load(serving, options.seconds));
    rounds.sdk.push(await load(sdk, options.seconds));
    rounds.bare.push(await load(bare, options.seconds));
  }
  const saturated = middle(rounds.serving);
  const steady = await load(serving, options.seconds, steadyRate);
  // What the machine and the load make of latency, whoever answers.
  const steadyBare = await load(bare, options.seconds, steadyRate);
  const counts: { calls: number; keys: number } = JSON.parse(await (await fetch(countsUrl)).text());
  const blendMicros: { first: number; next: number } = JSON.parse(
    await runBenchProgram({ core: measuredCore, file: 'bench/serve/blendCost.ts' }),
  );
  const all = [...rounds.serving, steady];
  const result = {
    requestsPerCpuSecond: round(saturated.requestsPerCpuSecond),
    sdkGetItemRequestsPerCpuSecond: round(middle(rounds.sdk).requestsPerCpuSecond),
    bareRequestsPerCpuSecond: round(middle(rounds.bare).requestsPerCpuSecond),
    ratioToSdkGetItem: round(saturated.requestsPerCpuSecond / middle(rounds.sdk).requestsPerCpuSecond, 2),
    p50Ms: steady.load.p50Ms,
    p99Ms: steady.load.p99Ms,
    bareP50Ms: steadyBare.load.p50Ms,
    bareP99Ms: steadyBare.load.p99Ms,
    requestsPerSecond: round(saturated.requestsPerSecond),
    steadyRequestsPerSecond: round(steady.requestsPerSecond),
    keysPerCall: round(counts.keys / counts.calls, 2),
    requests: sum(all, ({ requests }) => requests),
    publishes: sum(all, (one) => one.publishes),
    wrong: sum(all, ({ wrong }) => wrong),
    degraded: sum(all, ({ degraded }) => degraded),
    violations: sum(all, ({ violations }) => violations),
    freshBackward: sum(all, ({ freshBackward }) => freshBackward),
    freshAgeMaxMs: Math.max(...all.map((one) => one.load.freshAgeMaxMs)),
    blendMicrosFirst: round(blendMicros.first, 1),
    blendMicrosNext: round(blendMicros.next, 1),
  };
  console.log(options.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
  if (result.wrong + result.degraded + result.violations + result.freshBackward > 0) process.exitCode = 1;
}

async function stopAll(): Promise<void> {
  const alive = running.filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = alive.map((child) => once(child, 'exit'));
  for (const child of alive) child.kill('SIGTERM');
  await Promise.all(ended);
}

main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => void stopAll());
