/** The serving API's HTTP interface. Addresses are never logged: they name readers. */
import { hash } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createApiKeyCheck } from './apiKey';
import type { Counters } from './counters';
import { type FrontPage, RecommendationsUnavailable } from './frontPage';
import type { FrontPages } from './frontPages';
import { InvalidParameter, parseReaderId, parseSection, parseSelection } from './selection';

/**
 * How long a browser may reuse an answer: short, because a publish or a rollback should show, and no shorter than serving processes
 * may use what they know of the live version, so that who asks one after another does not see a version go backward.
 */
const maxAgeSeconds = 30;
const retryAfterSeconds = 5;

export interface ServingRoutes {
  readonly frontPages: FrontPages;
  readonly counters: Counters;
  /** Required in `x-api-key` when given. */
  readonly apiKey: string | undefined;
}

export function addServingRoutes(app: FastifyInstance, { frontPages, counters, apiKey }: ServingRoutes): void {
  // Registered as a scope of its own, so that the key guards the lists and not the health check.
  void app.register(async (lists) => {
    if (apiKey !== undefined) {
      const isRight = createApiKeyCheck(apiKey);
      lists.addHook('onRequest', (request, reply, done) => {
        if (isRight(request.headers['x-api-key'])) done();
        else void reply.code(401).send({ error: 'the header x-api-key is missing or wrong' });
      });
    }

    lists.get('/v1/users/:id/recommendations', async (request, reply) => {
      const askedAtMs = performance.now();
      const user = parseReaderId(request.params);
      const page = await frontPages.forReader(user, parseSelection(request.query));
      counters.answered(page);
      counters.answeredIn((performance.now() - askedAtMs) / 1000);
      return sendPage(request, reply, { user }, page);
    });

    lists.get('/v1/sections/:section/recommendations', async (request, reply) => {
      const askedAtMs = performance.now();
      const section = parseSection(request.params);
      const page = await frontPages.forSection(section, parseSelection(request.query));
      if (page === undefined) return reply.code(404).send({ error: `no list for section ${section}` });
      counters.answered(page);
      counters.answeredIn((performance.now() - askedAtMs) / 1000);
      return sendPage(request, reply, { section }, page);
    });
  });

  app.get('/healthz', async (request, reply) => {
    try {
      return { status: 'ok', version: (await frontPages.currentVersion()) ?? null };
    } catch (error) {
      request.log.warn({ err: error }, 'health check failed');
      return reply.code(503).send({ status: 'unavailable', error: 'the recommendation table does not answer' });
    }
  });

  app.get('/metrics', (_request, reply) =>
    reply.type('text/plain; version=0.0.4').send(counters.text(frontPages.freshAgeSeconds())),
  );

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof RecommendationsUnavailable) counters.refused();
    return answerError(error, request, reply);
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'no such route; there is GET /v1/users/{id}/recommendations' }),
  );
}

function sendPage(request: FastifyRequest, reply: FastifyReply, subject: object, page: FrontPage): FastifyReply {
  const { degraded, ...served } = page;
  const body = JSON.stringify({ ...subject, ...served, ...(degraded ? { degraded } : {}) });
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
  void reply.header('etag', etag);
  // An answer that can be better the next moment is not kept.
  const isWhole = !degraded && page.missing === undefined;
  void reply.header('cache-control', isWhole ? `private, max-age=${maxAgeSeconds}` : 'no-store');
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}

/** Weak comparison, as RFC 9110 asks for `If-None-Match`: a proxy that compresses marks our tags as weak. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof InvalidParameter) {
    return reply.code(400).send({ error: error.message, parameter: error.parameter });
  }
  if (error instanceof RecommendationsUnavailable) {
    if (error.cause !== undefined) request.log.error({ err: error }, 'nothing to serve');
    return reply.code(503).header('retry-after', retryAfterSeconds).send({ error: error.message });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return reply.code(error.statusCode).send({ error: error.message });
  }
  request.log.error({ err: error }, 'request failed');
  return reply.code(500).send({ error: 'internal error' });
}
