/**
 * What the rule of the deadline costs on recorded Spot markets, beside other policies and the offline optimum.
 *
 *   npm run --silent bench:spot -- --traces DIR --work-hours 2 --deadline-hours 4 --overhead-hours 0.1 --spot-price 0.3
 *     --step-hours 12 --json
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { compare } from './spot/compare';
import { syntheticTraces } from './spot/syntheticTraces';
import { InvalidTraces, readTraces } from './spot/traceFiles';
import { inMs, type Job, windowsOf } from './spot/window';

interface Options {
  readonly traces?: string;
  readonly synthetic?: number;
  readonly workHours: number;
  readonly deadlineHours: number;
  readonly overheadHours: number;
  readonly spotPrice: number;
  readonly stepHours: number;
  readonly json?: true;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function aboveZero(text: string): number {
  const value = number(text);
  if (value <= 0) throw new InvalidArgumentError('It must be above 0.');
  return value;
}

function notNegative(text: string): number {
  const value = number(text);
  if (value < 0) throw new InvalidArgumentError('It must not be below 0.');
  return value;
}

const command = new Command('bench:spot')
  .addOption(new Option('--traces <dir>', 'folder of trace files').conflicts('synthetic'))
  .option('--synthetic <seed>', 'made-up traces instead', notNegative)
  .requiredOption('--work-hours <n>', 'training on a running instance', aboveZero)
  .requiredOption('--deadline-hours <n>', 'from the start', aboveZero)
  .requiredOption('--overhead-hours <n>', 'lost at each start of an instance', notNegative)
  .requiredOption('--spot-price <n>', "share of on-demand's price", aboveZero)
  .option('--step-hours <n>', 'between two starts', aboveZero, 12)
  .option('--json', 'print one JSON object');

function main(options: Options): void {
  const { traces: folder, synthetic, workHours, deadlineHours, overheadHours, spotPrice, stepHours } = options;
  const job: Job = {
    workMs: inMs(workHours),
    deadlineMs: inMs(deadlineHours),
    overheadMs: inMs(overheadHours),
    spotPrice,
  };
  if (spotPrice > 1) command.error(`error: --spot-price ${spotPrice} is above 1, the price of on-demand`);
  if (job.deadlineMs < job.workMs + job.overheadMs) {
    command.error(
      `error: --deadline-hours ${deadlineHours} is less than on-demand needs: --work-hours ${workHours} and --overhead-hours ${overheadHours}`,
    );
  }
  if (folder === undefined && synthetic === undefined)
    command.error('error: one of --traces and --synthetic is needed');
  const traces = folder === undefined ? syntheticTraces(synthetic ?? 0) : readTraces(folder);
  const windows = traces.flatMap((trace) => [...windowsOf(trace, job, inMs(stepHours))]);
  if (windows.length === 0) command.error(`error: no trace is as long as --deadline-hours ${deadlineHours}`);
  const contest = compare(windows);
  if (options.json) console.log(JSON.stringify(contest));
  else console.table(contest);
}

try {
  main(command.parse().opts<Options>());
} catch (error) {
  if (!(error instanceof InvalidTraces)) throw error;
  command.error(`error: ${error.message}`);
}
