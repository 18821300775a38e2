/** `frontpage status`: how the run of a day stands. */
import type { Command } from 'commander';
import { viewRun } from '../clients/runs';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { optionalRunDateHelp, runDateArgument } from './arguments';
import { withClient } from './connections';
import { describeRun, exitCodeOf } from './describeRun';
import type { Desk } from './desk';
import { CommandFailed, exitCodes } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

export function addStatus(program: Command, { terminal, endWith }: Desk): void {
  withOutput(
    program
      .command('status')
      .description('show how the run of a day stands')
      .argument('[date]', optionalRunDateHelp, runDateArgument),
  ).action(async (date: RunDate | undefined, options: OutputOptions) => {
    const runDate = date ?? lastCompleteDay(Date.now());
    const view = await withClient((client) => viewRun(client, runDate));
    if (view === undefined) throw noSuchRun(runDate);
    answer(terminal, options, view, describeRun(view));
    endWith(exitCodeOf(view));
  });
}

export function noSuchRun(runDate: RunDate): CommandFailed {
  return new CommandFailed(
    'NoSuchRun',
    `there is no run of ${runDate}: start it with 'frontpage start ${runDate}'`,
    exitCodes.noSuchRun,
  );
}
