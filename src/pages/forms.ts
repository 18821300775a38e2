/** What pages send back: forms, as browsers encode them, and only from our own pages. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

const maxFormBytes = 4096;

/** The bodies of this scope are forms and nothing else. */
export function takeForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxFormBytes },
    (_request: FastifyRequest, body: string, done) => done(null, new URLSearchParams(body)),
  );
}

/** A field of the form; empty where there is none. */
export function formField({ body }: FastifyRequest, name: string): string {
  return body instanceof URLSearchParams ? (body.get(name) ?? '') : '';
}

/** Whether a page of another site has sent this. Browsers say so; what says nothing is no browser's page. */
export function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
