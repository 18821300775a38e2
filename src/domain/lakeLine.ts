/**
 * A line of the lake, which is not always a line: blank ones, heartbeats, and clicks glued together where a line end is
 * missing between two records.
 */
import { isId, isSection } from './click';
import { doorOf } from './door';
import { field } from './field';

/** The JSON values of a line; `undefined` when it is no JSON. */
export function valuesOfLine(line: string): readonly unknown[] | undefined {
  const text = line.trim();
  if (text === '') return [];
  try {
    return [JSON.parse(text)];
  } catch {
    return gluedValues(text);
  }
}

function gluedValues(text: string): readonly unknown[] | undefined {
  try {
    return text.split(/(?<=\})(?=\{)/).map((part): unknown => JSON.parse(part));
  } catch {
    return undefined;
  }
}

export function isHeartbeat(value: unknown): boolean {
  return field(value, 'heartbeat_at') !== undefined;
}

/** What is needed of a click to count it. */
export interface LakeClick {
  readonly userId: string;
  readonly articleId: string;
  readonly occurredAtMs: number;
  readonly section?: string;
  readonly door: number;
}

/** A stored click; `undefined` for what is none. Fields that are not needed are not looked at, as the trainer does. */
export function lakeClickOf(value: unknown): LakeClick | undefined {
  const userId = idIn(value, 'user_id');
  const articleId = idIn(value, 'article_id');
  const occurredAt = field(value, 'occurred_at');
  // Not made a text first: an object may have a `toString` that is none, and one line would end every step that reads it.
  const occurredAtMs = typeof occurredAt === 'string' ? Date.parse(occurredAt) : Number.NaN;
  const section = field(value, 'section');
  if (userId === undefined || articleId === undefined || Number.isNaN(occurredAtMs)) return undefined;
  const referrer = field(value, 'referrer');
  const door = doorOf(typeof referrer === 'string' ? referrer : undefined);
  if (section === undefined || section === null) return { userId, articleId, occurredAtMs, door };
  return typeof section === 'string' && isSection(section)
    ? { userId, articleId, occurredAtMs, section, door }
    : undefined;
}

function idIn(value: unknown, name: string): string | undefined {
  const id = field(value, name);
  return typeof id === 'string' && isId(id) ? id : undefined;
}
