/** `frontpage report`: what a run wrote about itself when it ended, as lines, as JSON, or as a page for a browser. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ObjectStore } from '../clients/objectStore';
import { newestReport } from '../clients/runReports';
import { reportPageKey } from '../domain/keys';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { optionalRunDateHelp, runDateArgument } from './arguments';
import { openLake } from './connections';
import { utcSeconds } from './describeRun';
import type { Desk } from './desk';
import { CommandFailed, exitCodes } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

interface ReportOptions extends OutputOptions {
  readonly out?: string;
}

export function addReport(program: Command, { terminal, endWith }: Desk): void {
  withOutput(
    program
      .command('report')
      .description('show the report that the run of a day wrote at its end')
      .argument('[date]', optionalRunDateHelp, runDateArgument)
      .option('--out <file>', 'write the page for a browser into this file'),
  ).action(async (date: RunDate | undefined, options: ReportOptions) => {
    const runDate = date ?? lastCompleteDay(Date.now());
    const lake = openLake();
    const found = await newestReport(lake, runDate);
    if (found === undefined) {
      throw new CommandFailed(
        'NoSuchRun',
        `no run of ${runDate} has written a report: 'frontpage status ${runDate}' tells of one that is going on`,
        exitCodes.noSuchRun,
      );
    }
    const { report, generation } = found;
    if (options.out !== undefined) await writeFile(options.out, await pageOf(lake, runDate, generation));
    answer(terminal, options, report, [
      ...describeReport(report),
      ...(options.out === undefined ? [] : [`  page: ${options.out}`]),
    ]);
    if (report.outcome === 'failed' || report.outcome === 'cancelled' || report.outcome === 'rolled back') {
      endWith(exitCodes.runFailed);
    }
  });
}

async function pageOf(lake: ObjectStore, runDate: RunDate, generation: number): Promise<Buffer> {
  const page = await lake.get(reportPageKey(runDate, generation));
  if (page !== undefined) return page;
  throw new CommandFailed(
    'NoSuchPage',
    `the run of ${runDate} has written no page: it is of a release that wrote its report as JSON only; ask for it with --json`,
  );
}

/** Only what reports of every release have. */
export function describeReport(report: NonNullable<Awaited<ReturnType<typeof newestReport>>>['report']): string[] {
  const { runDate, outcome, summary, failureType, failedStage, message } = report;
  const stages = summary?.stages ?? report.stages ?? [];
  const [first, last] = [stages[0], stages.at(-1)];
  return [
    `run ${runDate}: ${outcome}`,
    ...(first === undefined ? [] : [`  from ${utcSeconds(first.startedAtMs)}`]),
    ...(last?.endedAtMs === undefined ? [] : [`  to ${utcSeconds(last.endedAtMs)}`]),
    ...(summary === undefined
      ? []
      : [
          `  version ${summary.version}, ${summary.readers} readers, ${summary.articles} articles, ${summary.itemsLoaded} items loaded`,
          `  recall@10 ${summary.quality.candidate.recallAt10.toFixed(4)}, recent popularity ${summary.quality.popular.recallAt10.toFixed(4)}`,
        ]),
    ...(failureType === undefined
      ? []
      : [`  in ${failedStage ?? 'an unknown stage'}: ${failureType}: ${message ?? ''}`]),
  ];
}
