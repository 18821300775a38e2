/** `frontpage start`: a day's run, by hand. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { runAgain } from '../clients/operatorOrders';
import { startRun, viewRun } from '../clients/runs';
import { loadPipelineSettings } from '../config';
import { type DailyInput, dailyWorkflowId } from '../contract';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { optionalRunDateHelp, runDateArgument } from './arguments';
import { withClient } from './connections';
import { describeLive } from './describeRun';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

const lookForMs = 3_000;
const betweenLooksMs = 100;

interface StartOptions extends OutputOptions {
  readonly again?: true;
}

type Started = { readonly how: 'started' | 'joined' } | { readonly how: 'already published'; readonly version: string };

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
    const started: Started = await withClient(async (client) =>
      options.again ? { how: (await runAgain(client, input)).how } : startOrSayLive(client, input),
    );
    answer(terminal, options, { runDate, workflowId: dailyWorkflowId(runDate), ...started }, [
      `run ${runDate} ${describeStart(runDate, started)}`,
    ]);
  });
}

async function startOrSayLive(client: Client, input: DailyInput): Promise<Started> {
  const how = await startRun(client, input);
  const live = how === 'started' ? await foundLive(client, input.runDate) : undefined;
  return live ?? { how };
}

/**
 * Whether the day is live already is found by the run itself, as its first step: looked at from here, it could change in between.
 * Waited for until the run has begun its work, and not for long, since only a worker can tell.
 */
async function foundLive(client: Client, runDate: RunDate): Promise<Started | undefined> {
  for (const giveUpAtMs = Date.now() + lookForMs; Date.now() < giveUpAtMs; ) {
    const view = await viewRun(client, runDate);
    const { result } = view ?? {};
    if (result?.outcome === 'already published') return { how: result.outcome, version: result.version };
    const hasBegun = (view?.status?.stages.length ?? 0) > 0;
    if (hasBegun || view?.state !== 'running') return undefined;
    await sleep(betweenLooksMs);
  }
  return undefined;
}

function describeStart(runDate: RunDate, started: Started): string {
  switch (started.how) {
    case 'started':
      return 'started';
    case 'joined':
      return 'is going on already: joined';
    case 'already published':
      return `has nothing to do: ${describeLive({ runDate, version: started.version })}`;
  }
}
