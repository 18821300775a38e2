import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ListToWrite } from '../../src/clients/recommendationTable';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { CallSigner } from '../../src/clients/signature.dynamodb';
import { shardLineOf } from '../../src/domain/shardItem';
import { exception, startTableEndpoint, type TableEndpoint } from '../activities/loadShardsEndpoint';
import { freshTable, testAws } from '../support/aws';

const credentials = { accessKeyId: 'local', secretAccessKey: 'secret' };

let endpoint: TableEndpoint;
beforeEach(async () => {
  endpoint = await startTableEndpoint();
});
afterEach(() => endpoint.close());

const table = (name = 't') =>
  createDynamoDbRecommendationTable(name, { region: 'eu-west-1', endpoint: endpoint.url, credentials });
const list = (user: string): ListToWrite => ({
  pk: `u#${user}`,
  sk: 'v#2026-11-23.01',
  articles: `a "quoted" é ${user}`,
  expiresAt: 1_765_152_000,
});
const lists = Array.from({ length: 25 }, (_, i) => list(`r${i}`));

describe('a write of lists', () => {
  it('says the same with the line of a shard and without', async () => {
    await table().write([list('r1'), { ...list('r2'), line: shardLineOf(list('r2')).replaceAll(':{', ': {') }]);
    expect([...endpoint.table.values()]).toEqual(
      ['r1', 'r2'].map((user) => ({
        pk: { S: `u#${user}` },
        sk: { S: 'v#2026-11-23.01' },
        articles: { S: `a "quoted" é ${user}` },
        expires_at: { N: '1765152000' },
      })),
    );
  });

  it('tells what was consumed, and gives back what was left', async () => {
    endpoint.fault = () => ({ kind: 'unprocessed', keep: (_item, index) => index < 20 });
    expect(await table().write(lists)).toEqual({ unprocessed: lists.slice(20), consumedUnits: 20 });
  });

  it.each([
    [
      'ProvisionedThroughputExceededException',
      'ThrottlingReasons',
      'TableWriteKeyRangeThroughputExceeded',
      'partition',
    ],
    ['ThrottlingException', 'throttlingReasons', 'TableWriteAccountLimitExceeded', 'account'],
    ['RequestLimitExceeded', 'ThrottlingReasons', 'TableWriteProvisionedThroughputExceeded', 'table'],
    ['ThrottlingException', 'other', 'x', 'table'],
  ])('that is refused whole as %s with %s gives back everything, and by whom', async (name, member, reason, by) => {
    endpoint.fault = () => exception(name, { [member]: [{ reason, resource: 'arn' }] });
    expect(await table().write(lists)).toEqual({ unprocessed: lists, consumedUnits: 0, refusedBy: by });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each(['ValidationException', 'ResourceNotFoundException', 'AccessDeniedException'])(
    'that is wrong, %s, is not tried again',
    async (name) => {
      endpoint.fault = () => exception(name);
      await expect(table().write(lists)).rejects.toMatchObject({
        name,
        message: `made to fail: ${name} [request=none]`,
      });
      expect(endpoint.requests).toHaveLength(1);
    },
  );

  it('gives back nothing that was not sent: such an answer is corrupt', async () => {
    endpoint.fault = ({ number }) =>
      number > 1
        ? undefined
        : {
            kind: 'garbled',
            answer: () =>
              '{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"pk":{"S":"u#x"},"sk":{"S":"v#1"}}}}]},"ConsumedCapacity":[]}',
          };
    expect(await table().write(lists)).toEqual({ unprocessed: [], consumedUnits: 25 });
    expect(endpoint.requests).toHaveLength(2);
  });

  it('goes on with a clock that is wrong, once the service has refused it for that', async () => {
    const skewMs = 3_600_000;
    const realNow = Date.now;
    Date.now = () => realNow() + skewMs;
    try {
      endpoint.fault = ({ headers }) => {
        const stamp = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
        return Math.abs(Date.parse(stamp) - realNow()) > 900_000 ? exception('InvalidSignatureException') : undefined;
      };
      expect(await table().write(lists)).toMatchObject({ unprocessed: [] });
      expect(endpoint.requests).toHaveLength(2);
    } finally {
      Date.now = realNow;
    }
  });

  it('quotes the name of the table', async () => {
    await table('a"b').write([list('r1')]);
    expect(endpoint.requests[0]?.body).toContain('"RequestItems":{"a\\"b":[');
  });
});

describe('a write to the emulator', () => {
  it('is read back as it was written, however often it is repeated', async () => {
    const name = await freshTable();
    const emulated = createDynamoDbRecommendationTable(name, testAws());
    for (let times = 0; times < 2; times++) {
      expect(await emulated.write(lists)).toEqual({ unprocessed: [], consumedUnits: 25 });
    }
    const found = await emulated.read(lists);
    expect(found.sort((a, b) => a.pk.localeCompare(b.pk))).toEqual([...lists].sort((a, b) => a.pk.localeCompare(b.pk)));
  });
});

describe('the signature of a call', () => {
  it.each([
    ['plain', credentials, '2026-11-23T23:59:59.999Z', 'dynamodb.eu-west-1.amazonaws.com', '{}'],
    [
      'with a session token',
      { ...credentials, sessionToken: 'a/b+c==' },
      '2026-01-02T03:04:05Z',
      'localhost:8000',
      '{"é":1}',
    ],
    ['of the next day', credentials, '2026-11-24T00:00:00.000Z', '[::1]:8000', ''],
  ])('is the one that the SDK makes: %s', async (_what, identity, at, host, text) => {
    const { config } = new DynamoDBClient({ region: 'eu-west-1', credentials: identity });
    const sdk = new SignatureV4({
      service: 'dynamodb',
      region: 'eu-west-1',
      credentials: identity,
      sha256: config.sha256,
      applyChecksum: false,
    });
    const body = Buffer.from(text);
    const target = 'DynamoDB_20120810.BatchWriteItem';
    const request = new HttpRequest({
      method: 'POST',
      path: '/',
      headers: { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
      body,
    });
    const { headers } = await sdk.sign(request, { signingDate: new Date(at) });
    expect(new CallSigner('eu-west-1').headers({ host, path: '/', target, body }, identity, Date.parse(at))).toEqual(
      headers,
    );
  });

  it('follows the day and the credentials', () => {
    const signer = new CallSigner('eu-west-1');
    const call = { host: 'h', path: '/', target: 't', body: Buffer.from('') };
    const other = { accessKeyId: 'local', secretAccessKey: 'other' };
    const signed = [
      signer.headers(call, credentials, 0),
      signer.headers(call, credentials, 86_400_000),
      signer.headers(call, other, 86_400_000),
      signer.headers(call, credentials, 86_400_000),
    ].map(({ authorization }) => authorization);
    expect(signed[3]).toBe(signed[1]);
    expect(new Set(signed).size).toBe(3);
    expect(signed[2]).toBe(new CallSigner('eu-west-1').headers(call, other, 86_400_000).authorization);
  });
});
