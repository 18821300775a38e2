/** Pages for a browser: markup in, an answer out that allows the page nothing but what it needs. */
import type { FastifyReply } from 'fastify';
import type { Html } from './html';

export interface PageOptions {
  readonly status?: number;
  /** An origin beside its own that the page may send to. */
  readonly connectTo?: string;
}

/** No script or style of a page stands in the page itself, so markup that slipped in could run nothing. */
export function sendHtml(reply: FastifyReply, page: Html, { status = 200, connectTo }: PageOptions = {}): FastifyReply {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${connectTo === undefined ? '' : ` ${connectTo}`}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return reply
    .code(status)
    .headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      // Of one reader, and of this moment.
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(page.text);
}
