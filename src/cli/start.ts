/** `frontpage start`: a day's run, by hand. */
import type { Command } from 'commander';
import { runAgain } from '../clients/operatorOrders';
import { startRun } from '../clients/runs';
import { loadPipelineSettings } from '../config';
import { dailyWorkflowId } from '../contract';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { optionalRunDateHelp, runDateArgument } from './arguments';
import { withClient } from './connections';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

interface StartOptions extends OutputOptions {
  readonly again?: true;
}

export function addStart(program: Command, { terminal }: Desk): void {
  withOutput(
    program
      .command('start')
      .description('start the run of a day, or join the one that is going on')
      .argument('[date]', optionalRunDateHelp, runDateArgument)
      .option('--again', "run a day again with the clicks that came too late for its run; see 'late'"),
  ).action(async (date: RunDate | undefined, options: StartOptions) => {
    const runDate = date ?? lastCompleteDay(Date.now());
    const input = { runDate, settings: loadPipelineSettings() };
    const how = await withClient(async (client) =>
      options.again ? (await runAgain(client, input)).how : startRun(client, input),
    );
    answer(terminal, options, { runDate, workflowId: dailyWorkflowId(runDate), how }, [
      how === 'started' ? `run ${runDate} started` : `run ${runDate} is going on already: joined`,
    ]);
  });
}
