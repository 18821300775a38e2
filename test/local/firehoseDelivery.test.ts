/** From records to objects: when a buffer is delivered, where, and what is in it. Time passes only when it is moved. */
import { gzipSync } from 'node:zlib';
import { DeleteDeliveryStreamCommand, UpdateDestinationCommand } from '@aws-sdk/client-firehose';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { testAws } from '../support/aws';
import { FirehoseBench, yesterday } from './fixtures/firehoseBench';
import { until } from './fixtures/localServer';

let bench: FirehoseBench;
beforeEach(async () => {
  bench = await FirehoseBench.start();
});
afterEach(() => bench.close());

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

test('records become one gzip object under the prefix of the hour, with the name that Firehose gives', async () => {
  await bench.create('clicks');
  const answer = await bench.put('clicks', '{"a":1}\n', '{"b":2}\n');
  expect(answer.FailedPutCount).toBe(0);
  expect(answer.RequestResponses?.map(({ RecordId }) => typeof RecordId)).toEqual(['string', 'string']);
  await bench.moveTo('10:01:00');

  const [key = '', ...others] = await bench.keys();
  expect(others).toEqual([]);
  expect(key).toMatch(new RegExp(`^clicks/dt=${yesterday}/hr=10/clicks-1-${yesterday}-10-01-00-${uuid}\\.gz$`));
  expect(await bench.contents('clicks')).toEqual(['{"a":1}\n{"b":2}\n']);
  expect((await bench.store.get(key))?.subarray(0, 2)).toEqual(gzipSync('').subarray(0, 2));
  const s3 = new S3Client({ ...testAws(), forcePathStyle: true });
  expect(await s3.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: key }))).toMatchObject({
    ContentType: 'application/octet-stream',
    ContentEncoding: 'gzip',
  });
  s3.destroy();
});

test('records are joined without a separator, uncompressed if so asked', async () => {
  await bench.create('plain', { CompressionFormat: 'UNCOMPRESSED' });
  await bench.put('plain', 'abc', 'abc');
  await bench.put('plain', 'abc');
  await bench.moveTo('10:01:00');
  expect(await bench.contents('plain')).toEqual(['abcabcabc']);
  expect((await bench.keys())[0]).toMatch(new RegExp(`${uuid}$`));
});

test('the delimiter processor ends each record with a new line', async () => {
  await bench.create('lines', {
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
  });
  await bench.put('lines', 'a', 'b');
  await bench.moveTo('10:01:00');
  expect(await bench.contents('lines')).toEqual(['a\nb\n']);
});

test('a buffer is delivered when its first record is as old as the interval, and not before', async () => {
  await bench.create('interval');
  await bench.put('interval', 'first');
  await bench.moveTo('10:00:30');
  await bench.put('interval', 'second');
  await bench.moveTo('10:00:59');
  expect(await bench.keys()).toEqual([]);
  await bench.moveTo('10:01:00');
  expect(await bench.contents('interval')).toEqual(['firstsecond']);
  await bench.moveTo('11:00:00');
  expect(await bench.keys()).toHaveLength(1);
});

test('a buffer is delivered as soon as it holds its size in raw bytes, while the clock stands still', async () => {
  await bench.create('size', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 } });
  const half = Buffer.alloc(512 * 1024, 'x');
  await bench.put('size', half.subarray(1));
  expect(await bench.stateOfStream('size')).toMatchObject({ bufferedRecords: 1, bufferedBytes: half.length - 1 });
  await bench.put('size', half, 'x');
  await until(
    () => bench.keys(),
    (keys) => keys.length === 1,
  );
  expect((await bench.contents('size'))[0]).toHaveLength(1024 * 1024);
  await until(
    () => bench.stateOfStream('size'),
    (stream) => stream?.bufferedRecords === 0 && stream.objectsDelivered === 1,
  );
});

test('moving the clock over many deadlines gives each buffer its own time', async () => {
  await bench.create('fast', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 } });
  await bench.create('slow', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 600 } });
  await bench.put('slow', 's');
  await bench.moveTo('10:05:00');
  await bench.put('fast', 'f');
  await bench.moveTo('14:00:00');
  const [fast = '', slow = ''] = (await bench.keys()).sort();
  expect(fast).toContain(`/hr=10/fast-1-${yesterday}-10-06-00-`);
  expect(slow).toContain(`/hr=10/slow-1-${yesterday}-10-10-00-`);
});

test('an interval of 0 delivers within a few seconds', async () => {
  await bench.create('unbuffered', { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 } });
  await bench.put('unbuffered', 'x');
  await bench.moveTo('10:00:03');
  expect(await bench.contents('unbuffered')).toEqual(['x']);
});

test('an object that spans midnight lies in the day of its oldest record', async () => {
  await bench.create('midnight');
  await bench.moveTo('23:59:30');
  await bench.put('midnight', 'before ');
  await bench.moveTo('24:00:10');
  await bench.put('midnight', 'after');
  await bench.moveTo('24:01:00');
  const [key = '', ...others] = await bench.keys();
  expect(others).toEqual([]);
  expect(key.startsWith(`clicks/dt=${yesterday}/hr=23/midnight-1-`)).toBe(true);
  expect(key).toContain('-00-00-30-');
  expect(await bench.contents('midnight')).toEqual(['before after']);
});

test('without an expression the prefix gets the hour appended', async () => {
  await bench.create('legacy', { Prefix: 'legacy', ErrorOutputPrefix: undefined });
  await bench.put('legacy', 'x');
  await bench.moveTo('10:01:00');
  expect((await bench.keys())[0]).toContain(`legacy${yesterday.replaceAll('-', '/')}/10/legacy-1-`);
});

test('after an update new records go under the new version, and earlier ones where they were accepted for', async () => {
  await bench.create('updated');
  await bench.put('updated', 'old');
  await bench.client.send(
    new UpdateDestinationCommand({
      DeliveryStreamName: 'updated',
      CurrentDeliveryStreamVersionId: '1',
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate: { Prefix: 'moved/!{timestamp:HH}/', CompressionFormat: 'UNCOMPRESSED' },
    }),
  );
  await bench.put('updated', 'new');
  await bench.moveTo('10:01:00');
  const [first = '', second = ''] = await bench.keys();
  expect(first).toContain('/hr=10/updated-1-');
  expect(second).toContain('moved/10/updated-2-');
  expect(await bench.contents('updated')).toEqual(['old', 'new']);
});

test('deleting a stream discards what it holds, and its name is free again', async () => {
  await bench.create('deleted');
  await bench.put('deleted', 'lost');
  await bench.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: 'deleted' }));
  await expect(bench.put('deleted', 'x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await bench.create('deleted');
  await bench.put('deleted', 'kept');
  await bench.moveTo('11:00:00');
  expect(await bench.contents('deleted')).toEqual(['kept']);
});

test('a flush delivers at once what is buffered, of one stream or of all', async () => {
  await bench.create('one');
  await bench.create('two');
  await bench.put('one', '1');
  await bench.put('two', '2');
  expect(await bench.control('flush', { stream: 'one' })).toMatchObject({ status: 200 });
  expect([await bench.contents('one'), await bench.contents('two')]).toEqual([['1'], []]);
  await bench.control('flush', {});
  expect(await bench.contents('two')).toEqual(['2']);
});

test('a clock that is moved back first delivers what it holds at the old time', async () => {
  await bench.create('back');
  await bench.put('back', 'late');
  await bench.moveTo('09:00:00');
  expect((await bench.keys())[0]).toContain('/hr=10/back-1-');
  await bench.put('back', 'early');
  await bench.moveTo('09:01:00');
  expect(await bench.contents('back')).toEqual(['early', 'late']);
});

test('a clock with a speed delivers by itself when the interval is over', async () => {
  await bench.create('running');
  await bench.put('running', 'x');
  const { now } = (await bench.state()).clock;
  await bench.control('clock', { now, speed: 600 });
  await until(
    () => bench.contents('running'),
    (contents) => contents.length === 1,
  );
  expect((await bench.keys())[0]).toMatch(new RegExp(`/hr=10/running-1-${yesterday}-10-0[1-9]-`));
});

test('an object that S3 does not take is tried again until it does, and nothing is dropped', async () => {
  await bench.control('settings', { waitSeconds: 0.2 });
  await bench.create('retried', { BucketARN: `arn:aws:s3:::${bench.bucket}-missing` });
  await bench.put('retried', 'x');
  expect(await bench.control('flush', {})).toMatchObject({
    status: 503,
    answer: { error: expect.stringContaining('S3 did not take everything within 0.2 seconds') },
  });
  expect(await bench.stateOfStream('retried')).toMatchObject({ bufferedRecords: 1, objectsDelivered: 0 });
  expect(bench.warnings[0]).toContain('could not be delivered yet');
});
