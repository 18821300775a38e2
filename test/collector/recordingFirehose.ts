/** A server that speaks Firehose's PutRecordBatch, records every line it took, and misbehaves as often as it is told. */
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';

const putSchema = z.object({ Records: z.array(z.object({ Data: z.base64() })) });

export interface Misbehaviour {
  /** Of calls: answered 500, half of them after storing everything, as a lost answer. */
  readonly failingCalls: number;
  /** Of records in the other calls: refused. */
  readonly refusedRecords: number;
}

export class RecordingFirehose {
  /** Everything taken, duplicates included. */
  readonly lines: string[] = [];
  /** Records that did not end with a newline. */
  readonly torn: string[] = [];
  private readonly app: FastifyInstance = Fastify({ forceCloseConnections: true, bodyLimit: 16 * 1024 * 1024 });

  constructor(private readonly misbehaviour: Misbehaviour = { failingCalls: 0, refusedRecords: 0 }) {
    this.app.addContentTypeParser('application/x-amz-json-1.1', { parseAs: 'string' }, (_request, body, done) =>
      done(null, JSON.parse(String(body))),
    );
    this.app.post('/', async (request, reply) => {
      const records = putSchema
        .parse(request.body)
        .Records.map(({ Data: data }) => Buffer.from(data, 'base64').toString());
      void reply.type('application/x-amz-json-1.1');
      if (Math.random() < this.misbehaviour.failingCalls) {
        if (Math.random() < 0.5) records.forEach((record) => this.take(record));
        return reply.code(500).send(JSON.stringify({ __type: 'ServiceUnavailableException', message: 'Slow down.' }));
      }
      const refused = records.map(() => Math.random() < this.misbehaviour.refusedRecords);
      records.filter((_, index) => !refused[index]).forEach((record) => this.take(record));
      return JSON.stringify({
        FailedPutCount: refused.filter(Boolean).length,
        RequestResponses: refused.map((isRefused) =>
          isRefused ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' } : { RecordId: 'id' },
        ),
      });
    });
  }

  start(): Promise<string> {
    return this.app.listen({ host: '127.0.0.1', port: 0 });
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  private take(record: string): void {
    if (!record.endsWith('\n')) this.torn.push(record);
    this.lines.push(...record.split('\n').filter((line) => line !== ''));
  }
}
