/**
 * Who may send: origins of an allow-list (CORS), and so many requests a minute for each client address. The address is
 * that of the connection, or what a trusted proxy says.
 */
import cors from '@fastify/cors';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { Counters } from './counters';
import { RequestRate } from './requestRate';

export interface AdmissionOptions {
  /** Origins of pages that may send; empty: no page of another origin reads an answer, and none is turned away. `*`: all. */
  readonly allowedOrigins: readonly string[];
  readonly requestsPerMinute: number;
}

export class RateExceeded extends Error {
  override readonly name = 'RateExceeded';
  constructor(requestsPerMinute: number) {
    super(`more than ${requestsPerMinute} requests a minute from one address; send more clicks a request`);
  }
}

/** For the routes that are limited. */
export function limitRate({ requestsPerMinute }: AdmissionOptions): onRequestHookHandler {
  const rate = new RequestRate(requestsPerMinute);
  return (request, reply, done) => {
    const seconds = rate.secondsToWait(request.ip, Date.now());
    if (seconds === undefined) done();
    else {
      reply.header('retry-after', seconds);
      done(new RateExceeded(requestsPerMinute));
    }
  };
}

/** Before all routes. */
export async function admitOrigins(
  app: FastifyInstance,
  { allowedOrigins }: AdmissionOptions,
  counters: Counters,
): Promise<void> {
  if (allowedOrigins.length === 0) return;
  const everybody = allowedOrigins.includes('*');
  await app.register(cors, {
    origin: everybody ? '*' : [...allowedOrigins],
    methods: ['POST'],
    maxAge: 3600,
    // A request without the headers of a preflight is a mistake of a script, not of a browser.
    strictPreflight: false,
  });
  if (everybody) return;
  const allowed = new Set(allowedOrigins);
  // A beacon is sent without a preflight, and browsers only keep the answer from the page: so it is turned away here.
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || allowed.has(origin)) {
      done();
      return;
    }
    counters.refuse('origin', 403);
    reply.code(403).send({ error: `origin ${origin.slice(0, 256)} may not send clicks here` });
  });
}
