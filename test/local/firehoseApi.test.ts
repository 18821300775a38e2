/** The wire: names, limits, and the names and texts of errors. */
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  ListDeliveryStreamsCommand,
  PutRecordCommand,
  UpdateDestinationCommand,
  type UpdateDestinationCommandInput,
} from '@aws-sdk/client-firehose';
import { FirehoseBench } from './fixtures/firehoseBench';
import { until } from './fixtures/localServer';

let bench: FirehoseBench;
beforeAll(async () => {
  bench = await FirehoseBench.start();
});
afterAll(() => bench.close());

test('a stream is described with the defaults of the service', async () => {
  await bench.create('described', { CompressionFormat: undefined, BufferingHints: undefined });
  const described = await bench.describe('described');
  expect(described).toMatchObject({
    DeliveryStreamARN: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/described',
    DeliveryStreamStatus: 'ACTIVE',
    DeliveryStreamType: 'DirectPut',
    VersionId: '1',
    HasMoreDestinations: false,
  });
  expect(described?.Destinations).toHaveLength(1);
  expect(described?.Destinations?.[0]).toMatchObject({
    DestinationId: 'destinationId-000000000001',
    ExtendedS3DestinationDescription: {
      BucketARN: `arn:aws:s3:::${bench.bucket}`,
      BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300 },
      CompressionFormat: 'UNCOMPRESSED',
      EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
      S3BackupMode: 'Disabled',
    },
  });
});

test.each<[string, Partial<ExtendedS3DestinationConfiguration>, string]>([
  [
    'a role that is none',
    { RoleARN: 'role' },
    "1 validation error detected: Value at 'extendedS3DestinationConfiguration.roleARN' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:.*$",
  ],
  [
    'a bucket that is none',
    { BucketARN: 'arn:aws:s3:::' },
    "Value at 'extendedS3DestinationConfiguration.bucketARN' failed to satisfy constraint: Member must satisfy regular expression pattern",
  ],
  [
    'a buffer of 129 MB',
    { BufferingHints: { SizeInMBs: 129, IntervalInSeconds: 60 } },
    "Value at 'extendedS3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member must have value less than or equal to 128",
  ],
  [
    'an interval of 901 seconds',
    { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 901 } },
    "Value at 'extendedS3DestinationConfiguration.bufferingHints.intervalInSeconds' failed to satisfy constraint: Member must have value less than or equal to 900",
  ],
  [
    'a size without an interval',
    { BufferingHints: { SizeInMBs: 1 } },
    "Value at 'extendedS3DestinationConfiguration.bufferingHints' failed to satisfy constraint: SizeInMBs and IntervalInSeconds must be given together or not at all",
  ],
])('%s is refused, naming the field', async (_what, changes, message) => {
  await expect(bench.create('refused', changes)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
  await expect(bench.describe('refused')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('an unknown compression is refused with the formats that the service knows', async () => {
  const response = await fetch(bench.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Firehose_20150804.CreateDeliveryStream' },
    body: JSON.stringify({
      DeliveryStreamName: 'refused',
      ExtendedS3DestinationConfiguration: { ...bench.destination(), CompressionFormat: 'gzip' },
    }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    __type: 'ValidationException',
    message:
      "1 validation error detected: Value at 'extendedS3DestinationConfiguration.compressionFormat' failed to satisfy constraint: Member must satisfy enum value set: [ZIP, HADOOP_SNAPPY, Snappy, GZIP, UNCOMPRESSED]",
  });
});

test.each<[string, Partial<ExtendedS3DestinationConfiguration>, string]>([
  ['an error prefix left out', { ErrorOutputPrefix: undefined }, 'ErrorOutputPrefix cannot be null or empty'],
  ['an unknown expression', { Prefix: '!{firehose:x}/' }, 'Prefix has the unknown expression !{firehose:x}'],
  ['ZIP', { CompressionFormat: 'ZIP' }, 'CompressionFormat ZIP is not supported by the local Firehose'],
  ['another time zone', { CustomTimeZone: 'Europe/Berlin' }, 'CustomTimeZone Europe/Berlin is not supported'],
  ['dynamic partitioning', { DynamicPartitioningConfiguration: { Enabled: true } }, 'DynamicPartitioningConfiguration'],
  [
    'a Lambda',
    { ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'Lambda' }] } },
    'A processor other than AppendDelimiterToRecord',
  ],
])('%s is refused as an invalid argument', async (_what, changes, message) => {
  await expect(bench.create('refused', changes)).rejects.toMatchObject({
    name: 'InvalidArgumentException',
    message: expect.stringContaining(message),
  });
});

test('a stream has exactly one destination', async () => {
  const create = (destinations: object) =>
    bench.client.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: 'refused', ...destinations }));
  const refusal = {
    name: 'InvalidArgumentException',
    message: 'Exactly one destination configuration is supported for a Firehose',
  };
  await expect(create({})).rejects.toMatchObject(refusal);
  await expect(
    create({
      ExtendedS3DestinationConfiguration: bench.destination(),
      S3DestinationConfiguration: bench.destination(),
    }),
  ).rejects.toMatchObject(refusal);
});

test('a name is taken once, and only of the characters that the service knows', async () => {
  await bench.create('taken');
  await expect(bench.create('taken')).rejects.toMatchObject({
    name: 'ResourceInUseException',
    message: 'Firehose taken under accountId 000000000000 already exists',
  });
  await expect(bench.create('no spaces')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("Value at 'deliveryStreamName' failed to satisfy constraint"),
  });
});

test('a stream that is not there is not found by any operation', async () => {
  const missing = {
    name: 'ResourceNotFoundException',
    message: 'Firehose nowhere under account 000000000000 not found.',
  };
  await expect(bench.put('nowhere', 'x')).rejects.toMatchObject(missing);
  await expect(bench.describe('nowhere')).rejects.toMatchObject(missing);
  await expect(
    bench.client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: 'nowhere' })),
  ).rejects.toMatchObject(missing);
});

test('500 records, 4 MiB and 1,000 KiB are taken; one more record or byte is not', async () => {
  await bench.create('limits', { BufferingHints: { SizeInMBs: 128, IntervalInSeconds: 900 } });
  const largest = Buffer.alloc(1000 * 1024, 'x');
  const batchOf = (...sizes: number[]) => sizes.map((size) => Buffer.alloc(size, 'x'));

  expect((await bench.put('limits', ...Array.from({ length: 500 }, () => ''))).FailedPutCount).toBe(0);
  await expect(bench.put('limits', ...Array.from({ length: 501 }, () => 'x'))).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than or equal to 500",
  });

  expect((await bench.put('limits', largest)).FailedPutCount).toBe(0);
  await expect(bench.put('limits', 'x', Buffer.concat([largest, Buffer.from('x')]))).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
  });

  const rest = 4 * 1024 * 1024 - 4 * largest.length;
  expect((await bench.put('limits', ...batchOf(1_024_000, 1_024_000, 1_024_000, 1_024_000, rest))).FailedPutCount).toBe(
    0,
  );
  await expect(
    bench.put('limits', ...batchOf(1_024_000, 1_024_000, 1_024_000, 1_024_000, rest + 1)),
  ).rejects.toMatchObject({ name: 'InvalidArgumentException', message: 'Records size exceeds 4 MB limit' });
  expect(await bench.stateOfStream('limits')).toMatchObject({
    bufferedRecords: 506,
    bufferedBytes: 1_024_000 + 4 * 1024 * 1024,
  });
});

test('single records are taken, and answered with an id', async () => {
  await bench.create('single');
  const put = (data: Buffer) =>
    bench.client.send(new PutRecordCommand({ DeliveryStreamName: 'single', Record: { Data: data } }));
  expect((await put(Buffer.from('x'))).RecordId).toEqual(expect.any(String));
  await expect(put(Buffer.alloc(1_024_001))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("Value at 'record.data' failed to satisfy constraint"),
  });
});

test('streams are listed by name, page by page', async () => {
  for (const name of ['zz-1', 'zz-2', 'zz-3']) await bench.create(name);
  const list = (input: object) => bench.client.send(new ListDeliveryStreamsCommand(input));
  expect(await list({ ExclusiveStartDeliveryStreamName: 'zz-0', Limit: 2 })).toMatchObject({
    DeliveryStreamNames: ['zz-1', 'zz-2'],
    HasMoreDeliveryStreams: true,
  });
  expect(await list({ ExclusiveStartDeliveryStreamName: 'zz-2' })).toMatchObject({
    DeliveryStreamNames: ['zz-3'],
    HasMoreDeliveryStreams: false,
  });
});

test('a stream that is being created is shown so, and takes records when it is active', async () => {
  await bench.control('settings', { creatingSeconds: 0.3 });
  await bench.create('slow');
  await bench.control('settings', { creatingSeconds: 0 });
  expect((await bench.describe('slow'))?.DeliveryStreamStatus).toBe('CREATING');
  await expect(bench.put('slow', 'x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await until(
    () => bench.describe('slow'),
    (described) => described?.DeliveryStreamStatus === 'ACTIVE',
  );
  expect((await bench.put('slow', 'x')).FailedPutCount).toBe(0);
});

test('an update needs the current version, raises it, and leaves what it does not name', async () => {
  await bench.create('updated');
  const update = (changes: Partial<UpdateDestinationCommandInput>) =>
    bench.client.send(
      new UpdateDestinationCommand({
        DeliveryStreamName: 'updated',
        CurrentDeliveryStreamVersionId: '1',
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate: { BufferingHints: { SizeInMBs: 2, IntervalInSeconds: 120 } },
        ...changes,
      }),
    );
  await expect(update({ DestinationId: 'destinationId-000000000002' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(update({ ExtendedS3DestinationUpdate: { CompressionFormat: 'ZIP' } })).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  });
  await update({});
  await expect(update({})).rejects.toMatchObject({
    name: 'ConcurrentModificationException',
    message: expect.stringContaining('Fetch VersionId again'),
  });
  const described = await bench.describe('updated');
  expect(described?.VersionId).toBe('2');
  expect(described?.Destinations?.[0]?.ExtendedS3DestinationDescription).toMatchObject({
    BufferingHints: { SizeInMBs: 2, IntervalInSeconds: 120 },
    CompressionFormat: 'GZIP',
    Prefix: bench.destination().Prefix,
  });
});

test('a control request that cannot be understood is refused, naming the field', async () => {
  expect(await bench.control('clock', { now: 'noon' })).toMatchObject({
    status: 400,
    answer: { error: expect.stringMatching(/^now: /) },
  });
  expect(await bench.control('faults', { fault: 'partial-failure', share: 0.5, count: 2 })).toEqual({
    status: 400,
    answer: { error: 'body: give exactly one of share and count' },
  });
  expect(await bench.control('faults', { fault: 'throttle', stream: 'nowhere' })).toEqual({
    status: 400,
    answer: { error: "stream: there is no stream 'nowhere'" },
  });
  expect(await bench.control('settings', { retrySeconds: 0 })).toMatchObject({
    status: 400,
    answer: { error: expect.stringMatching(/^retrySeconds: /) },
  });
});
