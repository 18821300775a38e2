/** A key for pages, asked for by the browser itself: HTTP's Basic scheme, with any name and the key as password. */
import type { FastifyInstance } from 'fastify';
import { createApiKeyCheck } from '../serving/apiKey';

/** Every route of this scope needs the key. */
export function requireKey(app: FastifyInstance, key: string, realm: string): void {
  const isRight = createApiKeyCheck(key);
  app.addHook('onRequest', (request, reply, done) => {
    if (isRight(passwordIn(request.headers.authorization))) done();
    else
      void reply
        .code(401)
        .header('www-authenticate', `Basic realm="${realm}", charset="UTF-8"`)
        .type('text/plain; charset=utf-8')
        .send('The key is missing or wrong: give it as the password, with any name.\n');
  });
}

function passwordIn(authorization: string | undefined): string | undefined {
  const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : decoded.slice(colon + 1);
}
