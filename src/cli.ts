#!/usr/bin/env node
/** The operator's commands. From a checkout: `npm run --silent frontpage -- --help`. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Command, InvalidArgumentError } from 'commander';
import { ClickLogError } from './clicklog/clickLogError';
import { type ImportSummary, importClickLog } from './clicklog/importClickLog';
import type { LogFormat } from './clicklog/logFiles';
import { forgetReader } from './clients/erasures';
import { decideRun, findLateObjects, OrderRefused, orderRun, runAgain, sweepVersions } from './clients/operatorOrders';
import { createDynamoDbReaderItems } from './clients/readerItems.dynamodb';
import type { VersionRecord } from './clients/recommendationTable';
import { createDynamoDbRecommendationTable } from './clients/recommendationTable.dynamodb';
import { type ReadinessView, type RunView, rootFailure, startRun, viewRun } from './clients/runs';
import { connectClient } from './clients/temporalClient';
import { ConfigError, loadPipelineSettings, loadSettings, loadTableConfig, loadTemporalConfig } from './config';
import {
  type ErasureStatus,
  type LateObjects,
  type OrderReason,
  type RollbackInput,
  type RollbackResult,
  rollbackWorkflowId,
  taskQueue,
  type WaitingOrder,
} from './contract';
import { describeSweep, describeWatch, type SweptVersions } from './domain/afterPublish';
import { describeApproval, type GateOrder } from './domain/approval';
import { describeBlend } from './domain/blendReport';
import { isId } from './domain/click';
import { describeDegraded } from './domain/readiness';
import { describeBytes, readinessTable } from './domain/readinessTable';
import { InvalidRunDate, lastCompleteDay, parseRunDate, type RunDate } from './domain/runDate';
import { describeMoney } from './domain/trainingCost';

/** 0: done. 1: failed, with one sentence on standard error. 2: the command line is wrong (commander's own code is 1; see below). */
const usageExitCode = 2;

function runDateArgument(text: string): RunDate {
  try {
    return parseRunDate(text);
  } catch (error) {
    if (error instanceof InvalidRunDate) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function userIdArgument(text: string): string {
  if (isId(text)) return text;
  throw new InvalidArgumentError('no reader has such an id: 1 to 64 letters, digits, or _ . : -');
}

function keepArgument(text: string): number {
  const keep = Number(text);
  if (Number.isInteger(keep) && keep >= 2) return keep;
  throw new InvalidArgumentError('a whole number from 2: the live version and the one before it always stay');
}

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectClient(loadTemporalConfig());
  try {
    return await work(client);
  } finally {
    await client.connection.close();
  }
}

function utcSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** The lines that show a run to a human. */
export function describeRun(view: RunView): string[] {
  const stages = (view.status?.stages ?? []).map(({ stage, startedAtMs, endedAtMs }) => {
    const took = endedAtMs === undefined ? 'running' : `${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s`;
    return `  ${stage.padEnd(20)} ${utcSeconds(startedAtMs)}  ${took}`;
  });
  const progress = view.training?.progress;
  const { degraded, money, deadlineAtMs, approval, blend, watch, sweep } =
    (view.result !== undefined && 'summary' in view.result ? view.result.summary : view.status) ?? {};
  return [
    `run ${view.runDate}: ${view.state}${view.status === undefined ? '' : `, ${view.status.stage}`}`,
    ...stages,
    ...(degraded === undefined ? [] : [`  DEGRADED: ${describeDegraded(degraded)}`]),
    ...(view.waitingFor === undefined ? [] : [`  ${view.waitingFor}`]),
    ...(view.readiness === undefined ? [] : describeWait(view.readiness).map((line) => `  ${line}`)),
    ...(view.training === undefined
      ? []
      : [
          `  job ${view.training.jobName}: ${view.training.status}, ${view.training.interruptions} interruptions` +
            (progress
              ? `, ${progress.phase} ${progress.iteration}/${progress.iterations} (${progress.completed} of ${progress.total} iterations)`
              : ''),
        ]),
    ...(money === undefined ? [] : [`  training so far: ${describeMoney(money)}`]),
    ...(view.itemsLoaded === undefined ? [] : [`  ${view.itemsLoaded} items loaded`]),
    ...(deadlineAtMs === undefined ? [] : [`  to be live by ${utcSeconds(deadlineAtMs)}`]),
    ...describeApproval({ ...view.status, ...(approval === undefined ? {} : { approval }) }).map(
      (line) => `  gate: ${line}`,
    ),
    ...describeBlend(blend).map((line) => `  blend: ${line}`),
    ...(watch === undefined ? [] : [`  serving: ${describeWatch(watch)}`]),
    ...(sweep === undefined ? [] : [`  sweep: ${describeSweep(sweep)}`]),
    ...(view.result === undefined ? [] : [`  ${view.result.outcome}`]),
    ...(view.failure === undefined ? [] : [`  ${view.failure.type}: ${view.failure.message}`]),
  ];
}

/** Hour by hour what is there, and until when the rest is waited for. */
function describeWait({ hours, waitsUntilMs }: ReadinessView): string[] {
  return [...readinessTable(hours), `waits until ${utcSeconds(waitsUntilMs)}`];
}

/** The lines that show an erasure to a human. */
export function describeErasure({ looks, deleted, over }: ErasureStatus): string[] {
  return [
    `the reader is in no version any more: ${deleted} items deleted in ${looks} ${looks === 1 ? 'look' : 'looks'}`,
    over
      ? 'no load of before can be running any more: the erasure is over'
      : 'the table is looked at again for nine hours, for a load of before could still write; order it again to see how that stands',
  ];
}

/** The lines that show a sweep to a human. */
export function describeSwept({ kept, swept }: SweptVersions): string[] {
  return [`sweep: ${describeSweep({ kept, swept })}`, `kept: ${kept.join(', ')}`];
}

/** The lines that show the versions of the table to a human. */
export function describeVersions(versions: readonly VersionRecord[], live: string | undefined): string[] {
  if (versions.length === 0) return ['no version has been published yet'];
  return versions.map(({ version, items, publishedAt, sweptSince }) => {
    const mark = sweptSince === undefined ? '' : `  is being removed since ${sweptSince}`;
    return `${version === live ? '*' : ' '} ${version}  ${items} items  published ${publishedAt}${mark}`;
  });
}

/** The lines that show late objects to a human. */
export function describeLate({ runDate, objects, sizeBytes, reportUri }: LateObjects): string[] {
  return [
    objects === 0
      ? `nothing arrived below ${runDate} after its run had frozen what it reads`
      : `${objects} objects of ${runDate}, ${describeBytes(sizeBytes)}, arrived after its run had frozen what it reads`,
    `report: ${reportUri}`,
  ];
}

/** The lines that show a finished import to a human. */
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

const importDescriptions: Readonly<Record<LogFormat, string>> = {
  clicks: 'import clicks as NDJSON, plain or gzip',
  globo: 'import the published CSV files of the Globo log (clicks_hour_*.csv or .csv.gz)',
};

function addImport(parent: Command, format: LogFormat): void {
  parent
    .command(format)
    .description(importDescriptions[format])
    .argument('<dir>', 'folder with the log, read with all folders in it, or one file')
    .argument('<out>', 'folder to write, new or empty')
    .option('--skip-bad-lines', 'count lines that are no click instead of stopping at the first')
    .option('--json', 'print JSON')
    .action(async (from: string, to: string, options: { skipBadLines?: boolean; json?: boolean }) => {
      const summary = await importClickLog({ from, to, format, skipBadLines: options.skipBadLines ?? false });
      console.log(options.json ? JSON.stringify(summary, undefined, 2) : describeImport(to, summary).join('\n'));
    });
}

function addOrder(
  parent: Command,
  order: WaitingOrder,
  { description, done }: { description: string; done: string },
): void {
  parent
    .command(order)
    .description(description)
    .argument('<date>', 'run date, YYYY-MM-DD, UTC', runDateArgument)
    .requiredOption('--by <who>', 'who gives the order; kept with the run')
    .requiredOption('--reason <text>', 'why; kept with the run')
    .action(async (runDate: RunDate, why: OrderReason) => {
      await withClient((client) => orderRun(client, runDate, order, { by: why.by, reason: why.reason }));
      console.log(`run ${runDate} ${done}`);
    });
}

function addDecision(parent: Command, verdict: GateOrder['verdict'], description: string): void {
  parent
    .command(verdict)
    .description(description)
    .argument('<date>', 'run date, YYYY-MM-DD, UTC', runDateArgument)
    .requiredOption('--by <who>', 'who decides; kept with the run and in its report')
    .requiredOption('--reason <text>', 'why; kept with the run and in its report')
    .action(async (runDate: RunDate, { by, reason }: OrderReason) => {
      await withClient((client) => decideRun(client, runDate, { verdict, by, reason }));
      console.log(`the candidate of ${runDate} is ${verdict === 'approve' ? 'approved' : 'rejected'}`);
    });
}

export function buildProgram(): Command {
  const program = new Command('frontpage')
    .description('Personal front pages for news portals, renewed daily.')
    .showHelpAfterError()
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : usageExitCode);
    });

  program
    .command('start')
    .description('start the run of a day, or join the one that is going on')
    .argument('[date]', 'run date, YYYY-MM-DD, UTC (default: the last complete day)', runDateArgument)
    .option('--again', "run a day again with the clicks that came too late for its run; see 'late'")
    .action(async (date: RunDate | undefined, { again }: { again?: boolean }) => {
      const runDate = date ?? lastCompleteDay(Date.now());
      const input = { runDate, settings: loadPipelineSettings() };
      await withClient(async (client) => {
        const how = again ? (await runAgain(client, input)).how : await startRun(client, input);
        console.log(how === 'started' ? `run ${runDate} started` : `run ${runDate} is going on already: joined`);
      });
    });

  program
    .command('status')
    .description('show how the run of a day stands')
    .argument('[date]', 'run date, YYYY-MM-DD, UTC (default: the last complete day)', runDateArgument)
    .option('--json', 'print JSON')
    .action(async (date: RunDate | undefined, options: { json?: boolean }) => {
      const runDate = date ?? lastCompleteDay(Date.now());
      const view = await withClient((client) => viewRun(client, runDate));
      if (view === undefined)
        throw new Error(`there is no run of ${runDate}: start it with 'frontpage start ${runDate}'`);
      console.log(options.json ? JSON.stringify(view, undefined, 2) : describeRun(view).join('\n'));
    });

  addOrder(program, 'proceed', {
    description: 'let a run that waits for clicks go on with those that are there; it is marked as degraded',
    done: 'goes on with the clicks that are there',
  });
  addOrder(program, 'abandon', {
    description: 'end a run that waits for clicks; what is live stays live',
    done: 'is abandoned',
  });

  addDecision(program, 'approve', 'let the borderline candidate of a run that waits for approval go live');
  addDecision(
    program,
    'reject',
    'refuse the borderline candidate of a run that waits for approval; what is live stays live',
  );

  program
    .command('late')
    .description('look for clicks of a day that were delivered after its run had frozen what it reads')
    .argument('<date>', 'run date, YYYY-MM-DD, UTC', runDateArgument)
    .option('--json', 'print JSON')
    .action(async (runDate: RunDate, options: { json?: boolean }) => {
      const late = await withClient((client) => findLateObjects(client, runDate));
      console.log(options.json ? JSON.stringify(late, undefined, 2) : describeLate(late).join('\n'));
    });

  program
    .command('forget')
    .description('forget a reader: out of every version in the table, and out of all training and loading to come')
    .argument('<user>', 'the pseudonymous id of the reader', userIdArgument)
    .option('--json', 'print JSON')
    .action(async (userId: string, options: { json?: boolean }) => {
      const { table: name, aws } = loadTableConfig();
      const status = await withClient((client) => forgetReader(client, createDynamoDbReaderItems(name, aws), userId));
      console.log(options.json ? JSON.stringify(status, undefined, 2) : describeErasure(status).join('\n'));
    });

  program
    .command('versions')
    .description('list the versions in the table; the live one is marked')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { table: name, aws } = loadTableConfig();
      const table = createDynamoDbRecommendationTable(name, aws);
      const [versions, live] = [await table.versions(), await table.live()];
      console.log(
        options.json
          ? JSON.stringify({ live: live?.version ?? null, versions }, undefined, 2)
          : describeVersions(versions, live?.version).join('\n'),
      );
    });

  program
    .command('rollback')
    .description('make an earlier version live again, within seconds')
    .argument('[version]', 'version to go back to (default: the one that was live before)')
    .requiredOption('--reason <text>', 'why; kept with the pointer')
    .action(async (version: string | undefined, { reason }: { reason: string }) => {
      const result = await withClient((client) =>
        client.workflow.execute<(input: RollbackInput) => Promise<RollbackResult>>('rollback', {
          workflowId: `${rollbackWorkflowId}-${randomUUID()}`,
          taskQueue,
          args: [version === undefined ? { reason } : { version, reason }],
          workflowExecutionTimeout: '5 minutes',
        }),
      );
      console.log(`live: ${result.to} (was ${result.from})`);
    });

  program
    .command('sweep')
    .description('remove the versions that nobody is taken back to any more, as a run does after its publish')
    .option('--keep <versions>', 'how many stay (default: the setting sweep.keepVersions)', keepArgument)
    .option('--json', 'print JSON')
    .action(async ({ keep, json }: { keep?: number; json?: boolean }) => {
      const { sweep } = loadSettings();
      const settings = { ...sweep, ...(keep === undefined ? {} : { keepVersions: keep }) };
      const swept = await withClient((client) => sweepVersions(client, settings));
      console.log(json ? JSON.stringify(swept, undefined, 2) : describeSwept(swept).join('\n'));
    });

  const imports = program.command('import').description('bring a click log into hourly files, by event time in UTC');
  addImport(imports, 'clicks');
  addImport(imports, 'globo');

  return program;
}

/** One sentence; a failure of the catalogue begins with its type, which the runbook explains. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof ClickLogError || error instanceof OrderRefused) {
    return error.message;
  }
  const { type, message } = rootFailure(error);
  return type === 'Error' ? message : `${type}: ${message}`;
}

if (require.main === module) {
  buildProgram()
    .parseAsync()
    .catch((error: unknown) => {
      console.error(explain(error));
      process.exitCode = 1;
    });
}
