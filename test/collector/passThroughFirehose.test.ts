/** F5 before the local Firehose: a disk without room, and a Firehose that takes only a part of what it is offered. */
import { createFirehoseDeliveryStream } from '../../src/clients/deliveryStream.firehose';
import { type Collector, startCollector } from '../../src/collector/startCollector';
import { FirehoseBench } from '../local/fixtures/firehoseBench';
import { testAws } from '../support/aws';
import { click, collectorOptions } from './collectorFixture';
import { FaultyDisk, ofSegment } from './faultyDisk';

let bench: FirehoseBench;
let collector: Collector | undefined;

beforeEach(async () => {
  bench = await FirehoseBench.start();
  await bench.create('clicks');
});
afterEach(async () => {
  await collector?.close();
  await bench.close();
});

test('F5: while the disk is full, what is answered 202 is in the lake, and what Firehose refused is answered 503', async () => {
  const stream = createFirehoseDeliveryStream('clicks', { ...testAws(), endpoint: bench.url });
  const files = new FaultyDisk();
  files.fail('write', 'ENOSPC', ofSegment);
  collector = await startCollector(collectorOptions(stream, { files }));
  await bench.control('faults', { fault: 'partial-failure', share: 0.4, calls: 30 });
  const clicksPerRequest = 500;
  const requests = Array.from({ length: 24 }, async (_, request) => {
    const eventIds = Array.from({ length: clicksPerRequest }, (_unused, index) => `r${request}-${index}`);
    const response = await fetch(`${collector?.url}/v1/clicks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(eventIds.map((eventId) => click(eventId))),
    });
    return { eventIds, status: response.status };
  });
  const answers = await Promise.all(requests);
  const acknowledged = answers.filter(({ status }) => status === 202).flatMap(({ eventIds }) => eventIds);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.length).toBeLessThan(24 * clicksPerRequest);
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(24 - acknowledged.length / clicksPerRequest);
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  expect(Number(/^frontpage_collector_records_refused_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  expect(metrics).toMatch(new RegExp(`^frontpage_collector_clicks_passed_through_total ${acknowledged.length}$`, 'm'));
  await bench.control('flush', {});
  const text = (await bench.contents('clicks')).join('');
  const found = [...text.matchAll(/"event_id":"(r[0-9-]+)"/g)].flatMap(([, id]) => id ?? []);
  // Firehose said of each record what became of it, so not even a refused click is there.
  expect(found.sort()).toEqual([...acknowledged].sort());
});
