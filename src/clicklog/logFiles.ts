/** Finds the files of a click log: one file, or all of a folder and the folders in it, always in the same order. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClickLogError } from './clickLogError';

/** `clicks`: NDJSON as in docs/formats.md. `globo`: the published CSV files of the Globo log. */
export type LogFormat = 'clicks' | 'globo';

export interface LogFiles {
  readonly format: LogFormat;
  readonly files: readonly string[];
}

/** The lake's objects are named `….gz` only; what is inside is told by the content, not by the name. */
const patterns: Readonly<Record<LogFormat, RegExp>> = {
  clicks: /(?:\.ndjson|\.jsonl|\.json|(?<!\.csv)\.gz)$/,
  globo: /^clicks_hour_.*\.csv(?:\.gz)?$/,
};
const expected: Readonly<Record<LogFormat, string>> = {
  clicks: '.ndjson, .jsonl, .json or .gz files',
  globo: 'clicks_hour_*.csv or clicks_hour_*.csv.gz files',
};

/** Without a format, a place with Globo's files is Globo's log. */
export async function findLogFiles(from: string, format?: LogFormat): Promise<LogFiles> {
  const all = await filesOf(from);
  if (all.single) return { format: format ?? (isOf('globo', from) ? 'globo' : 'clicks'), files: all.files };
  const candidates: readonly LogFormat[] = format === undefined ? ['globo', 'clicks'] : [format];
  for (const candidate of candidates) {
    const files = all.files.filter((file) => isOf(candidate, file));
    if (files.length > 0) return { format: candidate, files };
  }
  const wanted = candidates.map((candidate) => expected[candidate]).join(', or ');
  throw new ClickLogError(`there is no click log in ${from}: name a folder with ${wanted}`);
}

const isOf = (format: LogFormat, file: string): boolean => patterns[format].test(basename(file));

async function filesOf(from: string): Promise<{ single: boolean; files: string[] }> {
  const place = await stat(from).catch(() => undefined);
  if (place === undefined) throw new ClickLogError(`${from} does not exist: name the folder or file of the click log`);
  if (!place.isDirectory()) return { single: true, files: [from] };
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return { single: false, files: files.map((entry) => join(entry.parentPath, entry.name)).toSorted() };
}
