/**
 * The body of a request → clicks. All or nothing: one bad click refuses the request, naming the click and its field.
 * `text/plain` is what `navigator.sendBeacon` sends for a string; it holds JSON.
 */
import { type Click, type ClickCheck, validateClick } from '../domain/click';
import { applyEventTime, type EventTimeRule } from '../domain/eventTime';

export const contentTypes = ['application/json', 'text/plain', 'application/x-ndjson'] as const;
export type ContentType = (typeof contentTypes)[number];

export const maxClicksPerRequest = 500;

export type ClickBody =
  | { readonly ok: true; readonly clicks: readonly Click[]; readonly restamped: number }
  | { readonly ok: false; readonly reason: 'body' | 'event-time'; readonly error: string; readonly field?: string };

type Refusal = Extract<ClickBody, { ok: false }>;

export function readClickBody(contentType: ContentType, body: string, rule: EventTimeRule, nowMs: number): ClickBody {
  const parsed = contentType === 'application/x-ndjson' ? parseLines(body) : parseWhole(body);
  return 'refusal' in parsed ? parsed.refusal : readClicks(parsed.values, parsed.single, rule, nowMs);
}

type Parsed = { readonly values: readonly unknown[]; readonly single: boolean } | { readonly refusal: Refusal };

function parseWhole(body: string): Parsed {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? { values: value, single: false } : { values: [value], single: true };
  } catch (error) {
    return { refusal: { ok: false, reason: 'body', error: `the body is not JSON: ${messageOf(error)}` } };
  }
}

/** One click a line; blank lines are skipped, and `clicks[i]` in errors counts the others. */
function parseLines(body: string): Parsed {
  const values: unknown[] = [];
  for (const [index, line] of body.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch (error) {
      return { refusal: { ok: false, reason: 'body', error: `line ${index + 1} is not JSON: ${messageOf(error)}` } };
    }
  }
  return { values, single: false };
}

function readClicks(values: readonly unknown[], single: boolean, rule: EventTimeRule, nowMs: number): ClickBody {
  if (values.length === 0) return { ok: false, reason: 'body', error: 'clicks: none in the body', field: 'clicks' };
  if (values.length > maxClicksPerRequest) {
    const error = `clicks: ${values.length} in one request; send at most ${maxClicksPerRequest}`;
    return { ok: false, reason: 'body', error, field: 'clicks' };
  }
  const clicks: Click[] = [];
  let restamped = 0;
  for (const [index, value] of values.entries()) {
    const place = single ? '' : `clicks[${index}]`;
    const checked = validateClick(value);
    if (!checked.ok) return refusalOf(checked, place, 'body');
    const timed = applyEventTime(checked.click, rule, nowMs);
    if (!timed.ok) return refusalOf(timed, place, 'event-time');
    if (timed.click !== checked.click) restamped += 1;
    clicks.push(timed.click);
  }
  return { ok: true, clicks, restamped };
}

function refusalOf(check: Extract<ClickCheck, { ok: false }>, place: string, reason: Refusal['reason']): Refusal {
  const field = [place, check.field].filter((part) => part !== '').join('.');
  return field === ''
    ? { ok: false, reason, error: `the click ${check.reason}` }
    : { ok: false, reason, error: `${field} ${check.reason}`, field };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
