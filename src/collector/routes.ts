/** The collector's HTTP interface. Nothing of a request but its outcome is logged: bodies name readers. */
import type { Readable } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clickLine } from '../domain/click';
import { type ContentType, contentTypes, readClickBody } from './clickBody';
import type { Counters } from './counters';
import { DeliveryUnavailable, type Packer } from './packer';
import { BodyTooLarge, readBody } from './requestBody';

const retryAfterSeconds = 5;

export function addCollectorRoutes(app: FastifyInstance, packer: Packer, counters: Counters): void {
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

  app.post<{ Body: ReceivedBody | undefined }>('/v1/clicks', async (request, reply) => {
    const { contentType, text } = request.body ?? { contentType: 'application/json', text: '' };
    const body = readClickBody(contentType, text);
    if (!body.ok) {
      const { error, field } = body;
      return reply.code(400).send(field === undefined ? { error } : { error, field });
    }
    await packer.deliver(body.clicks.map(clickLine));
    counters.add('clicks_accepted_total', body.clicks.length);
    return reply.code(202).send({ accepted: body.clicks.length });
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4').send(counters.text()));

  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no route ${request.method} ${request.url}; clicks go to POST /v1/clicks` }),
  );
  app.addHook('onResponse', async (_request, reply) => {
    if (reply.statusCode === 503) counters.add('requests_unavailable_total');
    else if (reply.statusCode >= 400 && reply.statusCode < 500) counters.add('requests_rejected_total');
  });
}

interface ReceivedBody {
  readonly contentType: ContentType;
  readonly text: string;
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DeliveryUnavailable) {
    return reply.code(503).header('retry-after', retryAfterSeconds).send({ error: error.message });
  }
  if (error instanceof BodyTooLarge) return reply.code(413).send({ error: error.message });
  if (error.statusCode === 415) {
    const given = request.headers['content-type'] ?? 'none';
    return reply.code(415).send({ error: `content type ${given} is not one of ${contentTypes.join(', ')}` });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return reply.code(error.statusCode).send({ error: error.message });
  }
  request.log.error({ err: error }, 'request failed');
  return reply.code(500).send({ error: 'internal error' });
}
