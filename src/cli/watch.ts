/** `frontpage watch`: a run as it goes on, until it ends or a human must decide. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type RunView, viewRun } from '../clients/runs';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { optionalRunDateHelp, runDateArgument } from './arguments';
import { withClient } from './connections';
import { describeRun, describeRunBriefly, exitCodeOf, utcSeconds } from './describeRun';
import type { Desk } from './desk';
import { exitCodes } from './exitCodes';
import { type OutputOptions, wantsJson, withOutput } from './output';
import { noSuchRun } from './status';
import type { Terminal } from './terminal';

const betweenLooksMs = 2_000;

export function addWatch(program: Command, { terminal, endWith }: Desk): void {
  withOutput(
    program
      .command('watch')
      .description('follow the run of a day until it ends or waits for approval')
      .argument('[date]', optionalRunDateHelp, runDateArgument),
  ).action(async (date: RunDate | undefined, options: OutputOptions) => {
    const runDate = date ?? lastCompleteDay(Date.now());
    const show = viewer(terminal, options);
    await withClient(async (client) => {
      for (;;) {
        const view = await viewRun(client, runDate);
        if (view === undefined) throw noSuchRun(runDate);
        show(view);
        const code = exitCodeOf(view);
        // Nothing changes until somebody decides: watching on would only hide that from a script.
        if (view.state !== 'running' || code === exitCodes.runWaits) return endWith(code);
        await sleep(betweenLooksMs);
      }
    });
  });
}

/** On a screen the whole view, drawn over the last one; else a line for each change. */
export function viewer(terminal: Terminal, options: OutputOptions): (view: RunView) => void {
  const asJson = wantsJson(options, terminal);
  if (terminal.isScreen && !asJson) return (view) => terminal.redraw(describeRun(view));
  let last: string | undefined;
  return (view) => {
    const line = asJson ? JSON.stringify(briefly(view)) : describeRunBriefly(view);
    if (line === last) return;
    last = line;
    terminal.print(asJson ? line : `${utcSeconds(Date.now())}  ${line}`);
  };
}

/** What of a view changes when something has happened. */
function briefly({ runDate, state, status, readiness, training, itemsLoaded, result, failure }: RunView) {
  return {
    runDate,
    state,
    stage: status?.stage,
    version: status?.version,
    waitingFor: readiness?.waitingFor,
    training,
    itemsLoaded,
    outcome: result?.outcome,
    failure,
  };
}
