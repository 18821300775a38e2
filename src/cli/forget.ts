/** `frontpage forget`: a reader leaves every version, and all training and loading to come. */
import type { Command } from 'commander';
import { forgetReader } from '../clients/erasures';
import type { ErasureStatus } from '../contract';
import { userIdArgument } from './arguments';
import { type ConfirmOptions, confirm, withConfirmation } from './confirm';
import { openReaderItems, withClient } from './connections';
import type { Desk } from './desk';
import { answer, type OutputOptions, withOutput } from './output';

export function addForget(program: Command, { terminal }: Desk): void {
  withOutput(
    withConfirmation(
      program
        .command('forget')
        .description('forget a reader: out of every version in the table, and out of all training and loading to come')
        .argument('<user>', 'the pseudonymous id of the reader', userIdArgument),
    ),
  ).action(async (userId: string, options: OutputOptions & ConfirmOptions) => {
    const readerItems = openReaderItems();
    await confirm(terminal, options, {
      says: `The lists of ${userId} will be deleted from every version, and nothing will be learned of this reader any more. This cannot be undone.`,
      word: userId,
    });
    const status = await withClient((client) => forgetReader(client, readerItems, userId));
    answer(terminal, options, status, describeErasure(status));
  });
}

export function describeErasure({ looks, deleted, over }: ErasureStatus): string[] {
  return [
    `the reader is in no version any more: ${deleted} items deleted in ${looks} ${looks === 1 ? 'look' : 'looks'}`,
    over
      ? 'no load of before can be running any more: the erasure is over'
      : 'the table is looked at again for nine hours, for a load of before could still write; order it again to see how that stands',
  ];
}
