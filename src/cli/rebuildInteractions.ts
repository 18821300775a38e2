/** `frontpage rebuild-interactions`: the compacted day anew from its clicks, with no training. */
import type { Command } from 'commander';
import { rebuildInteractions } from '../clients/backfills';
import { frozenGeneration } from '../clients/dayStates';
import { loadPipelineSettings } from '../config';
import { clicksDayPrefix } from '../domain/keys';
import type { RunDate } from '../domain/runDate';
import { runDateArgument, runDateHelp } from './arguments';
import { openLake, withClient } from './connections';
import type { Desk } from './desk';
import { CommandFailed } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

export function addRebuildInteractions(program: Command, { terminal }: Desk): void {
  withOutput(
    program
      .command('rebuild-interactions')
      .description('make the compacted interactions of a past day anew from its clicks, without training')
      .argument('<date>', runDateHelp, runDateArgument),
  ).action(async (runDate: RunDate, options: OutputOptions) => {
    const lake = openLake();
    if ((await lake.list(clicksDayPrefix(runDate))).length === 0) {
      throw new CommandFailed(
        'ClicksGone',
        `the lake has no clicks of ${runDate} any more, and interactions are made from clicks [prefix=s3://${lake.bucket}/${clicksDayPrefix(runDate)}]`,
      );
    }
    const generation = await frozenGeneration(lake, runDate);
    const settings = loadPipelineSettings();
    const rebuilt = await withClient((client) => rebuildInteractions(client, { runDate, generation, settings }));
    const others = rebuilt.days - 1;
    answer(terminal, options, rebuilt, [
      `interactions of ${runDate} are made anew by ${rebuilt.jobName}`,
      ...(others > 0 ? [`and those of ${others} days before it that had none`] : []),
    ]);
  });
}
