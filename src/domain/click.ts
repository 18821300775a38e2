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

const checks: Readonly<Record<keyof Click, { required: boolean; rule: string; holds: (text: string) => boolean }>> = {
  event_id: { required: true, rule: idRule, holds: isId },
  user_id: { required: true, rule: idRule, holds: isId },
  article_id: { required: true, rule: idRule, holds: isId },
  occurred_at: { required: true, rule: 'must be a UTC time like 2026-11-23T18:04:05.123Z', holds: isTime },
  section: { required: false, rule: 'must be 1 to 32 of a-z, 0-9 and -', holds: isSection },
  session_id: { required: false, rule: idRule, holds: isId },
  referrer: {
    required: false,
    rule: 'must be at most 256 characters without control characters',
    holds: (text) => referrerPattern.test(text),
  },
};
const fieldNames: readonly (keyof Click)[] = [
  'event_id',
  'user_id',
  'article_id',
  'occurred_at',
  'section',
  'session_id',
  'referrer',
];
const knownFields: ReadonlySet<string> = new Set(fieldNames);

/** Checks one click as it came over the wire; the answer names the first field that is wrong. */
export function validateClick(value: unknown): ClickCheck {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, field: '', reason: 'must be an object' };
  }
  const fields: Record<string, unknown> = { ...value };
  for (const field of Object.keys(fields)) {
    if (!knownFields.has(field)) return { ok: false, field: field.slice(0, 64), reason: 'is not a field of a click' };
  }
  for (const field of fieldNames) {
    const { required, rule, holds } = checks[field];
    const content = fields[field];
    if (content === undefined && !required) continue;
    if (content === undefined) return { ok: false, field, reason: 'is missing' };
    if (typeof content !== 'string') return { ok: false, field, reason: 'must be a string' };
    if (!holds(content)) return { ok: false, field, reason: rule };
  }
  return { ok: true, click: normalised(fields) };
}

/** The click with its time in full and its fields in one order, so that equal clicks have equal lines. */
function normalised(fields: Readonly<Record<string, unknown>>): Click {
  const { section, session_id, referrer } = fields;
  return {
    event_id: String(fields['event_id']),
    user_id: String(fields['user_id']),
    article_id: String(fields['article_id']),
    occurred_at: new Date(String(fields['occurred_at'])).toISOString(),
    ...(typeof section === 'string' ? { section } : {}),
    ...(typeof session_id === 'string' ? { session_id } : {}),
    ...(typeof referrer === 'string' ? { referrer } : {}),
  };
}

function isTime(text: string): boolean {
  if (!timePattern.test(text)) return false;
  const ms = Date.parse(text);
  // Date.parse takes 30 February for 1 or 2 March; a day that is not of the calendar is not taken here.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text.slice(0, 10);
}

/** One line of NDJSON. */
export function clickLine(click: Click): string {
  return `${JSON.stringify(click)}\n`;
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
