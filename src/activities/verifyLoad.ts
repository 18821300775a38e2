/**
 * Compares what the table holds with what the shards say, before any reader can see it, and takes the time of single
 * reads: a table that is slow now will be slow for readers.
 */
import { heartbeat } from '@temporalio/activity';
import { erasedReaders } from '../clients/erasureRegister';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { Activities, ReadLatency } from '../contract';
import type { StoredList } from '../domain/storedList';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, shardsOf } from './modelArtefact';
import { firstDifference, sampleOf } from './shardSample';

const probedReads = 40;
/** A table that is too slow for all of the reads has said enough by then. */
const longestProbeMs = 5_000;

/** Safe to retry: reads only. */
export function createVerifyLoad({
  lake,
  table,
}: Pick<ActivityDependencies, 'lake' | 'table'>): Activities['verifyLoad'] {
  return async ({ itemsLoaded, samplePerShard, ...input }) => {
    const manifest = await readModelManifest(lake, input);
    const shards = shardsOf(manifest);
    const listed = shards.reduce((sum, { items = 0 }) => sum + items, 0);
    if (itemsLoaded !== manifest.items || listed !== manifest.items) {
      throw failure(
        'LoadVerificationFailed',
        `${itemsLoaded} items were loaded, the artefact has ${manifest.items}, ${listed} in its shards [version=${input.version}]`,
      );
    }
    const erased = await erasedReaders(lake);
    let sampled = 0;
    let probed: StoredList[] = [];
    for (const shard of shards) {
      const beat = (line: number): void => heartbeat({ shard: shard.path, line });
      const sample = await sampleOf(lake, input.jobName, shard, { size: samplePerShard, erased, beat });
      await expectStored(table, sample, `${shard.path} [version=${input.version}]`);
      sampled += sample.length;
      probed = [...probed, ...sample].slice(-probedReads);
      heartbeat({ sampled });
    }
    return { sampled, latency: await probe(table, probed) };
  };
}

/** Each list must be there and the same. */
async function expectStored(table: RecommendationTable, sample: readonly StoredList[], place: string): Promise<void> {
  const difference = await firstDifference(table, sample);
  if (difference === undefined) return;
  const fault = difference === 'missing' ? 'missing from' : 'different in';
  throw failure('LoadVerificationFailed', `an item is ${fault} the table that is in ${place}`);
}

async function probe(table: RecommendationTable, lists: readonly StoredList[]): Promise<ReadLatency> {
  const timesMs: number[] = [];
  const beganMs = performance.now();
  for (const list of lists) {
    const startedMs = performance.now();
    if (startedMs - beganMs > longestProbeMs) break;
    await table.read([list]);
    timesMs.push(performance.now() - startedMs);
    heartbeat({ probed: timesMs.length });
  }
  timesMs.sort((a, b) => a - b);
  const at = (share: number): number => Number((timesMs[Math.floor(share * (timesMs.length - 1))] ?? 0).toFixed(2));
  return { reads: timesMs.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
