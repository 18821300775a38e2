/**
 * The load, as a process of its own. Reads one plan from argv, prints one JSON object, and writes the events that were
 * answered 202 to a file.
 *
 * `saturate`: every connection sends its next requests as soon as it has its answers. `steps`: so many clicks a second for so
 * many seconds, step by step, whatever the server does; latency counts from the moment a request was due.
 */
import { writeFileSync } from 'node:fs';
import { EventBits } from './eventBits';
import { Connection } from './sender';

export interface LoadPlan {
  readonly port: number;
  readonly firstEvent: number;
  readonly clicksPerRequest: number;
  readonly connections: number;
  /** Requests that a saturating connection sends at once. */
  readonly pipelined: number;
  readonly saturateSeconds?: number;
  readonly steps?: readonly { readonly clicksPerSecond: number; readonly seconds: number }[];
  readonly eventsFile?: string;
}

export interface LoadResult {
  readonly clicksPerSecond: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly nextEvent: number;
  readonly steps: readonly { readonly p50Ms: number; readonly p99Ms: number }[];
}

const plan: LoadPlan = JSON.parse(process.argv[2] ?? '');
const events = new EventBits();
let nextEvent = plan.firstEvent;
let acknowledged = 0;
let refused = 0;

function post(connection: Connection, requests: number, done: () => void): void {
  const first = nextEvent;
  nextEvent += requests * plan.clicksPerRequest;
  connection.send(first, requests, (statuses) => {
    for (const [index, status] of statuses.entries()) {
      if (status === 202) {
        acknowledged += plan.clicksPerRequest;
        const from = first + index * plan.clicksPerRequest;
        for (let event = from; event < from + plan.clicksPerRequest; event++) events.add(event);
      } else refused += plan.clicksPerRequest;
    }
    done();
  });
}

const newConnections = (): Connection[] =>
  Array.from({ length: plan.connections }, () => new Connection(plan.port, plan.clicksPerRequest));

async function saturate(seconds: number): Promise<number> {
  const endsAtMs = performance.now() + seconds * 1000;
  const before = acknowledged;
  await Promise.all(
    newConnections().map(
      (connection) =>
        new Promise<void>((resolve) => {
          const next = (): void => {
            if (performance.now() < endsAtMs) post(connection, plan.pipelined, next);
            else {
              connection.close();
              resolve();
            }
          };
          next();
        }),
    ),
  );
  return (acknowledged - before) / seconds;
}

async function step(connections: readonly Connection[], clicksPerSecond: number, seconds: number) {
  const requests = Math.round((clicksPerSecond * seconds) / plan.clicksPerRequest);
  const latenciesMs = new Float64Array(requests);
  const idle = [...connections];
  const startedAtMs = performance.now();
  const dueAtMs = (index: number): number => startedAtMs + (index * seconds * 1000) / requests;
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      while (sent < requests && dueAtMs(sent) <= performance.now()) {
        const connection = idle.pop();
        if (connection === undefined) return;
        const index = sent++;
        post(connection, 1, () => {
          latenciesMs[index] = performance.now() - dueAtMs(index);
          idle.push(connection);
          answered += 1;
          if (answered === requests) {
            clearInterval(ticking);
            resolve();
          } else sendDue();
        });
      }
    };
    const ticking = setInterval(sendDue, 1);
  });
  latenciesMs.sort();
  const quantile = (share: number): number => Number((latenciesMs[Math.floor(share * (requests - 1))] ?? 0).toFixed(2));
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

async function main(): Promise<void> {
  const clicksPerSecond = plan.saturateSeconds === undefined ? 0 : await saturate(plan.saturateSeconds);
  const connections = plan.steps === undefined ? [] : newConnections();
  const steps: LoadResult['steps'][number][] = [];
  for (const { clicksPerSecond: rate, seconds } of plan.steps ?? []) steps.push(await step(connections, rate, seconds));
  for (const connection of connections) connection.close();
  if (plan.eventsFile !== undefined) writeFileSync(plan.eventsFile, events.bytes());
  const result: LoadResult = { clicksPerSecond, acknowledged, refused, nextEvent, steps };
  console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
