/** Files of `portal/` as browsers get them: read and compressed once, at start, and kept by browsers for a while. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const folder = join(__dirname, '../../portal');
/** Short, since the files have no version in their names. */
const maxAgeSeconds = 300;

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves these files at `/portal/<name>`. Throws when one is not there. */
export function addPageFiles(app: FastifyInstance, names: readonly string[]): void {
  for (const name of names) {
    const body = readFileSync(join(folder, name));
    const compressed = gzipSync(body, { level: 9 });
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) throw new Error(`portal/${name} has a type that is not served`);
    app.get(`/portal/${name}`, (request, reply) => {
      void reply.headers({ etag, vary: 'accept-encoding', 'cache-control': `public, max-age=${maxAgeSeconds}` });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      void reply.headers({ 'content-type': contentType, 'x-content-type-options': 'nosniff' });
      const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      return takesGzip ? reply.header('content-encoding', 'gzip').send(compressed) : reply.send(body);
    });
  }
}
