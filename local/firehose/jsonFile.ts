/** Small files of state, replaced atomically, so that a kill leaves the old or the new one. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import { hasErrorCode } from '../systemError';

/** `undefined` when there is no such file; throws on one it cannot read, naming it. */
export function readJsonFile<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path} is not of this version (${parsed.error.message}): remove it`);
  return parsed.data;
}

export function replaceJsonFile(path: string, value: object): void {
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 1));
  renameSync(`${path}.new`, path);
}
