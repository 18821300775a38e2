/**
 * A DynamoDB that keeps nothing: it takes every write, and finds the lists that each shard holds. Nothing is live. Argument:
 * the version. Prints its port; `GET /writes` answers how many items it was given.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listsOfShard } from './recommendationSet';

const readsSchema = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.object({ pk: z.object({ S: z.string() }) })) })),
});

const [version = ''] = process.argv.slice(2);
const items = new Map(
  listsOfShard(version).map(({ pk, sk, articles, expiresAt }) => [
    pk,
    { pk: { S: pk }, sk: { S: sk }, articles: { S: articles }, expires_at: { N: String(expiresAt) } },
  ]),
);
let writes = 0;

function answerTo(operation: string, body: string): object {
  switch (operation) {
    case 'BatchWriteItem':
      writes += body.split('"PutRequest"').length - 1;
      return { UnprocessedItems: {} };
    case 'BatchGetItem': {
      const [[table, { Keys: keys }] = ['', { Keys: [] }]] = Object.entries(
        readsSchema.parse(JSON.parse(body)).RequestItems,
      );
      return { Responses: { [table]: keys.flatMap(({ pk }) => items.get(pk.S) ?? []) }, UnprocessedKeys: {} };
    }
    default:
      return {};
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const operation = String(request.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
  const body = request.url === '/writes' ? { writes } : answerTo(operation, Buffer.concat(chunks).toString('latin1'));
  const payload = JSON.stringify(body);
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(payload),
  });
  response.end(payload);
}

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
