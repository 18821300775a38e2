/**
 * A proxy before a DynamoDB that lets it misbehave in each way in which the service may: the odds are those of the weather.
 * It sees every call, and so knows to the millisecond when the live pointer can have moved.
 */
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Random } from '../../local/newsroom/random';
import { livePointerKey } from '../../src/domain/keys';

export const faults = [
  'throttled',
  'unprocessed',
  'server error',
  'truncated',
  'corrupt',
  'dropped before',
  'dropped after',
  'slow',
] as const;
export type Fault = (typeof faults)[number];
/** The odds that a call meets this fault; those of all together are at most 1. */
export type Weather = Readonly<Partial<Record<Fault, number>>>;

export interface PointerMove {
  readonly version: string;
  readonly previous: string | undefined;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export interface DynamoDbCall {
  readonly operation: string;
  readonly body: string;
  /** Of a move of the live pointer: its reason. */
  readonly reason?: string;
}

/** What becomes of a call, whatever the weather: it never arrives, it arrives but nobody hears of it, or it arrives late. */
export type Intervention = 'lose' | 'answer nobody' | { readonly holdUntil: Promise<unknown> };

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const slowMs = { least: 50, most: 900 };
const contentType = 'application/x-amz-json-1.0';

const pointerSchema = z.object({
  Item: z.object({
    pk: z.object({ S: z.literal(livePointerKey.pk) }),
    version: z.object({ S: z.string() }),
    previous: z.object({ S: z.string() }).optional(),
    reason: z.object({ S: z.string() }),
  }),
});
type PointerItem = z.infer<typeof pointerSchema>['Item'];
const writesSchema = z.looseObject({ RequestItems: z.record(z.string(), z.array(z.unknown())) });
const readsSchema = z.looseObject({
  RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(z.unknown()) })),
});

export class FaultyDynamoDb {
  /** Asked about each call. */
  weather: (operation: string) => Weather = () => ({});
  /** Asked about each call. */
  intervene: (call: DynamoDbCall) => Intervention | undefined = () => undefined;
  readonly moves: PointerMove[] = [];
  /** How often each fault was met. */
  readonly met = new Map<Fault, number>();
  private underWay = 0;
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(
    private readonly upstream: URL,
    private readonly random: Random,
    private readonly nowMs: () => number,
  ) {
    this.server = createServer((incoming, response) => {
      this.underWay += 1;
      this.serve(incoming, response)
        .catch(() => response.destroy())
        .finally(() => {
          this.underWay -= 1;
        });
    });
    this.server.keepAliveTimeout = 60_000;
  }

  static async before(upstream: string, random: Random, nowMs: () => number): Promise<FaultyDynamoDb> {
    const proxy = new FaultyDynamoDb(new URL(upstream), random, nowMs);
    await new Promise<void>((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** When nothing is under way to the table, held calls included. */
  async whenQuiet(): Promise<void> {
    while (this.underWay > 0) await sleep(5);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(incoming)).toString();
    const operation = String(incoming.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    const pointer = operation === 'PutItem' ? pointerIn(body) : undefined;
    const call: DynamoDbCall = { operation, body, ...(pointer === undefined ? {} : { reason: pointer.reason.S }) };
    const intervention = this.intervene(call);
    if (intervention === 'lose') return void response.destroy();
    if (typeof intervention === 'object') await intervention.holdUntil;
    const fault = intervention === undefined ? this.draw(operation) : undefined;
    if (fault === 'slow') await sleep(slowMs.least + this.random.below(slowMs.most - slowMs.least));
    if (fault === 'dropped before') return void response.destroy();
    if (fault === 'throttled') {
      return send(response, refusal(400, 'ProvisionedThroughputExceededException'));
    }
    if (fault === 'server error') return send(response, refusal(500, 'InternalServerError'));

    const startedAtMs = this.nowMs();
    const answer =
      fault === 'unprocessed' ? await this.forwardSome(incoming, operation, body) : await this.forward(incoming, body);
    if (pointer !== undefined && answer.status === 200) this.record(pointer, startedAtMs);
    if (intervention === 'answer nobody' || fault === 'dropped after') return void response.destroy();
    send(response, answer, fault === undefined ? (bytes) => bytes : damageOf(fault, operation, this.random));
  }

  private record({ version, previous, reason }: PointerItem, startedAtMs: number): void {
    const move = { version: version.S, previous: previous?.S, reason: reason.S };
    this.moves.push({ ...move, startedAtMs, endedAtMs: this.nowMs() });
  }

  private draw(operation: string): Fault | undefined {
    const weather = this.weather(operation);
    let left = this.random.next();
    for (const fault of faults) {
      left -= weather[fault] ?? 0;
      if (left >= 0) continue;
      this.met.set(fault, (this.met.get(fault) ?? 0) + 1);
      return fault;
    }
    return undefined;
  }

  /** A part of a batch only; the answer gives the others back. */
  private async forwardSome(incoming: IncomingMessage, operation: string, body: string): Promise<Answer> {
    const parsed: unknown = JSON.parse(body);
    const take = (all: readonly unknown[]): [unknown[], unknown[]] => {
      const left = all.filter(() => this.random.next() < 0.5);
      return [all.filter((one) => !left.includes(one)), left];
    };
    if (operation === 'BatchWriteItem') {
      const { RequestItems, ...rest } = writesSchema.parse(parsed);
      const [[table, all] = ['', []]] = Object.entries(RequestItems);
      const [taken, left] = take(all);
      if (taken.length === 0) return refusal(400, 'ProvisionedThroughputExceededException');
      const answer = await this.forward(incoming, JSON.stringify({ ...rest, RequestItems: { [table]: taken } }));
      return left.length === 0 ? answer : withMember(answer, 'UnprocessedItems', { [table]: left });
    }
    if (operation === 'BatchGetItem') {
      const { RequestItems, ...rest } = readsSchema.parse(parsed);
      const [[table, asked] = ['', { Keys: [] }]] = Object.entries(RequestItems);
      const [taken, left] = take(asked.Keys);
      if (taken.length === 0) return refusal(400, 'ProvisionedThroughputExceededException');
      const some = { ...rest, RequestItems: { [table]: { ...asked, Keys: taken } } };
      const answer = await this.forward(incoming, JSON.stringify(some));
      return left.length === 0 ? answer : withMember(answer, 'UnprocessedKeys', { [table]: { ...asked, Keys: left } });
    }
    return this.forward(incoming, body);
  }

  private forward({ method, url, headers }: IncomingMessage, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const target = new URL(url ?? '/', this.upstream);
      const sent = Buffer.from(body);
      // What comes back is handed on without the headers that would say how it is compressed.
      const passed = { ...headers, 'content-length': sent.length, 'accept-encoding': 'identity' };
      const options = { method, agent: this.agent, headers: passed };
      request(target, options, (received) => {
        buffer(received).then((whole) => resolve({ status: received.statusCode ?? 502, body: whole }), reject);
      })
        .on('error', reject)
        .end(sent);
    });
  }
}

function pointerIn(body: string): PointerItem | undefined {
  const parsed = pointerSchema.safeParse(JSON.parse(body));
  return parsed.success ? parsed.data.Item : undefined;
}

function refusal(status: number, type: string): Answer {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'made to fail' };
  return { status, body: Buffer.from(JSON.stringify(body)) };
}

function withMember(answer: Answer, name: string, value: object): Answer {
  if (answer.status !== 200) return answer;
  const whole: object = JSON.parse(answer.body.toString());
  return { status: 200, body: Buffer.from(JSON.stringify({ ...whole, [name]: value })) };
}

/** Whoever checks the checksum is given any wrong byte, the SDK, which does not, one that no JSON holds. */
function damageOf(fault: Fault, operation: string, random: Random): (bytes: Buffer) => Buffer {
  if (fault === 'truncated') return (bytes) => bytes.subarray(0, random.below(bytes.length));
  if (fault !== 'corrupt') return (bytes) => bytes;
  return (bytes) => {
    const damaged = Buffer.from(bytes);
    const place = random.below(damaged.length);
    damaged[place] = operation === 'BatchWriteItem' ? (damaged[place] ?? 0) ^ 1 : 0;
    return damaged;
  };
}

/** The checksum is that of the right bytes, as when they change on the way. */
function send(
  response: ServerResponse,
  { status, body }: Answer,
  damage: (bytes: Buffer) => Buffer = (bytes) => bytes,
): void {
  response.writeHead(status, { 'content-type': contentType, 'x-amz-crc32': String(crc32(body)) });
  response.end(status === 200 ? damage(body) : body);
}
