/** The layout of an imported log: `dt=YYYY-MM-DD/hr=HH.ndjson.gz`, by event time in UTC, clicks in the order of time. */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Click } from '../domain/click';
import { parseRunDate, type RunDate } from '../domain/runDate';
import { ClickLogError } from './clickLogError';
import { forEachLine } from './lines';
import { readNdjsonLine } from './ndjsonReader';

export const dayFolder = (day: RunDate): string => `dt=${day}`;
export const hourFile = (day: RunDate, hour: number): string =>
  join(dayFolder(day), `hr=${String(hour).padStart(2, '0')}.ndjson.gz`);

/** The days of an imported log, earliest first. */
export async function daysOf(dir: string): Promise<RunDate[]> {
  const names = await readdir(dir);
  return names.flatMap((name) => (/^dt=\d{4}-\d{2}-\d{2}$/.test(name) ? [parseRunDate(name.slice(3))] : [])).toSorted();
}

/** The clicks of one hour (0 to 23) of an imported log, in the order of time; none when nobody clicked. */
export async function readHour(dir: string, day: RunDate, hour: number): Promise<Click[]> {
  const path = join(dir, hourFile(day, hour));
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return [];
  const clicks: Click[] = [];
  await forEachLine(path, (line, number) => {
    for (const checked of readNdjsonLine(line)) {
      if (!checked.ok) throw new ClickLogError(`${path}:${number}: ${checked.field} ${checked.reason}`);
      clicks.push(checked.click);
    }
  });
  return clicks;
}
