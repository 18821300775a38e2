/** Reads our click format as it lies in a lake: blank lines, heartbeats, and clicks glued together without a line end. */
import { type ClickCheck, validateClick } from '../domain/click';

export function readNdjsonLine(line: string): readonly ClickCheck[] {
  const text = line.trim();
  if (text === '') return [];
  const whole = parse(text);
  if (whole.ok) return check(whole.value);
  const glued = text.split(/(?<=\})(?=\{)/).map(parse);
  return glued.length > 1 && glued.every(({ ok }) => ok)
    ? glued.flatMap(({ value }) => check(value))
    : [{ ok: false, field: '', reason: 'is not JSON' }];
}

function parse(text: string): { ok: boolean; value: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: undefined };
  }
}

function check(value: unknown): readonly ClickCheck[] {
  if (typeof value === 'object' && value !== null && 'heartbeat_at' in value) return [];
  return [validateClick(value)];
}
