/** BatchWriteItem over HTTP, keeping what it is told to write, and refusing or garbling what the test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

type Item = Record<string, Record<string, string>>;

export interface WriteRequest {
  /** Counted from 1. */
  readonly number: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly items: readonly Item[];
}

export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly body: object }
  /** Some of the items come back. */
  | { readonly kind: 'unprocessed'; readonly keep: (item: Item, index: number) => boolean }
  /** Nothing is written, and the answer that says it was is made into something else. */
  | { readonly kind: 'garbled'; readonly answer: (whole: string) => string; readonly crc32?: number }
  | { readonly kind: 'cut' };

export interface TableEndpoint {
  readonly url: string;
  /** By `pk|sk`: the item as it was written last. */
  readonly table: Map<string, Item>;
  /** By `pk|sk`: how often it was written. */
  readonly writes: Map<string, number>;
  readonly requests: WriteRequest[];
  fault: (request: WriteRequest) => Fault | undefined;
  close(): Promise<void>;
}

export function exception(name: string, more: object = {}): Fault {
  return {
    kind: 'error',
    status: 400,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `made to fail: ${name}`, ...more },
  };
}

export async function startTableEndpoint(): Promise<TableEndpoint> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = addressOf(server.address());
  const endpoint: TableEndpoint = {
    url: `http://127.0.0.1:${port}`,
    table: new Map(),
    writes: new Map(),
    requests: [],
    fault: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function write(items: readonly Item[]): void {
    for (const item of items) {
      const key = `${item['pk']?.['S']}|${item['sk']?.['S']}`;
      endpoint.table.set(key, item);
      endpoint.writes.set(key, (endpoint.writes.get(key) ?? 0) + 1);
    }
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString();
    const parsed: { RequestItems: Record<string, { PutRequest: { Item: Item } }[]> } = JSON.parse(body);
    const [[name, puts] = ['', []]] = Object.entries(parsed.RequestItems);
    const items = puts.map(({ PutRequest }) => PutRequest.Item);
    const request = { number: endpoint.requests.length + 1, body, headers: incoming.headers, items };
    endpoint.requests.push(request);
    const fault = endpoint.fault(request);
    if (fault?.kind === 'cut') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'error') {
      send(response, fault.status, JSON.stringify(fault.body));
      return;
    }
    const kept = fault?.kind === 'unprocessed' ? items.filter((item, index) => fault.keep(item, index)) : items;
    if (fault?.kind !== 'garbled') write(kept);
    const left = items.filter((item) => !kept.includes(item)).map((item) => ({ PutRequest: { Item: item } }));
    const whole = JSON.stringify({
      UnprocessedItems: left.length === 0 ? {} : { [name]: left },
      ConsumedCapacity: [{ TableName: name, CapacityUnits: kept.length }],
    });
    if (fault?.kind === 'garbled') send(response, 200, fault.answer(whole), fault.crc32);
    else send(response, 200, whole);
  }

  return endpoint;
}

function send(response: ServerResponse, status: number, body: string, checksum = crc32(body)): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': String(checksum) });
  response.end(body);
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  return address;
}
