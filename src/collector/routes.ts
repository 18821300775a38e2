/** The collector's HTTP interface. Nothing of a request but its outcome is logged: bodies name readers. */
import type { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { clickLine } from '../domain/click';
import type { EventTimeRule } from '../domain/eventTime';
import { type ContentType, contentTypes, readClickBody } from './clickBody';
import type { Counters } from './counters';
import { answerTo } from './errorAnswer';
import type { PassThrough } from './passThrough';
import { readBody } from './requestBody';
import type { Spool } from './spool';
import { SpoolUnavailable } from './spoolUnavailable';

export interface RouteOptions {
  readonly spool: Spool;
  /** For clicks that the spool refuses. */
  readonly passThrough: Pick<PassThrough, 'append'>;
  readonly counters: Counters;
  readonly eventTime: EventTimeRule;
  readonly limitRate: onRequestHookHandler;
  /** A request failed by a mistake of the collector's. */
  readonly onFailure: (error: unknown) => void;
}

const retryAfterSeconds = 5;

export function addCollectorRoutes(app: FastifyInstance, options: RouteOptions): void {
  const { spool, passThrough, counters, eventTime } = options;
  app.removeAllContentTypeParsers();
  for (const contentType of contentTypes) {
    app.addContentTypeParser(contentType, (_request: FastifyRequest, stream: Readable, done) =>
      readBody(stream, (error, text) => done(error, { contentType, text })),
    );
  }

  // No promise but the spool's: each one more costs every click a turn of the microtask queue and the collector's memory.
  app.post<{ Body: ReceivedBody | undefined }>('/v1/clicks', { onRequest: options.limitRate }, (request, reply) => {
    const { contentType, text } = request.body ?? { contentType: 'application/json', text: '' };
    const body = readClickBody(contentType, text, eventTime, Date.now());
    if (!body.ok) {
      const { error, field, reason } = body;
      counters.refuse(reason, 400);
      reply.code(400).send(field === undefined ? { error } : { error, field });
      return;
    }
    const { clicks, restamped } = body;
    // What the callbacks hold stays in memory while the disk is busy: so no click, only the lines that the spool holds too.
    const accepted = clicks.length;
    const lines = clicks.map(clickLine);
    const accept = (): void => {
      counters.add('clicks_accepted_total', accepted);
      counters.add('clicks_restamped_total', restamped);
      reply.code(202).send({ accepted });
    };
    spool.append({ lines, eventIds: clicks.map(({ event_id: id }) => id) }).then(accept, (refusal: unknown) => {
      if (!(refusal instanceof SpoolUnavailable) || refusal.reason === 'closing') {
        reply.send(refusal);
        return;
      }
      passThrough.append(lines, refusal.reason).then(
        (taken) => (taken ? accept() : reply.send(refusal)),
        (error: unknown) => reply.send(error),
      );
    });
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/metrics', (_request, reply) => {
    const { usedBytes, undeliveredClicks, oldestUndeliveredMs } = spool.state();
    const text = counters.text({
      spool_bytes: usedBytes,
      spool_undelivered_clicks: undeliveredClicks,
      spool_oldest_undelivered_seconds: oldestUndeliveredMs / 1000,
    });
    return reply.type('text/plain; version=0.0.4').send(text);
  });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode, reason, message } = answerTo(error, request.headers['content-type']);
    counters.refuse(reason, statusCode);
    if (statusCode === 500) options.onFailure(error);
    if (statusCode === 503) reply.header('retry-after', retryAfterSeconds);
    return reply.code(statusCode).send({ error: message });
  });
  app.setNotFoundHandler((request, reply) => {
    counters.add('requests_rejected_total');
    return reply.code(404).send({ error: `no route ${request.method} ${request.url}; clicks go to POST /v1/clicks` });
  });
}

interface ReceivedBody {
  readonly contentType: ContentType;
  readonly text: string;
}
