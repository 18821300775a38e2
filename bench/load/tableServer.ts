/**
 * DynamoDB's BatchWriteItem that keeps nothing: it checks that a request is one, answers what it consumed, and throttles as
 * the service does when it is given a capacity: what was not used of the last `burstSeconds` may be used at once; what is
 * beyond comes back as unprocessed, and when that is everything, as an exception. `GET /counts` answers what it counted,
 * `POST /capacity` sets capacity and counts anew. Prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

const batchSchema = z.object({
  RequestItems: z.record(
    z.string(),
    z
      .array(
        z.object({
          PutRequest: z.object({
            Item: z.looseObject({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
          }),
        }),
      )
      .min(1)
      .max(25),
  ),
});
const capacitySchema = z.object({ unitsPerSecond: z.number().nullable(), burstSeconds: z.number() });

let capacity: z.infer<typeof capacitySchema> = { unitsPerSecond: null, burstSeconds: 0 };
let tokens = 0;
let refilledAtMs = Date.now();
let counts = { requests: 0, throttled: 0, units: 0 };

/** How many of so many units may be used now. */
function grant(units: number): number {
  if (capacity.unitsPerSecond === null) return units;
  const nowMs = Date.now();
  const most = capacity.unitsPerSecond * capacity.burstSeconds;
  tokens = Math.min(most, tokens + ((nowMs - refilledAtMs) / 1000) * capacity.unitsPerSecond);
  refilledAtMs = nowMs;
  const granted = Math.min(units, Math.floor(tokens));
  tokens -= granted;
  return granted;
}

function write(text: string): { status: number; body: object } {
  const parsed = batchSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return refusal('ValidationException', z.prettifyError(parsed.error));
  const [entry] = Object.entries(parsed.data.RequestItems);
  if (entry === undefined) return refusal('ValidationException', 'no table');
  const [table, requests] = entry;
  const keys = new Set(requests.map(({ PutRequest: { Item: item } }) => `${item.pk.S} ${item.sk.S}`));
  if (keys.size < requests.length) return refusal('ValidationException', 'two operations on one item');
  const granted = grant(requests.length);
  counts.requests += 1;
  counts.units += granted;
  if (granted < requests.length) counts.throttled += 1;
  if (granted === 0) return refusal('ProvisionedThroughputExceededException', 'The level of throughput is exceeded.');
  const left = requests.slice(granted);
  return {
    status: 200,
    body: {
      UnprocessedItems: left.length === 0 ? {} : { [table]: left },
      ConsumedCapacity: [{ TableName: table, CapacityUnits: granted }],
    },
  };
}

function refusal(name: string, message: string): { status: number; body: object } {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  if (request.url === '/counts') {
    response.end(JSON.stringify(counts));
    return;
  }
  if (request.url === '/capacity') {
    capacity = capacitySchema.parse(JSON.parse(text));
    counts = { requests: 0, throttled: 0, units: 0 };
    tokens = 0;
    refilledAtMs = Date.now();
    response.end();
    return;
  }
  const signed = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=') ?? false;
  const { status, body } = signed ? write(text) : refusal('MissingAuthenticationTokenException', 'not signed');
  const payload = JSON.stringify(body);
  response.writeHead(status, {
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
