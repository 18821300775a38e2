/** A DynamoDB over real HTTP that holds what it is given, answers GetItem and BatchGetItem, and misbehaves as it is told. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';

export interface Call {
  readonly operation: string;
  readonly keys: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly consistent: boolean;
}

export type Reply =
  | { readonly kind: 'stored'; readonly afterMs?: number }
  /** The connection stays open, and nothing comes. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly date?: Date }
  /** One byte of what is stored is another; the checksum is that of the right bytes. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'unprocessed'; readonly keys: readonly string[] }
  | { readonly kind: 'raw'; readonly json: unknown };

const key = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });
const keys = z.object({ ConsistentRead: z.boolean(), Keys: z.array(key) });
const getSchema = z.object({ TableName: z.string(), ConsistentRead: z.boolean(), Key: key });
const batchSchema = z.object({ RequestItems: z.record(z.string(), keys) });
type WireKey = z.infer<typeof key>;

const nameOf = ({ pk, sk }: WireKey): string => `${pk.S} ${sk.S}`;

export class ScriptedDynamoDb {
  readonly calls: Call[] = [];
  /** Decides about a call before it is answered. */
  script: (call: Call, index: number) => Reply = () => ({ kind: 'stored' });
  private readonly items = new Map<string, object>();
  private server: Server | undefined;
  private port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    const address: AddressInfo | string | null = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
    this.server = server;
  }

  /** All connections break, and no new one is taken until `start`. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  put(pk: string, sk: string, attributes: object): void {
    this.items.set(`${pk} ${sk}`, { pk: { S: pk }, sk: { S: sk }, ...attributes });
  }

  delete(pk: string, sk: string): void {
    this.items.delete(`${pk} ${sk}`);
  }

  putList(pk: string, version: string, articles: string, expiresAt = 4_000_000_000): void {
    this.put(pk, `v#${version}`, { articles: { S: articles }, expires_at: { N: String(expiresAt) } });
  }

  putPointer(version: string): void {
    this.put('live', 'pointer', { version: { S: version } });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const { call, stored } = this.understand(request.headers, body);
    const reply = this.script(call, this.calls.push(call) - 1);
    switch (reply.kind) {
      case 'nothing':
        return;
      case 'error':
        if (reply.date !== undefined) response.setHeader('date', reply.date.toUTCString());
        return send(response, reply.status, {
          __type: `com.amazonaws.dynamodb.v20120810#${reply.type}`,
          message: 'as told',
        });
      case 'raw':
        return send(response, 200, reply.json);
      case 'corrupt':
        return send(response, 200, stored([]), (bytes) => bytes.replace('articles":{"S":"', 'articles":{"S":"X'));
      case 'truncated':
        return send(response, 200, stored([]), (bytes) => bytes.slice(0, -5), false);
      case 'unprocessed':
        return send(response, 200, stored(reply.keys));
      case 'stored':
        if (reply.afterMs !== undefined) await sleep(reply.afterMs);
        return send(response, 200, stored([]));
    }
  }

  private understand(headers: IncomingHttpHeaders, body: string) {
    const operation = String(headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    if (operation === 'GetItem') {
      const { Key: wanted, ConsistentRead: consistent } = getSchema.parse(JSON.parse(body));
      const call: Call = { operation, keys: [nameOf(wanted)], headers, body, consistent };
      const item = this.items.get(nameOf(wanted));
      return { call, stored: () => (item === undefined ? {} : { Item: item }) };
    }
    const [[table, { Keys: wanted, ConsistentRead: consistent }] = ['', { Keys: [], ConsistentRead: false }]] =
      Object.entries(batchSchema.parse(JSON.parse(body)).RequestItems);
    const call: Call = { operation, keys: wanted.map(nameOf), headers, body, consistent };
    const found = new Map(wanted.map((one) => [nameOf(one), this.items.get(nameOf(one))]));
    return {
      call,
      stored: (unprocessed: readonly string[]) => {
        const left = wanted.filter((one) => unprocessed.includes(nameOf(one)));
        const items = wanted.flatMap((one) => (left.includes(one) ? [] : (found.get(nameOf(one)) ?? [])));
        // In no particular order, as the service answers.
        return {
          Responses: { [table]: items.toReversed() },
          UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left } },
        };
      },
    };
  }
}

function send(
  response: ServerResponse,
  status: number,
  json: unknown,
  damage: (bytes: string) => string = (bytes) => bytes,
  withChecksum = true,
): void {
  const text = JSON.stringify(json);
  response.statusCode = status;
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  if (withChecksum) response.setHeader('x-amz-crc32', crc32(text));
  response.end(damage(text));
}
