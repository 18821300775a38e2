/** F3: the collector before a Firehose that takes only part of a call, inside an answer that says 200. */
import { createFirehoseDeliveryStream } from '../../src/clients/deliveryStream.firehose';
import { type Collector, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions } from '../collector/collectorFixture';
import { testAws } from '../support/aws';
import { FirehoseBench } from './fixtures/firehoseBench';
import { until } from './fixtures/localServer';

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

test('F3: records that Firehose refuses within its 200 are sent again alone, until each is in the lake once', async () => {
  const stream = createFirehoseDeliveryStream('clicks', { ...testAws(), endpoint: bench.url });
  // Small records and one call at a time, so that the second call has many of them to refuse some of.
  collector = await startCollector(collectorOptions(stream, { limits: { maxRecordBytes: 300, maxCallsInFlight: 1 } }));
  await bench.control('faults', { fault: 'partial-failure', share: 0.4, calls: 20 });
  const eventIds = Array.from({ length: 100 }, (_, index) => `e${index}`);
  const response = await fetch(`${collector.url}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(eventIds.map((eventId) => click(eventId))),
  });
  expect(response.status).toBe(202);
  await until(
    async () => (await fetch(`${collector?.url}/metrics`)).text(),
    (metrics) => /^frontpage_collector_spool_undelivered_clicks 0$/m.test(metrics),
  );
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  const refused = Number(/^frontpage_collector_records_refused_total (\d+)$/m.exec(metrics)?.[1]);
  expect(refused).toBeGreaterThan(10);
  expect(metrics).toMatch(/^frontpage_collector_put_failures_total 0$/m);
  await bench.control('flush', {});
  const text = (await bench.contents('clicks')).join('');
  const found = [...text.matchAll(/"event_id":"(e\d+)"/g)].flatMap(([, id]) => id ?? []);
  // Had a whole call been sent again, some of them would be there twice.
  expect(found.sort()).toEqual([...eventIds].sort());
});
