/** A click log of the user's own as the demo's input: imported once into the demo's folder, its last full day as run date. */

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { ClickLogError } from '../../src/clicklog/clickLogError';
import { daysOf, readHour } from '../../src/clicklog/hourFiles';
import { importClickLog } from '../../src/clicklog/importClickLog';
import { addDays, type RunDate } from '../../src/domain/runDate';
import type { ClickSource, HourOfClicks } from './clickSource';

/** How many days before the run date the pipeline learns from; earlier ones stay outside the lake. */
const mostHistoryDays = 7;

/** Tells this log from every other one. */
export function logId(path: string): string {
  if (!existsSync(path)) throw new ClickLogError(`there is no ${path}: give --clicks a click log, a file or a folder`);
  const place = realpathSync(path);
  const name = basename(place).replaceAll(/[^A-Za-z0-9.-]/g, '_');
  return `log-${name}-${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
}

/** `dir` keeps the imported log; one that is there is used as it is. Throws `ClickLogError`. */
export async function openLog(
  { path, dir, runDate }: { path: string; dir: string; runDate: RunDate },
  say: (line: string) => void,
): Promise<ClickSource> {
  if (!existsSync(dir)) await importLog(path, dir, runDate, say);
  const before = (await daysOf(dir)).filter((day) => day < runDate);
  const historyDays = Math.min(mostHistoryDays, before.length);

  async function* hours(): AsyncGenerator<HourOfClicks> {
    for (let back = historyDays; back >= 0; back--) {
      const day = addDays(runDate, -back);
      for (let hour = 0; hour < 24; hour++) yield { day, hour, clicks: await readHour(dir, day, hour) };
    }
  }

  return { title: `the log ${path}`, historyDays, hours, titleOf: () => undefined, headlineOf: () => undefined };
}

async function importLog(path: string, dir: string, runDate: RunDate, say: (line: string) => void): Promise<void> {
  say(`log: importing ${path}`);
  let saidTenths = 0;
  const summary = await importClickLog({ from: path, to: dir, shiftToRunDate: runDate }, ({ step, done, total }) => {
    const tenths = Math.floor((10 * done) / total);
    if (step === 'reading' && tenths > saidTenths) say(`log: ${done} of ${total} files read`);
    saidTenths = tenths;
  });
  say(
    `log: ${summary.clicks.toLocaleString('en')} clicks of ${summary.days.length} days; its ${summary.logDay} becomes ${runDate}`,
  );
}
