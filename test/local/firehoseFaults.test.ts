/** The ways in which Firehose fails its producers, asked for by a test. */
import { FirehoseBench } from './fixtures/firehoseBench';

let bench: FirehoseBench;
beforeEach(async () => {
  bench = await FirehoseBench.start();
  await bench.create('clicks');
});
afterEach(() => bench.close());

const records = Array.from({ length: 10 }, (_, n) => `${n};`);

test('a partial failure refuses its share inside an answer that succeeds, and stores the rest', async () => {
  await bench.control('faults', { fault: 'partial-failure', share: 0.4, calls: 1 });
  const answer = await bench.put('clicks', ...records);
  expect(answer.FailedPutCount).toBe(4);
  const refused = (answer.RequestResponses ?? []).map(({ ErrorCode }) => ErrorCode !== undefined);
  expect(refused.filter(Boolean)).toHaveLength(4);
  expect(answer.RequestResponses?.[refused.indexOf(true)]).toEqual({
    ErrorCode: 'ServiceUnavailableException',
    ErrorMessage: 'Slow down.',
  });
  expect((await bench.put('clicks', 'next')).FailedPutCount).toBe(0);
  await bench.control('flush', {});
  expect(await bench.contents('clicks')).toEqual([`${records.filter((_, n) => !refused[n]).join('')}next`]);
});

test('a partial failure by count refuses so many records of each batch, for so many calls', async () => {
  await bench.control('faults', { fault: 'partial-failure', stream: 'clicks', count: 3, calls: 2 });
  expect((await bench.put('clicks', ...records)).FailedPutCount).toBe(3);
  expect((await bench.put('clicks', 'a', 'b')).FailedPutCount).toBe(2);
  expect((await bench.put('clicks', ...records)).FailedPutCount).toBe(0);
});

test('a throttled call is refused as a whole and stores nothing', async () => {
  await bench.control('faults', { fault: 'throttle', calls: 2 });
  for (let call = 0; call < 2; call++) {
    await expect(bench.put('clicks', 'x')).rejects.toMatchObject({
      name: 'ServiceUnavailableException',
      message: 'Slow down.',
      $metadata: { httpStatusCode: 503 },
    });
  }
  expect(await bench.stateOfStream('clicks')).toMatchObject({ bufferedRecords: 0 });
  expect((await bench.put('clicks', 'x')).FailedPutCount).toBe(0);
});

test('a call that fails after storing has stored: a producer that resends makes a duplicate', async () => {
  await bench.control('faults', { fault: 'fail-after-storing' });
  await expect(bench.put('clicks', 'twice;')).rejects.toMatchObject({
    name: 'InternalFailure',
    $metadata: { httpStatusCode: 500 },
  });
  await bench.put('clicks', 'twice;');
  await bench.control('flush', {});
  expect(await bench.contents('clicks')).toEqual(['twice;twice;']);
});

test('a delay holds deliveries back while the buffer grows beyond its hints, and then all of it comes under the old hour', async () => {
  await bench.control('faults', { fault: 'delay-delivery', seconds: 3 * 3600 });
  const megabyte = Buffer.alloc(1_000_000, 'x');
  for (const time of ['10:10:00', '11:00:00', '12:59:59']) {
    await bench.put('clicks', megabyte);
    await bench.moveTo(time);
  }
  expect(await bench.keys()).toEqual([]);
  expect(await bench.stateOfStream('clicks')).toMatchObject({
    bufferedRecords: 3,
    faults: { deliveryDelaySeconds: 1 },
  });
  await bench.moveTo('13:00:00');
  expect(await bench.keys()).toEqual([expect.stringMatching(/\/hr=10\/clicks-1-.*-13-00-00-/)]);
  expect((await bench.contents('clicks'))[0]).toHaveLength(3_000_000);
});

test('an object delivered twice has the same records under another uuid', async () => {
  await bench.control('faults', { fault: 'duplicate-delivery', objects: 1 });
  await bench.put('clicks', 'x');
  await bench.moveTo('10:01:00');
  await bench.put('clicks', 'y');
  await bench.moveTo('10:02:00');
  expect(new Set(await bench.keys()).size).toBe(3);
  expect((await bench.contents('clicks')).sort()).toEqual(['x', 'x', 'y']);
});

test('cleared faults are over, and what a delay held back is due', async () => {
  for (const fault of [
    { fault: 'throttle' },
    { fault: 'fail-after-storing' },
    { fault: 'partial-failure', share: 1 },
    { fault: 'delay-delivery', seconds: 3600 },
    { fault: 'duplicate-delivery' },
    { fault: 'several-objects' },
    { fault: 'several-gzip-members' },
  ]) {
    expect(await bench.control('faults', fault)).toMatchObject({ status: 200 });
  }
  expect((await bench.stateOfStream('clicks'))?.faults).toEqual({
    partialFailureCalls: 1,
    throttledCalls: 1,
    failuresAfterStoring: 1,
    objectsToDuplicate: 1,
    objectsToSplit: 1,
    objectsInMembers: 1,
    deliveryDelaySeconds: 3600,
  });
  await bench.control('clear', {});
  expect((await bench.put('clicks', 'x')).FailedPutCount).toBe(0);
  await bench.moveTo('10:01:00');
  expect(await bench.contents('clicks')).toEqual(['x']);
});
