/**
 * A DynamoDB that answers GetItem and BatchGetItem from a made-up table in the real format, with the headers of the service.
 * `PUT /live` with a version as body moves the pointer. argv: port, then a distribution of latency by key, as in
 * `{"medianMs":3,"slowShare":0.01,"slowMs":20}`: a batch is as slow as the slowest of its keys.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { itemOf, tableName, versionOf } from './dataset';

const [port = '', latencyText] = process.argv.slice(2);
const latency = z
  .object({ medianMs: z.number(), slowShare: z.number(), slowMs: z.number() })
  .optional()
  .parse(latencyText === undefined ? undefined : JSON.parse(latencyText));
const key = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });
const getSchema = z.object({ Key: key });
const batchSchema = z.object({ RequestItems: z.object({ [tableName]: z.object({ Keys: z.array(key) }) }) });
let live = versionOf(0);
const counts = { calls: 0, keys: 0 };

function items(keys: readonly z.infer<typeof key>[]): unknown[] {
  counts.calls += 1;
  counts.keys += keys.length;
  return keys.flatMap(({ pk, sk }) => itemOf(pk.S, sk.S, live) ?? []);
}

function answerOf(target: string, body: string): { json: unknown; keys: number } {
  if (target === 'DynamoDB_20120810.GetItem') {
    const [item] = items([getSchema.parse(JSON.parse(body)).Key]);
    return { json: item === undefined ? {} : { Item: item }, keys: 1 };
  }
  const keys = batchSchema.parse(JSON.parse(body)).RequestItems[tableName]?.Keys ?? [];
  return { json: { Responses: { [tableName]: items(keys) }, UnprocessedKeys: {} }, keys: keys.length };
}

function waitMs(keys: number): number {
  if (latency === undefined) return 0;
  const one = (): number =>
    Math.random() < latency.slowShare ? latency.slowMs : latency.medianMs * (0.5 + Math.random());
  return Math.max(...Array.from({ length: keys }, one));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  if (request.url === '/live') {
    if (request.method === 'PUT') live = body;
    response.end(live);
    return;
  }
  if (request.url === '/counts') {
    response.end(JSON.stringify(counts));
    return;
  }
  const { json, keys } = answerOf(String(request.headers['x-amz-target']), body);
  const text = JSON.stringify(json);
  if (latency !== undefined) await sleep(waitMs(keys));
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.setHeader('x-amzn-requestid', 'BENCH0000000000000000000000000000000000000000000000');
  response.setHeader('x-amz-crc32', crc32(text));
  response.end(text);
}

const server = createServer((request, response) => void answer(request, response));
// Connections rest while another program is measured.
server.keepAliveTimeout = 120_000;
server.listen(Number(port), '127.0.0.1');
