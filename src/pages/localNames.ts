/**
 * A server without a key is guarded by this machine alone being able to reach it. A browser on this machine can too, and a page of
 * another site whose name its owner lets point to 127.0.0.1 counts there as a page of ours (DNS rebinding). The browser then asks
 * for that name, so names of this machine are taken and no others.
 */
import type { FastifyInstance } from 'fastify';

/** Before all routes. */
export function takeLocalNamesOnly(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    // Browsers always name a host; what names none is no browser.
    if (isLocalName(request.headers.host ?? 'localhost')) done();
    else void reply.code(421).send({ error: 'without a key this answers at 127.0.0.1, [::1] and localhost alone' });
  });
}

/** `host`: as the header has it, with or without a port. */
export function isLocalName(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}
