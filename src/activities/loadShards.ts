/**
 * Loads a share of the shards into the table under the candidate's version, which no reader sees yet. Heartbeats carry
 * a cursor, so that another worker goes on where this one was killed. A run that is started again finds the shards that an
 * earlier one has loaded, and proves by a sample that the table still has them.
 */
import { erasedReaders } from '../clients/erasureRegister';
import { forgetLoadsOfOthers, loadedShards, recordLoadedShard } from '../clients/loadedShards';
import type { ListToWrite } from '../clients/recommendationTable';
import type { Activities } from '../contract';
import { defaultSenderOptions } from './batchSender';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, shardsOf } from './modelArtefact';
import { type PassOptions, type ShardDeed, ShardPass } from './shardPass';
import { firstDifference, sampleOf } from './shardSample';
import { SharedWriteRate } from './sharedWriteRate';

export type LoadOptions = PassOptions;

/** What a heartbeat carries is at most this old: so much is written again when a worker dies. */
export const defaultLoadOptions: LoadOptions = { ...defaultSenderOptions, heartbeatEveryMs: 1000 };

/** Of a shard that is said to be loaded: as many as one strong read takes. */
const provingLists = 100;

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
      await forgetLoadsOfOthers(lake, input);
      const recorded = await loadedShards(lake, input);
      const deed: ShardDeed = {
        change: (lists: readonly ListToWrite[]) => table.write(lists),
        leaveOut: () => erasedReaders(lake),
        async isDone(shard, erased, beat) {
          if (!recorded.has(shard.sha256)) return false;
          const sample = await sampleOf(lake, input.jobName, shard, { size: provingLists, erased, beat });
          return (await firstDifference(table, sample)) === undefined;
        },
        wasDone: ({ path, sha256, items = 0 }) => recordLoadedShard(lake, input, { path, sha256, items }),
      };
      const { itemsLoaded, throttledBatches, itemsFound } = await new ShardPass(lake, input, deed, rate, options).run(
        shards,
      );
      return { items: itemsLoaded, throttledBatches, ...(itemsFound === undefined ? {} : { itemsFound }) };
    } finally {
      shared.leave(input.maxUnitsPerSecond);
    }
  };
}
