/** The click: its shape, the checks that the public collector makes, and its line in the lake. Format in docs/formats.md. */

export interface Click {
  readonly event_id: string;
  readonly user_id: string;
  readonly article_id: string;
  /** Event time, UTC, `YYYY-MM-DDTHH:MM:SS.fffZ`. */
  readonly occurred_at: string;
  readonly section?: string;
  readonly session_id?: string;
  readonly referrer?: string;
}

export type ClickCheck =
  | { readonly ok: true; readonly click: Click }
  | { readonly ok: false; readonly field: string; readonly reason: string };

const idPattern = /^[A-Za-z0-9_.:-]{1,64}$/;
const idRule = 'must be 1 to 64 letters, digits, or _ . : -';

/** Shape of ids everywhere: readers, articles, events, sessions. */
export const isId = (text: string): boolean => idPattern.test(text);

const sectionPattern = /^[a-z0-9-]{1,32}$/;
/** Section names, as they come in clicks and in the paths of the serving API. */
export const isSection = (text: string): boolean => sectionPattern.test(text);

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
const referrerPattern = /^[^\p{Cc}]{0,256}$/u;
export const referrerRule = 'must be at most 256 characters without control characters';
export const isReferrer = (text: string): boolean => referrerPattern.test(text);

interface FieldRule {
  readonly field: keyof Click;
  readonly required: boolean;
  readonly rule: string;
  readonly holds: (text: string) => boolean;
}

const fieldRules: readonly FieldRule[] = [
  { field: 'event_id', required: true, rule: idRule, holds: isId },
  { field: 'user_id', required: true, rule: idRule, holds: isId },
  { field: 'article_id', required: true, rule: idRule, holds: isId },
  { field: 'occurred_at', required: true, rule: 'must be a UTC time like 2026-11-23T18:04:05.123Z', holds: isTime },
  { field: 'section', required: false, rule: 'must be 1 to 32 of a-z, 0-9 and -', holds: isSection },
  { field: 'session_id', required: false, rule: idRule, holds: isId },
  { field: 'referrer', required: false, rule: referrerRule, holds: isReferrer },
];
const knownFields: ReadonlySet<string> = new Set(fieldRules.map(({ field }) => field));

/** Checks one click as it came over the wire; the answer names the first field that is wrong. */
export function validateClick(value: unknown): ClickCheck {
  if (!isObject(value)) return { ok: false, field: '', reason: 'must be an object' };
  for (const field of Object.keys(value)) {
    if (!knownFields.has(field)) return { ok: false, field: field.slice(0, 64), reason: 'is not a field of a click' };
  }
  for (const { field, required, rule, holds } of fieldRules) {
    const content = value[field];
    if (content === undefined && !required) continue;
    if (content === undefined) return { ok: false, field, reason: 'is missing' };
    if (typeof content !== 'string') return { ok: false, field, reason: 'must be a string' };
    if (!holds(content)) return { ok: false, field, reason: rule };
  }
  return { ok: true, click: normalised(value) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The click with its time in full. */
function normalised(fields: Readonly<Record<string, unknown>>): Click {
  const { section, session_id, referrer } = fields;
  const click: { -readonly [Field in keyof Click]: Click[Field] } = {
    event_id: String(fields['event_id']),
    user_id: String(fields['user_id']),
    article_id: String(fields['article_id']),
    occurred_at: inFull(String(fields['occurred_at'])),
  };
  if (typeof section === 'string') click.section = section;
  if (typeof session_id === 'string') click.session_id = session_id;
  if (typeof referrer === 'string') click.referrer = referrer;
  return click;
}

function isTime(text: string): boolean {
  // Date.parse takes 30 February for 1 or 2 March; a day that is not of the calendar is not taken here.
  return timePattern.test(text) && new Date(text).getUTCDate() === Number(text.slice(8, 10));
}

/** With exactly three decimals. */
function inFull(time: string): string {
  const wholeSeconds = 'YYYY-MM-DDTHH:MM:SS'.length;
  const decimals = time.slice(wholeSeconds + 1, -1);
  return decimals.length === 3 ? time : `${time.slice(0, wholeSeconds)}.${decimals.padEnd(3, '0')}Z`;
}

/**
 * One line of NDJSON, its fields in one order, so that equal clicks have equal lines. Put together by hand, as it is made for
 * every click on its way: nothing but a referrer may hold what JSON escapes.
 */
export function clickLine(click: Click): string {
  const { event_id, user_id, article_id, occurred_at, section, session_id, referrer } = click;
  const known = `"event_id":"${event_id}","user_id":"${user_id}","article_id":"${article_id}","occurred_at":"${occurred_at}"`;
  const sectionField = section === undefined ? '' : `,"section":"${section}"`;
  const sessionField = session_id === undefined ? '' : `,"session_id":"${session_id}"`;
  const referrerField = referrer === undefined ? '' : `,"referrer":${JSON.stringify(referrer)}`;
  return `{${known}${sectionField}${sessionField}${referrerField}}\n`;
}

/**
 * The line of a stored click: `line` is one that `clickLine` made, and the acknowledgement comes last in it, so that it
 * can be added without building the line again, and read without parsing it.
 */
export function storedClickLine(line: string, spool: string, number: number): string {
  return `${line.slice(0, -2)}${ackSuffix(spool, number)}`;
}

/** How the line of this acknowledgement ends. */
export function ackSuffix(spool: string, number: number): string {
  return `,"ack":"${spool}:${number}"}\n`;
}

/** The id of a line that `clickLine` made: its first field, of an alphabet that needs no escapes. */
export function eventIdOfLine(line: string): string {
  return line.slice(eventIdStart.length, line.indexOf('"', eventIdStart.length));
}

const eventIdStart = '{"event_id":"';

/** The line that keeps the delivery metric alive; it is no click. */
export function heartbeatLine(collector: string, atMs: number): string {
  return `${JSON.stringify({ heartbeat_at: new Date(atMs).toISOString(), collector })}\n`;
}
