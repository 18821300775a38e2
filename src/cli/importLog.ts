/** `frontpage import`: click logs on disk into hourly files. */
import type { Command } from 'commander';
import { type ImportSummary, importClickLog } from '../clicklog/importClickLog';
import type { LogFormat } from '../clicklog/logFiles';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

const descriptions: Readonly<Record<LogFormat, string>> = {
  clicks: 'import clicks as NDJSON, plain or gzip',
  globo: 'import the published CSV files of the Globo log (clicks_hour_*.csv or .csv.gz)',
};

interface ImportOptions extends OutputOptions {
  readonly skipBadLines?: true;
}

export function addImport(program: Command, desk: Desk): void {
  const parent = program.command('import').description('bring a click log into hourly files, by event time in UTC');
  addFormat(parent, desk, 'clicks');
  addFormat(parent, desk, 'globo');
}

function addFormat(parent: Command, { terminal }: Desk, format: LogFormat): void {
  withOutput(
    parent
      .command(format)
      .description(descriptions[format])
      .argument('<dir>', 'folder with the log, read with all folders in it, or one file')
      .argument('<out>', 'folder to write, new or empty')
      .option('--skip-bad-lines', 'count lines that are no click instead of stopping at the first'),
  ).action(async (from: string, to: string, options: ImportOptions) => {
    const summary = await importClickLog({ from, to, format, skipBadLines: options.skipBadLines ?? false });
    answer(terminal, options, summary, describeImport(to, summary));
  });
}

export function describeImport(to: string, summary: ImportSummary): string[] {
  const { files, clicks, days, badLines, logDay } = summary;
  const row = (day: string, ...cells: (string | number)[]): string =>
    `  ${day.padEnd(10)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
  return [
    `${clicks} clicks from ${files} ${files === 1 ? 'file' : 'files'} are in ${to}`,
    row('day', 'clicks', 'readers', 'articles'),
    ...days.map(({ day, ...count }) => row(day, count.clicks, count.readers, count.articles)),
    logDay === undefined ? 'no day has clicks in each of its 24 hours' : `last full day: ${logDay}`,
    ...(badLines.count === 0 ? [] : [`${badLines.count} bad lines skipped, the first of them:`]),
    ...badLines.first.map((message) => `  ${message}`),
  ];
}
