/** Reads our click format as it lies in a lake: blank lines, heartbeats, and clicks glued together without a line end. */
import { type ClickCheck, validateClick } from '../domain/click';
import { isHeartbeat, valuesOfLine } from '../domain/lakeLine';

export function readNdjsonLine(line: string): readonly ClickCheck[] {
  const values = valuesOfLine(line);
  if (values === undefined) return [{ ok: false, field: '', reason: 'is not JSON' }];
  return values.filter((value) => !isHeartbeat(value)).map(validateClick);
}
