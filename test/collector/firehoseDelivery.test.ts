/** The collector's whole way out: HTTP in, the real Firehose client, and a server that answers as Firehose does. */
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createFirehoseDeliveryStream } from '../../src/clients/deliveryStream.firehose';
import { type Collector, startCollector } from '../../src/collector/startCollector';
import { click, collectorOptions, eventually } from './collectorFixture';

const putSchema = z.object({ DeliveryStreamName: z.string(), Records: z.array(z.object({ Data: z.base64() })) });

const clickIn = z.object({ event_id: z.string() });

/** Records offered so far, per call. Answers each call by the next script entry: 500, or the positions to refuse. */
function standIn(script: (500 | number[])[]): { app: FastifyInstance; calls: string[][] } {
  const calls: string[][] = [];
  const app = Fastify();
  app.addContentTypeParser('application/x-amz-json-1.1', { parseAs: 'string' }, (_request, body, done) => {
    done(null, JSON.parse(String(body)));
  });
  app.post('/', async (request, reply) => {
    const { Records: records } = putSchema.parse(request.body);
    calls.push(records.map(({ Data: data }) => Buffer.from(data, 'base64').toString()));
    const step = script.shift() ?? [];
    void reply.type('application/x-amz-json-1.1');
    if (step === 500) return reply.code(500).send(JSON.stringify({ __type: 'InternalFailure', message: 'broken' }));
    return JSON.stringify({
      FailedPutCount: step.length,
      RequestResponses: records.map((_, position) =>
        step.includes(position)
          ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
          : { RecordId: `id-${position}` },
      ),
    });
  });
  return { app, calls };
}

describe('the collector before Firehose', () => {
  let firehose: FastifyInstance | undefined;
  let collector: Collector | undefined;

  afterEach(async () => {
    await collector?.close();
    await firehose?.close();
  });

  it('resends only the refused records of a partial failure, and the whole call after an error', async () => {
    const { app, calls } = standIn([[], [], [0], 500]);
    firehose = app;
    const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const stream = createFirehoseDeliveryStream('clicks', { region: 'us-east-1', endpoint, credentials });
    // One click a record and one call at a time: the second and the third click share a call.
    collector = await startCollector(
      collectorOptions(stream, { limits: { maxRecordBytes: 300, maxCallsInFlight: 1 } }),
    );
    await eventually(() => calls.length > 0);

    const referrer = 'x'.repeat(120);
    const clicks = ['e1', 'e2', 'e3'].map((eventId) => click(eventId, { referrer }));
    const response = await fetch(`${collector.url}/v1/clicks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(clicks),
    });
    expect(response.status).toBe(202);
    await eventually(() => calls.length === 5);
    const offered = calls.slice(1).map((call) => call.map((record) => clickIn.parse(JSON.parse(record)).event_id));
    expect(offered).toEqual([['e1'], ['e2', 'e3'], ['e2'], ['e2']]);
  });
});
