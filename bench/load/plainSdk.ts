/** The SDK's BatchWriteItem as its documentation shows it, 16 calls at a time. Arguments: endpoint, shards. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { measure } from './measure';

const [endpoint = '', ...paths] = process.argv.slice(2);
const table = 'bench';
const callsAtATime = 16;

const dynamodb = new DynamoDBClient({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});

function* batches(): Generator<WriteRequest[]> {
  for (const path of paths) {
    const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
    for (let first = 0; first < lines.length; first += 25) {
      yield lines.slice(first, first + 25).map((line) => ({ PutRequest: JSON.parse(line) }));
    }
  }
}

async function write(batch: WriteRequest[]): Promise<void> {
  let left = batch;
  while (left.length > 0) {
    const { UnprocessedItems } = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = UnprocessedItems?.[table] ?? [];
  }
}

void measure(async () => {
  const source = batches();
  let items = 0;
  const writer = async (): Promise<void> => {
    for (const batch of source) {
      await write(batch);
      items += batch.length;
    }
  };
  await Promise.all(Array.from({ length: callsAtATime }, writer));
  return items;
});
