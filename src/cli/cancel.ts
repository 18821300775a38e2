/** `frontpage cancel`: ends a run, and tells what became of it once it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { cancelRun } from '../clients/operatorOrders';
import { type RunView, viewRun } from '../clients/runs';
import { minuteMs } from '../domain/durations';
import type { RunDate } from '../domain/runDate';
import { runDateArgument, runDateHelp, wholeNumber } from './arguments';
import { type ConfirmOptions, confirm, withConfirmation } from './confirm';
import { withClient } from './connections';
import { describeEnd, describeRun } from './describeRun';
import type { Desk } from './desk';
import { orderUnlessEnded } from './endedRun';
import { CommandFailed } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

const betweenLooksMs = 1_000;

interface CancelOptions extends OutputOptions, ConfirmOptions {
  readonly waitMinutes: number;
}

export function addCancel(program: Command, { terminal }: Desk): void {
  withOutput(
    withConfirmation(
      program
        .command('cancel')
        .description('end a run; its training job is stopped, and what is live stays live')
        .argument('<date>', runDateHelp, runDateArgument)
        // SageMaker gives a job two minutes to end; uploading what it has may take as long again.
        .option('--wait-minutes <minutes>', 'how long to wait until the run is over', wholeNumber(1, 240), 15),
    ),
  ).action(async (runDate: RunDate, options: CancelOptions) => {
    await confirm(terminal, options, {
      says: `The run of ${runDate} will be ended, and its training job stopped.`,
      word: runDate,
    });
    const view = await withClient(async (client) => {
      await orderUnlessEnded(client, runDate, () => cancelRun(client, runDate));
      return untilOver(client, runDate, options.waitMinutes);
    });
    if (view.state === 'completed') {
      throw new CommandFailed(
        'CancelledTooLate',
        `the run of ${runDate} was over before it could be cancelled: ${describeEnd(view)}`,
      );
    }
    answer(terminal, options, view, [`the run of ${runDate} is over: ${view.state}`, ...describeRun(view).slice(1)]);
  });
}

async function untilOver(client: Client, runDate: RunDate, waitMinutes: number): Promise<RunView> {
  for (const giveUpAtMs = Date.now() + waitMinutes * minuteMs; ; ) {
    const view = await viewRun(client, runDate);
    if (view !== undefined && view.state !== 'running') return view;
    if (Date.now() > giveUpAtMs) {
      throw new CommandFailed(
        'StillRunning',
        `the run of ${runDate} is told to end, and is not over after ${waitMinutes} minutes: is a worker running? 'frontpage watch ${runDate}' shows its end`,
      );
    }
    await sleep(betweenLooksMs);
  }
}
