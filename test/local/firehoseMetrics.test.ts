/** What CloudWatch is told, read as the pipeline reads it: the watermark never passes a record that is not in S3. */
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import Fastify from 'fastify';
import { freePort } from '../../local/processes';
import { createCloudWatchDeliveryMetrics } from '../../src/clients/deliveryMetrics.cloudwatch';
import { watermarkMs } from '../../src/domain/readiness';
import { testAws } from '../support/aws';
import { at, FirehoseBench } from './fixtures/firehoseBench';
import { until } from './fixtures/localServer';

let bench: FirehoseBench;
const cloudwatch = new CloudWatchClient(testAws());
beforeAll(async () => {
  bench = await FirehoseBench.start();
});
afterAll(async () => {
  cloudwatch.destroy();
  await bench.close();
});
beforeEach(() => bench.moveTo('10:00:00'));

function freshness(name: string) {
  return createCloudWatchDeliveryMetrics(name, testAws()).freshness(at('00:00:00'), at('48:00:00'));
}

async function watermark(name: string): Promise<number> {
  return watermarkMs(await freshness(name)) ?? Number.NEGATIVE_INFINITY;
}

/** Values by minute of a metric. */
async function valuesOf(stream: string, metric: string): Promise<[string, number][]> {
  const { MetricDataResults: [result] = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(at('00:00:00')),
      EndTime: new Date(at('24:00:00')),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        {
          Id: 'metric',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Firehose',
              MetricName: metric,
              Dimensions: [{ Name: 'DeliveryStreamName', Value: stream }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
    }),
  );
  return (result?.Timestamps ?? []).map((time, index) => [
    time.toISOString().slice(11, 16),
    result?.Values?.[index] ?? Number.NaN,
  ]);
}

test('each minute in which something happened has one datapoint for it, and the others have none', async () => {
  await bench.create('counted', { CompressionFormat: 'UNCOMPRESSED' });
  await bench.control('faults', { fault: 'partial-failure', stream: 'counted', count: 1 });
  await bench.put('counted', 'abc', 'de', 'f');
  await bench.moveTo('10:00:30');
  await bench.put('counted', 'gh');
  await bench.moveTo('10:05:00');
  await bench.put('counted', 'ij');
  await bench.moveTo('10:10:00');

  expect(await valuesOf('counted', 'IncomingRecords')).toEqual([
    ['10:00', 3],
    ['10:05', 1],
  ]);
  expect(await valuesOf('counted', 'ThrottledRecords')).toEqual([
    ['10:00', 1],
    ['10:05', 0],
  ]);
  expect(await valuesOf('counted', 'IncomingBytes')).toEqual([
    ['10:00', 5],
    ['10:05', 2],
  ]);
  expect(await valuesOf('counted', 'DeliveryToS3.Records')).toEqual([
    ['10:01', 3],
    ['10:06', 1],
  ]);
  expect(await valuesOf('counted', 'DeliveryToS3.Bytes')).toEqual([
    ['10:01', 5],
    ['10:06', 2],
  ]);
  expect(await valuesOf('counted', 'DeliveryToS3.Success')).toEqual([
    ['10:01', 1],
    ['10:06', 1],
  ]);
  // Held to the end of 10:00, delivered at the first instant of 10:01; then nothing was held for minutes.
  expect(await valuesOf('counted', 'DeliveryToS3.DataFreshness')).toEqual([
    ['10:00', 60],
    ['10:01', 60],
    ['10:05', 60],
    ['10:06', 60],
  ]);
});

test('the watermark never passes a record that is not in S3, and passes it when it is', async () => {
  await bench.create('watched', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 90 } });
  const arrivals = new Map<string, number>();
  for (let step = 0; step < 12; step++) {
    const time = `10:${String(step * 2 + 10)}:${step % 2 === 0 ? '07' : '53'}`;
    await bench.moveTo(time);
    arrivals.set(`r${step};`, at(time));
    await bench.put('watched', `r${step};`);
    if (step === 5) await bench.control('faults', { fault: 'delay-delivery', stream: 'watched', seconds: 600 });

    const claimedMs = await watermark('watched');
    const delivered = (await bench.contents('watched')).join('');
    const claimed = [...arrivals].filter(([, arrivedAtMs]) => arrivedAtMs < claimedMs).map(([record]) => record);
    expect(claimed.filter((record) => !delivered.includes(record))).toEqual([]);
  }
  await bench.moveTo('11:00:00');
  // Idle now: the last claim is that of the minute of the last delivery.
  expect(await watermark('watched')).toBeGreaterThan(at('10:29:00'));
  expect((await bench.contents('watched')).join('').split(';')).toHaveLength(13);
});

test('while deliveries are delayed the age grows from minute to minute and the watermark stands', async () => {
  await bench.create('delayed');
  await bench.control('faults', { fault: 'delay-delivery', stream: 'delayed', seconds: 1800 });
  await bench.put('delayed', 'x');
  await bench.moveTo('10:20:00');
  const points = await freshness('delayed');
  expect(points.map(({ ageSeconds }) => ageSeconds)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 60));
  expect(watermarkMs(points)).toBe(at('09:59:00'));
});

test('a heartbeat each minute carries the watermark past midnight', async () => {
  await bench.create('beating');
  await bench.moveTo('23:55:00');
  for (let minute = 0; minute < 15; minute++) {
    await bench.put('beating', '{"heartbeat_at":""}\n');
    await bench.moveTo(`${23 + Math.floor((56 + minute) / 60)}:${(56 + minute) % 60}:00`);
  }
  expect(await watermark('beating')).toBeGreaterThanOrEqual(at('24:05:00'));
});

test('a CloudWatch that fails delays the metrics with a warning, and no delivery', async () => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const blind = await FirehoseBench.start({ cloudwatch: { ...testAws(), endpoint } });
  const late = Fastify();
  late.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  late.post('/*', async (request, reply) => {
    const headers = new Headers();
    for (const name of ['content-type', 'smithy-protocol', 'x-amz-target', 'authorization']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    const body = Buffer.isBuffer(request.body) ? Uint8Array.from(request.body) : '';
    const answer = await fetch(testAws().endpoint + request.url, { method: 'POST', headers, body });
    void reply.code(answer.status);
    for (const [name, value] of answer.headers) if (name !== 'content-length') void reply.header(name, value);
    return reply.send(Buffer.from(await answer.arrayBuffer()));
  });
  try {
    await blind.create('unseen');
    await blind.put('unseen', 'x');
    await blind.moveTo('10:05:00');
    expect(await blind.contents('unseen')).toEqual(['x']);
    expect(blind.warnings.join()).toContain('CloudWatch did not take');
    await late.listen({ port, host: '127.0.0.1' });
    expect(
      await until(
        () => valuesOf('unseen', 'DeliveryToS3.Records'),
        (values) => values.length > 0,
      ),
    ).toEqual([['10:01', 1]]);
  } finally {
    await blind.close();
    await late.close();
  }
});
