/** `frontpage runs`: many runs in a table, by what each of them keeps in its search attributes. */
import { type Command, Option } from 'commander';
import { listRuns, type RunFilter, type RunRow } from '../clients/runList';
import { minuteMs } from '../domain/durations';
import type { RunDate } from '../domain/runDate';
import { runDateArgument, wholeNumber } from './arguments';
import { withClient } from './connections';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

interface RunsOptions extends OutputOptions {
  readonly since?: RunDate;
  readonly until?: RunDate;
  readonly market?: 'spot' | 'on-demand';
  readonly query?: string;
  readonly limit: number;
}

export function addRuns(program: Command, { terminal }: Desk): void {
  withOutput(
    program
      .command('runs')
      .description('list runs, the newest day first')
      .option('--since <date>', 'first run date', runDateArgument)
      .option('--until <date>', 'last run date', runDateArgument)
      .addOption(
        new Option('--market <market>', 'only runs whose last training job was there').choices(['spot', 'on-demand']),
      )
      .option('--query <condition>', "a condition in Temporal's words, such as Interruptions > 1")
      .option('--limit <runs>', 'at most so many', wholeNumber(1, 10_000), 50),
  ).action(async (options: RunsOptions) => {
    const { since, until, market, query } = options;
    const filter: RunFilter = {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(market === undefined ? {} : { market }),
      ...(query === undefined ? {} : { query }),
    };
    const rows = await withClient((client) => listRuns(client, filter, options.limit));
    answer(terminal, options, rows, describeRuns(rows));
  });
}

const header = ['run date', 'state', 'stage', 'version', 'rung', 'int.', 'saved', 'cost', 'recall@10', 'took'];
const rightAligned = new Set([5, 6, 7, 8, 9]);

/** A table; what a run does not know is a dash. */
export function describeRuns(rows: readonly RunRow[]): string[] {
  if (rows.length === 0) return ['no run is like this'];
  const cells = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(row: RunRow): string[] {
  const { endedAtMs, startedAtMs, savingPercent, costUsd, recallAt10 } = row;
  return [
    row.runDate,
    row.state,
    row.stage ?? '-',
    row.version ?? '-',
    row.rung ?? '-',
    String(row.interruptions ?? '-'),
    savingPercent === undefined ? '-' : `${savingPercent.toFixed(1)} %`,
    costUsd === undefined ? '-' : `$${costUsd.toFixed(2)}`,
    recallAt10?.toFixed(4) ?? '-',
    endedAtMs === undefined ? '-' : `${((endedAtMs - startedAtMs) / minuteMs).toFixed(1)} min`,
  ];
}
