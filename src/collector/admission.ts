/**
 * Who may send: origins of an allow-list (CORS), and so many requests a minute for each client address. The address is
 * that of the connection, or what a trusted proxy says.
 */
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Counters } from './counters';

export interface AdmissionOptions {
  /** Origins of pages that may send; empty: no page of another origin reads an answer, and none is turned away. `*`: all. */
  readonly allowedOrigins: readonly string[];
  readonly requestsPerMinute: number;
}

/** Addresses that are counted at the same time; the longest unseen are forgotten first. */
const maxAddresses = 50_000;

const quiet = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

export class RateExceeded extends Error {
  override readonly name = 'RateExceeded';
  readonly statusCode = 429;
  constructor(requestsPerMinute: number) {
    super(`more than ${requestsPerMinute} requests a minute from one address; send more clicks a request`);
  }
}

/** Before the routes; a route is limited when it asks for it by `config: { rateLimit: {} }`. */
export async function addAdmission(app: FastifyInstance, options: AdmissionOptions, counters: Counters): Promise<void> {
  const { allowedOrigins, requestsPerMinute } = options;
  const everybody = allowedOrigins.includes('*');
  if (allowedOrigins.length > 0) {
    await app.register(cors, {
      origin: everybody ? '*' : [...allowedOrigins],
      methods: ['POST'],
      maxAge: 3600,
      // A request without the headers of a preflight is a mistake of a script, not of a browser.
      strictPreflight: false,
    });
  }
  if (allowedOrigins.length > 0 && !everybody) {
    const allowed = new Set(allowedOrigins);
    // A beacon is sent without a preflight, and browsers only keep the answer from the page: so it is turned away here.
    app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const { origin } = request.headers;
      if (origin === undefined || allowed.has(origin)) return;
      counters.refuse('origin');
      return reply.code(403).send({ error: `origin ${origin.slice(0, 256)} may not send clicks here` });
    });
  }
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: 60_000,
    cache: maxAddresses,
    // What is left is nobody's business until it is used up; `retry-after` stays.
    addHeaders: quiet,
    addHeadersOnExceeding: quiet,
    errorResponseBuilder: () => new RateExceeded(requestsPerMinute),
    onExceeded: () => counters.refuse('rate'),
  });
}
