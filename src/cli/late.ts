/** `frontpage late`: clicks that no run has read. */
import type { Command } from 'commander';
import { findLateObjects } from '../clients/operatorOrders';
import type { LateObjects } from '../contract';
import { describeBytes } from '../domain/readinessTable';
import type { RunDate } from '../domain/runDate';
import { runDateArgument, runDateHelp } from './arguments';
import { withClient } from './connections';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

export function addLate(program: Command, { terminal }: Desk): void {
  withOutput(
    program
      .command('late')
      .description('look for clicks of a day that were delivered after its run had frozen what it reads')
      .argument('<date>', runDateHelp, runDateArgument),
  ).action(async (runDate: RunDate, options: OutputOptions) => {
    const late = await withClient((client) => findLateObjects(client, runDate));
    answer(terminal, options, late, describeLate(late));
  });
}

export function describeLate({ runDate, objects, sizeBytes, reportUri }: LateObjects): string[] {
  return [
    objects === 0
      ? `no clicks of ${runDate} arrived after its run had frozen what it reads`
      : `${objects} ${objects === 1 ? 'object' : 'objects'} of ${runDate}, ${describeBytes(sizeBytes)}, arrived after its run had frozen what it reads`,
    `report: ${reportUri}`,
  ];
}
