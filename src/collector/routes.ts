/** The collector's HTTP interface. Nothing of a request but its outcome is logged: bodies name readers. */
import type { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clickLine } from '../domain/click';
import type { EventTimeRule } from '../domain/eventTime';
import { type ContentType, contentTypes, readClickBody } from './clickBody';
import type { Counters } from './counters';
import { BodyTooLarge, readBody } from './requestBody';
import type { Spool } from './spool';
import { SpoolUnavailable } from './spoolUnavailable';

export interface RouteOptions {
  readonly spool: Spool;
  readonly counters: Counters;
  readonly eventTime: EventTimeRule;
}

const retryAfterSeconds = 5;

export function addCollectorRoutes(app: FastifyInstance, { spool, counters, eventTime }: RouteOptions): void {
  app.removeAllContentTypeParsers();
  for (const contentType of contentTypes) {
    app.addContentTypeParser(
      contentType,
      async (_request: FastifyRequest, stream: Readable): Promise<ReceivedBody> => ({
        contentType,
        text: await readBody(stream),
      }),
    );
  }

  app.post<{ Body: ReceivedBody | undefined }>('/v1/clicks', { config: { rateLimit: {} } }, async (request, reply) => {
    const { contentType, text } = request.body ?? { contentType: 'application/json', text: '' };
    const body = readClickBody(contentType, text, eventTime, Date.now());
    if (!body.ok) {
      counters.refuse(body.reason);
      const { error, field } = body;
      return reply.code(400).send(field === undefined ? { error } : { error, field });
    }
    const { clicks, restamped } = body;
    await spool.append({ lines: clicks.map(clickLine), eventIds: clicks.map(({ event_id: id }) => id) });
    counters.add('clicks_accepted_total', clicks.length);
    counters.add('clicks_restamped_total', restamped);
    return reply.code(202).send({ accepted: clicks.length });
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

  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, counters));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no route ${request.method} ${request.url}; clicks go to POST /v1/clicks` }),
  );
  app.addHook('onResponse', (_request, reply, done) => {
    if (reply.statusCode === 503) counters.add('requests_unavailable_total');
    else if (reply.statusCode >= 400 && reply.statusCode < 500) counters.add('requests_rejected_total');
    done();
  });
}

interface ReceivedBody {
  readonly contentType: ContentType;
  readonly text: string;
}

function answerError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  counters: Counters,
): FastifyReply {
  if (error instanceof SpoolUnavailable) {
    counters.refuse(error.reason);
    return reply.code(503).header('retry-after', retryAfterSeconds).send({ error: error.message });
  }
  if (error instanceof BodyTooLarge) {
    counters.refuse('body');
    return reply.code(413).send({ error: error.message });
  }
  if (error.statusCode === 415) {
    counters.refuse('body');
    const given = request.headers['content-type'] ?? 'none';
    return reply.code(415).send({ error: `content type ${given} is not one of ${contentTypes.join(', ')}` });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    if (error.statusCode !== 429) counters.refuse('other');
    return reply.code(error.statusCode).send({ error: error.message });
  }
  counters.refuse('other');
  request.log.error({ err: error }, 'request failed');
  return reply.code(500).send({ error: 'internal error' });
}
