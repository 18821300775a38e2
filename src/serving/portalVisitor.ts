/**
 * Who looks at the portal, as cookies of this site say: the reader, whether clicks may be told, and the articles of this visit. Without
 * consent nothing is kept but that there is none, and the reader whom somebody chose by hand.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isId } from '../domain/click';
import { doorOf } from '../domain/door';

export interface Visitor {
  /** `undefined`: nobody known; served what everybody is served. */
  readonly reader: string | undefined;
  /** `undefined`: not asked yet. */
  readonly consent: boolean | undefined;
  /** Articles of this visit, the newest first. */
  readonly visit: readonly string[];
  /** Of the last article that was opened, with consent. */
  readonly door?: number;
}

/** As many as a request to the serving API may name. */
const maxVisit = 20;
const yearSeconds = 31_536_000;
const attributes = 'Path=/; HttpOnly; SameSite=Lax';

export function visitorOf(request: FastifyRequest): Visitor {
  const cookies = cookiesOf(request.headers.cookie ?? '');
  const reader = cookies.get('fp_reader');
  const consent = cookies.get('fp_consent');
  const visit = (cookies.get('fp_visit') ?? '').split('|').filter(isId).slice(0, maxVisit);
  const door = consent === 'yes' ? cookies.get('fp_door') : undefined;
  return {
    reader: reader !== undefined && isId(reader) ? reader : undefined,
    consent: consent === 'yes' ? true : consent === 'no' ? false : undefined,
    visit: consent === 'yes' ? visit : [],
    ...(door !== undefined && /^\d{1,5}$/.test(door) ? { door: Number(door) } : {}),
  };
}

/** `referrer` as the beacon has it: another site's address. */
export function rememberOpened(
  reply: FastifyReply,
  { visit, consent }: Visitor,
  articleId: string,
  referrer: string | undefined,
): void {
  if (consent !== true) return;
  const opened = [articleId, ...visit.filter((id) => id !== articleId)].slice(0, maxVisit);
  // Without an age it ends with the browser's session, as the visit does.
  setCookie(reply, 'fp_visit', opened.join('|'));
  setCookie(reply, 'fp_door', String(doorOf(referrer)), yearSeconds);
}

/** Another reader begins another visit. */
export function becomeReader(reply: FastifyReply, reader: string): void {
  setCookie(reply, 'fp_reader', reader, yearSeconds);
  forgetVisit(reply);
}

function forgetVisit(reply: FastifyReply): void {
  setCookie(reply, 'fp_visit', '', 0);
  setCookie(reply, 'fp_door', '', 0);
}

const madeUpHere = 'new-';

export function newReader(): string {
  return `${madeUpHere}${randomUUID().slice(0, 8)}`;
}

export function decideConsent(reply: FastifyReply, { reader }: Visitor, isGiven: boolean): void {
  setCookie(reply, 'fp_consent', isGiven ? 'yes' : 'no', yearSeconds);
  if (isGiven && reader === undefined) becomeReader(reply, newReader());
  if (isGiven) return;
  forgetVisit(reply);
  if (reader?.startsWith(madeUpHere)) setCookie(reply, 'fp_reader', '', 0);
}

function setCookie(reply: FastifyReply, name: string, value: string, maxAgeSeconds?: number): void {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  void reply.header('set-cookie', `${name}=${value}; ${attributes}${age}`);
}

function cookiesOf(header: string): Map<string, string> {
  return new Map(
    header.split(';').flatMap((pair): [string, string][] => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]];
    }),
  );
}
