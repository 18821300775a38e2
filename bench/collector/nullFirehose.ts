/**
 * A Firehose that keeps nothing but which events it took, and throttles at the documented quota of a stream (Direct PUT,
 * regions with the smaller one): 1 MiB, 1,000 calls and 100,000 records a second. What is beyond is refused record by record
 * inside a 200, as the service does. `GET /events` answers the events as bits. Port in argv.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { EventBits, eventDigits } from './eventBits';

const quota = { bytes: 1024 * 1024, calls: 1000, records: 100_000 };
const putSchema = z.object({ Records: z.array(z.object({ Data: z.string() })) });
const refusal = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };
const mark = Buffer.from('"event_id":"b');

const events = new EventBits();
let second = 0;
let used = { bytes: 0, calls: 0, records: 0 };

function take(record: Buffer): boolean {
  if (used.calls > quota.calls || used.records >= quota.records || used.bytes + record.length > quota.bytes)
    return false;
  used.bytes += record.length;
  used.records += 1;
  for (let at = record.indexOf(mark); at !== -1; at = record.indexOf(mark, at + mark.length)) {
    const start = at + mark.length;
    events.add(Number(record.toString('latin1', start, start + eventDigits)));
  }
  return true;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    response.end(events.bytes());
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) used = { bytes: 0, calls: 0, records: 0 };
  second = now;
  used.calls += 1;
  const outcomes = putSchema
    .parse(JSON.parse(Buffer.concat(chunks).toString()))
    .Records.map(({ Data: data }, index) => (take(Buffer.from(data, 'base64')) ? { RecordId: `${index}` } : refusal));
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(
    JSON.stringify({ FailedPutCount: outcomes.filter((one) => one === refusal).length, RequestResponses: outcomes }),
  );
}

createServer((request, response) => void answer(request, response)).listen(Number(process.argv[2]), '127.0.0.1');
