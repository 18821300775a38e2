/**
 * The load, as a process of its own. Reads one plan from argv and prints one JSON object.
 *
 * Without `requestsPerSecond` every connection asks again as soon as it has its answers; with it, so many requests are due a second
 * whatever the server does, and latency counts from the moment a request was due. With `livePort` the live pointer moves once a
 * second, and the history of all answers is judged.
 */
import { judgeReads, type Move, type Read } from '../../test/support/readHistory';
import { type Answer, Connection } from './connection';
import { readerId, readers, versionOf } from './dataset';
import { judgeBlended, judgeOwn, pathOf, type Request } from './expected';
import { timeOfBeat, visitsOfReaders } from './freshDataset';

export interface LoadPlan {
  readonly port: number;
  /** Without a rate it goes on for longer until it has `leastRequests`: a program is slow until it has run for a while. */
  readonly seconds: number;
  readonly leastRequests: number;
  readonly connections: number;
  /** Requests that a connection without a rate sends at once. */
  readonly pipelined: number;
  readonly requestsPerSecond?: number;
  readonly livePort?: number;
  /** What every answer must be: a blend of the lists there are, the reader's own list, or anything. */
  readonly answers: 'blended' | 'own' | 'any';
  /** The number of the version that is live now. */
  readonly firstPublish: number;
  readonly pointerCacheMs: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that are not 200, or not to the last article what the version and the beat that they name make it. */
  readonly wrong: number;
  readonly degraded: number;
  readonly publishes: number;
  /** Answers that break what serving promises while sets are published. */
  readonly violations: number;
  /** Fresh lists of an earlier beat than those of an answer that a connection had before. */
  readonly freshBackward: number;
  /** From the beat of the fresh lists to their answer, at the longest. */
  readonly freshAgeMaxMs: number;
  readonly examples: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const plan: LoadPlan = JSON.parse(process.argv[2] ?? '');
const moves: Move[] = [{ kind: 'publish', version: versionOf(plan.firstPublish), startedAtMs: 0, endedAtMs: 0 }];
const reads: Read[] = [];
const tally = { requests: 0, wrong: 0, degraded: 0, freshBackward: 0, freshAgeMaxMs: 0 };
/** The last beat that a client saw. */
const beats = new Map<string, number>();
const latenciesMs: number[] = [];
const warmUpSeconds = 4;
/** Steps through all readers without order, so that no cache of any size helps. */
const stride = 7919;
let next = 0;
const noAnswer: Answer = { status: 0, body: '' };
const nextRequest = (): Request => {
  next = (next + stride) % readers;
  return { user: readerId(next), visit: (next * stride) % visitsOfReaders.length };
};

function take(client: string, request: Request, answer: Answer, invokedAtMs: number): void {
  const returnedAtMs = performance.now();
  tally.requests += 1;
  latenciesMs.push(returnedAtMs - invokedAtMs);
  if (plan.answers === 'any') return;
  const judge = plan.answers === 'blended' ? judgeBlended : judgeOwn;
  const judged = answer.status === 200 ? judge(request, answer.body) : undefined;
  if (judged === undefined) {
    if (/"(degraded|missing)":/.test(answer.body)) tally.degraded += 1;
    else {
      tally.wrong += 1;
      if (tally.wrong < 4) console.error(answer.status, answer.body.slice(0, 300));
    }
    return;
  }
  if (judged.beat !== undefined) {
    if (judged.beat < (beats.get(client) ?? 0)) tally.freshBackward += 1;
    beats.set(client, judged.beat);
    tally.freshAgeMaxMs = Math.max(tally.freshAgeMaxMs, Date.now() - timeOfBeat(judged.beat));
  }
  if (plan.livePort !== undefined) {
    const { user } = request;
    reads.push({ client, invokedAtMs, returnedAtMs, status: 'own', user, version: judged.version, hash: '' });
  }
}

function movePointer(): () => Promise<void> {
  if (plan.livePort === undefined) return async () => undefined;
  let publish = plan.firstPublish;
  let moving = Promise.resolve();
  const move = async (): Promise<void> => {
    publish += 1;
    const [version, startedAtMs] = [versionOf(publish), performance.now()];
    await fetch(`http://127.0.0.1:${plan.livePort}/live`, { method: 'PUT', body: version });
    moves.push({ kind: 'publish', version, startedAtMs, endedAtMs: performance.now() });
  };
  const timer = setInterval(() => {
    moving = moving.then(move);
  }, 1000);
  return async () => {
    clearInterval(timer);
    await moving;
  };
}

async function saturate(connections: readonly Connection[], endsAtMs: number): Promise<void> {
  await Promise.all(
    connections.map(
      (connection, index) =>
        new Promise<void>((resolve) => {
          const ask = (): void => {
            const invokedAtMs = performance.now();
            if (invokedAtMs >= endsAtMs && tally.requests >= plan.leastRequests) return resolve();
            const requests = Array.from({ length: plan.pipelined }, nextRequest);
            connection.ask(requests.map(pathOf), (answers) => {
              for (const [slot, request] of requests.entries()) {
                take(`${index}.${slot}`, request, answers[slot] ?? noAnswer, invokedAtMs);
              }
              ask();
            });
          };
          ask();
        }),
    ),
  );
}

async function keepRate(connections: readonly Connection[], requestsPerSecond: number, seconds: number): Promise<void> {
  const requests = Math.round(requestsPerSecond * seconds);
  const idle = connections.map((connection, index) => ({ connection, client: String(index) }));
  const startedAtMs = performance.now();
  const dueAtMs = (index: number): number => startedAtMs + (index * 1000) / requestsPerSecond;
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve) => {
    const sendDue = (): void => {
      while (sent < requests && dueAtMs(sent) <= performance.now()) {
        const free = idle.pop();
        if (free === undefined) return;
        const [due, request, startedAt] = [dueAtMs(sent++), nextRequest(), performance.now()];
        free.connection.ask([pathOf(request)], ([answer]) => {
          take(free.client, request, answer ?? noAnswer, startedAt);
          latenciesMs[latenciesMs.length - 1] = performance.now() - due;
          idle.push(free);
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
}

async function main(): Promise<void> {
  const connections = Array.from({ length: plan.connections }, () => new Connection(plan.port));
  const stopMoving = movePointer();
  const startedAtMs = performance.now();
  if (plan.requestsPerSecond === undefined) await saturate(connections, startedAtMs + plan.seconds * 1000);
  else {
    // This process is new, and slow at first, and what it is late with then would count as latency.
    await keepRate(connections, plan.requestsPerSecond, warmUpSeconds);
    latenciesMs.length = 0;
    await keepRate(connections, plan.requestsPerSecond, plan.seconds);
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  await stopMoving();
  for (const connection of connections) connection.close();
  const verdict = judgeReads({ moves, reads }, { hashOf: () => '', cacheMs: plan.pointerCacheMs });
  latenciesMs.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    Number((latenciesMs[Math.floor(share * latenciesMs.length)] ?? 0).toFixed(2));
  const result: LoadResult = {
    ...tally,
    seconds,
    publishes: moves.length - 1,
    violations: verdict.mixedVersions + verdict.missingLists + verdict.backwardReads,
    examples: verdict.examples,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
  console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
