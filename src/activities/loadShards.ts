/**
 * Loads a share of the shards into the table under the candidate's version, which no reader sees yet. Heartbeats carry
 * a cursor, so that another worker goes on where this one was killed.
 */
import { erasedReaders } from '../clients/erasureRegister';
import type { ListToWrite } from '../clients/recommendationTable';
import type { Activities } from '../contract';
import { defaultSenderOptions } from './batchSender';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, shardsOf } from './modelArtefact';
import { type PassOptions, ShardPass } from './shardPass';
import { SharedWriteRate } from './sharedWriteRate';

export type LoadOptions = PassOptions;

/** What a heartbeat carries is at most this old: so much is written again when a worker dies. */
export const defaultLoadOptions: LoadOptions = { ...defaultSenderOptions, heartbeatEveryMs: 1000 };

/** Safe to retry: an item is a pure function of its shard line, so writing it again changes nothing. */
export function createLoadShards(
  { lake, table }: Pick<ActivityDependencies, 'lake' | 'table'>,
  options: LoadOptions = defaultLoadOptions,
): Activities['loadShards'] {
  const shared = new SharedWriteRate();
  return async (input) => {
    const shards = shardsOf(await readModelManifest(lake, input));
    const rate = shared.join(input.maxUnitsPerSecond);
    try {
      const deed = {
        change: (lists: readonly ListToWrite[]) => table.write(lists),
        leaveOut: () => erasedReaders(lake),
      };
      const { itemsLoaded, throttledBatches } = await new ShardPass(lake, input, deed, rate, options).run(shards);
      return { items: itemsLoaded, throttledBatches };
    } finally {
      shared.leave(input.maxUnitsPerSecond);
    }
  };
}
