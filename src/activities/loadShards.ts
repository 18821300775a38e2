/**
 * Loads a share of the shards into the table under the candidate's version, which no reader sees yet. Heartbeats carry
 * a cursor, so that another worker goes on where this one was killed.
 */
import { activityInfo, heartbeat, sleep } from '@temporalio/activity';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { Activities, LoadCursor } from '../contract';
import { batchesOf, maxItemsPerBatch } from '../domain/batches';
import type { StoredList } from '../domain/storedList';
import { defaultWriteRate, fullJitterMs, WriteRate } from '../domain/writeRate';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, readShard, shardsOf } from './modelArtefact';

const maxTriesPerBatch = 30;
const retryBaseMs = 50;
const retryCapMs = 5_000;

/** Safe to retry: an item is a pure function of its shard line, so writing it again changes nothing. */
export function createLoadShards({ lake, table }: ActivityDependencies): Activities['loadShards'] {
  return async (input) => {
    const shards = shardsOf(await readModelManifest(lake, input));
    const rate = new WriteRate({ ...defaultWriteRate, maxUnitsPerSecond: input.maxUnitsPerSecond }, Date.now());
    let cursor = previousCursor() ?? { shard: input.group, line: 0, itemsLoaded: 0, throttledBatches: 0 };
    for (; cursor.shard < shards.length; cursor = { ...cursor, shard: cursor.shard + input.groups, line: 0 }) {
      const shard = shards[cursor.shard];
      if (shard === undefined) break;
      const lists = await readShard(lake, input.jobName, shard);
      for (let line = cursor.line; line < lists.length; line += maxItemsPerBatch) {
        const slice = lists.slice(line, line + maxItemsPerBatch);
        let throttledTries = 0;
        for (const batch of batchesOf(slice)) throttledTries += await writeBatch(table, batch, rate, cursor);
        cursor = {
          shard: cursor.shard,
          line: line + slice.length,
          itemsLoaded: cursor.itemsLoaded + slice.length,
          throttledBatches: cursor.throttledBatches + throttledTries,
        };
        heartbeat(cursor);
      }
    }
    return { items: cursor.itemsLoaded, throttledBatches: cursor.throttledBatches };
  };
}

/** What the attempt before this one had done when it was last heard of. */
function previousCursor(): LoadCursor | undefined {
  const details: LoadCursor | undefined = activityInfo().heartbeatDetails;
  return details;
}

/** Writes a batch until nothing of it is unprocessed; returns how many tries were throttled. */
async function writeBatch(
  table: RecommendationTable,
  batch: readonly StoredList[],
  rate: WriteRate,
  cursor: LoadCursor,
): Promise<number> {
  let pending = batch;
  for (let tries = 0; tries < maxTriesPerBatch; tries++) {
    const waitMs = rate.delayMs(Date.now());
    if (waitMs > 0) await sleep(waitMs);
    const answer = await table.write(pending);
    rate.charge(answer.consumedUnits, Date.now());
    pending = answer.unprocessed;
    if (pending.length === 0) return tries;
    rate.throttled(Date.now());
    heartbeat(cursor);
    await sleep(fullJitterMs(tries, retryBaseMs, retryCapMs, Math.random()));
  }
  throw failure(
    'LoadThrottled',
    `the table refused ${pending.length} of ${batch.length} items ${maxTriesPerBatch} times [shard=${cursor.shard}, line=${cursor.line}]`,
  );
}
