/** A bulk load writes every line of a shard, also those of readers who were registered to be forgotten since it was made. */
import { setTimeout as delay } from 'node:timers/promises';
import { erasedReaders, isListOfOneOf } from '../clients/erasureRegister';
import type { ListToWrite, RecommendationTable } from '../clients/recommendationTable';
import type { ModelInput } from '../contract';
import { batchLimits } from '../domain/batches';
import { fullJitterMs } from '../domain/jitter';
import { parseShardLine } from '../domain/storedList';
import type { ActivityDependencies } from './dependencies';
import type { ModelFile } from './modelArtefact';
import { streamShard } from './shardStream';

const retryBaseMs = 50;
const retryCapMs = 5_000;

/** Takes them out again, before any reader can be served them. Nobody is looked for while the register is empty. */
export async function removeErased(
  { lake, table }: Pick<ActivityDependencies, 'lake' | 'table'>,
  { jobName }: ModelInput,
  shards: readonly ModelFile[],
  beat: () => void,
): Promise<number> {
  const erased = await erasedReaders(lake);
  if (erased.size === 0) return 0;
  let removed = 0;
  for (const shard of shards) {
    for await (const lines of streamShard(lake, jobName, shard)) {
      const lists = lines.map((line) => parseShardLine(line));
      const found = lists.filter(({ pk }) => isListOfOneOf(erased, pk));
      for (let from = 0; from < found.length; from += batchLimits.items) {
        await removeAll(table, found.slice(from, from + batchLimits.items), beat);
      }
      removed += found.length;
      beat();
    }
  }
  return removed;
}

async function removeAll(table: RecommendationTable, lists: readonly ListToWrite[], beat: () => void): Promise<void> {
  let { unprocessed } = await table.remove(lists);
  for (let rounds = 1; unprocessed.length > 0; rounds++) {
    await delay(fullJitterMs(rounds, retryBaseMs, retryCapMs, Math.random()));
    beat();
    ({ unprocessed } = await table.remove(unprocessed));
  }
}
