/**
 * The body of a request → clicks. All or nothing: one bad click refuses the request, naming the click and its field.
 * `text/plain` is what `navigator.sendBeacon` sends for a string; it holds JSON.
 */
import { type Click, validateClick } from '../domain/click';

export const contentTypes = ['application/json', 'text/plain', 'application/x-ndjson'] as const;
export type ContentType = (typeof contentTypes)[number];

export const maxClicksPerRequest = 500;

export type ClickBody =
  | { readonly ok: true; readonly clicks: readonly Click[] }
  | { readonly ok: false; readonly error: string; readonly field?: string };

type Refusal = Extract<ClickBody, { ok: false }>;

export function readClickBody(contentType: ContentType, body: string): ClickBody {
  const parsed = contentType === 'application/x-ndjson' ? parseLines(body) : parseWhole(body);
  return 'refusal' in parsed ? parsed.refusal : readClicks(parsed.values, parsed.single);
}

type Parsed = { readonly values: readonly unknown[]; readonly single: boolean } | { readonly refusal: Refusal };

function parseWhole(body: string): Parsed {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? { values: value, single: false } : { values: [value], single: true };
  } catch (error) {
    return { refusal: { ok: false, error: `the body is not JSON: ${messageOf(error)}` } };
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
      return { refusal: { ok: false, error: `line ${index + 1} is not JSON: ${messageOf(error)}` } };
    }
  }
  return { values, single: false };
}

function readClicks(values: readonly unknown[], single: boolean): ClickBody {
  if (values.length === 0) return { ok: false, error: 'clicks: none in the body', field: 'clicks' };
  if (values.length > maxClicksPerRequest) {
    const error = `clicks: ${values.length} in one request; send at most ${maxClicksPerRequest}`;
    return { ok: false, error, field: 'clicks' };
  }
  const clicks: Click[] = [];
  for (const [index, value] of values.entries()) {
    const checked = validateClick(value);
    if (!checked.ok) {
      const field = [single ? '' : `clicks[${index}]`, checked.field].filter((part) => part !== '').join('.');
      return field === ''
        ? { ok: false, error: `the click ${checked.reason}` }
        : { ok: false, error: `${field} ${checked.reason}`, field };
    }
    clicks.push(checked.click);
  }
  return { ok: true, clicks };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
