/**
 * Brings a click log of any length into our layout (hourFiles.ts): reads every file, checks every click, sorts by event
 * time. With a run date, the log's last full day becomes that day, all times move by the same whole number of days, and
 * what was clicked on later days is left out, for at the end of the run date it would not have happened yet.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { addDays, type RunDate, startOfDayMs } from '../domain/runDate';
import { type BadLineSummary, BadLines } from './badLines';
import { ClickLogError } from './clickLogError';
import { type DayOfClicks, daysOfHours, lastFullDay } from './fullDays';
import { dayFolder, hourFile } from './hourFiles';
import { HourSpill } from './hourSpill';
import { findLogFiles, type LogFormat } from './logFiles';
import { writeFolder } from './outputFolder';
import { readLogFile } from './readLogFile';

export interface ImportClickLogInput {
  /** A file, or a folder that is read with all folders in it. */
  readonly from: string;
  /** A folder that does not exist yet, or is empty. */
  readonly to: string;
  /** Without it, told by the names of the files. */
  readonly format?: LogFormat;
  /** The day that the log day becomes. Without it, times stay as they are and every day is written. */
  readonly shiftToRunDate?: RunDate;
  /** The last day of the log that is used; without it, the last full day (see `lastFullDay`). */
  readonly logDay?: RunDate;
  readonly skipBadLines?: boolean;
}

export interface ImportProgress {
  readonly step: 'reading' | 'writing';
  /** Files read, or hours written. */
  readonly done: number;
  readonly total: number;
}

export interface ImportedDay {
  /** As written, after the shift. */
  readonly day: RunDate;
  readonly clicks: number;
  readonly readers: number;
  readonly articles: number;
}

export interface ImportSummary {
  readonly format: LogFormat;
  readonly files: number;
  /** Clicks written. */
  readonly clicks: number;
  readonly days: readonly ImportedDay[];
  readonly badLines: BadLineSummary;
  /** The day of the log that was chosen or given; undefined when no day of it is full. */
  readonly logDay: RunDate | undefined;
  readonly runDate: RunDate | undefined;
  readonly shiftDays: number;
  /** Clicks of days after the log day, which are not written. */
  readonly clicksAfterLogDay: number;
}

const compress = promisify(gzip);
/** Level 6 makes files a few per cent smaller and takes twice as long. */
const compressionLevel = 3;

export async function importClickLog(
  input: ImportClickLogInput,
  report: (progress: ImportProgress) => void = () => {},
): Promise<ImportSummary> {
  const { format, files } = await findLogFiles(input.from, input.format);
  return writeFolder(input.to, async (dir) => {
    const spillDir = join(dir, 'spill');
    await mkdir(spillDir);
    const spill = new HourSpill(spillDir);
    const badLines = new BadLines(input.skipBadLines ?? false);
    for (const [index, file] of files.entries()) {
      await readLogFile(file, format, badLines, (click) => spill.add(click));
      report({ step: 'reading', done: index + 1, total: files.length });
    }
    const logDays = daysOfHours(spill.hours());
    if (logDays.length === 0) throw new ClickLogError(`there is no click in ${input.from}: name another log`);
    const { logDay, shiftDays, kept } = choose(input, logDays);
    const days = await writeDays(dir, kept, shiftDays, spill, report);
    await spill.discard();
    const clicks = sumOf(days.map((day) => day.clicks));
    return {
      format,
      files: files.length,
      clicks,
      days,
      badLines: badLines.summary(),
      logDay,
      runDate: input.shiftToRunDate,
      shiftDays,
      clicksAfterLogDay: sumOf(logDays.flatMap((day) => day.clicksByHour)) - clicks,
    };
  });
}

interface Choice {
  readonly logDay: RunDate | undefined;
  readonly shiftDays: number;
  readonly kept: readonly DayOfClicks[];
}

function choose({ from, shiftToRunDate, logDay: given }: ImportClickLogInput, days: readonly DayOfClicks[]): Choice {
  const logDay = given ?? lastFullDay(days);
  if (given !== undefined && !days.some(({ day }) => day === given)) {
    throw new ClickLogError(`there is no click of ${given} in ${from}: it has ${days[0]?.day} to ${days.at(-1)?.day}`);
  }
  if (shiftToRunDate === undefined) {
    return { logDay, shiftDays: 0, kept: given === undefined ? days : days.filter(({ day }) => day <= given) };
  }
  if (logDay === undefined) {
    throw new ClickLogError(
      `no day in ${from} has clicks in each of its 24 hours: name the day that shall stand for one`,
    );
  }
  return {
    logDay,
    shiftDays: Math.round((startOfDayMs(shiftToRunDate) - startOfDayMs(logDay)) / 86_400_000),
    kept: days.filter(({ day }) => day <= logDay),
  };
}

async function writeDays(
  dir: string,
  days: readonly DayOfClicks[],
  shiftDays: number,
  spill: HourSpill,
  report: (progress: ImportProgress) => void,
): Promise<ImportedDay[]> {
  const total = sumOf(days.map(({ clicksByHour }) => clicksByHour.filter((clicks) => clicks > 0).length));
  let done = 0;
  const written: ImportedDay[] = [];
  for (const { day: logDay, clicksByHour } of days) {
    const day = addDays(logDay, shiftDays);
    const readers = new Set<string>();
    const articles = new Set<string>();
    await mkdir(join(dir, dayFolder(day)));
    for (const hour of clicksByHour.keys()) {
      if (clicksByHour[hour] === 0) continue;
      const clicks = await spill.take(`${logDay}T${String(hour).padStart(2, '0')}`);
      for (const { userId, articleId } of clicks) {
        readers.add(userId);
        articles.add(articleId);
      }
      const text = clicks.map(({ line }) => moved(line, logDay, day)).join('');
      await writeFile(join(dir, hourFile(day, hour)), await compress(text, { level: compressionLevel }));
      done += 1;
      report({ step: 'writing', done, total });
    }
    written.push({ day, clicks: sumOf(clicksByHour), readers: readers.size, articles: articles.size });
  }
  return written;
}

/** The event time is the only member of a line that begins so: ids hold no quotation marks, and what follows is escaped. */
const moved = (line: string, from: RunDate, to: RunDate): string =>
  line.replace(`"occurred_at":"${from}T`, () => `"occurred_at":"${to}T`);

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
