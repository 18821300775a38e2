/**
 * Compares what the table holds with what the shards say, before any reader can see it, and takes the time of single
 * reads: a table that is slow now will be slow for readers.
 */
import { heartbeat } from '@temporalio/activity';
import { erasedReaders, isListOfOneOf } from '../clients/erasureRegister';
import type { ObjectStore } from '../clients/objectStore';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { Activities, ReadLatency } from '../contract';
import { InvalidShardLine, parseShardLine, type StoredList, sameList } from '../domain/storedList';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { type ModelFile, readModelManifest, shardsOf } from './modelArtefact';
import { streamShard } from './shardStream';

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
      const drawn = await sampleOf(lake, input.jobName, shard, samplePerShard);
      const sample = drawn.filter(({ pk }) => !isListOfOneOf(erased, pk));
      await expectStored(table, sample, `${shard.path} [version=${input.version}]`);
      sampled += sample.length;
      probed = [...probed, ...sample].slice(-probedReads);
      heartbeat({ sampled });
    }
    return { sampled, latency: await probe(table, probed) };
  };
}

/** Strong reads of the sample; each list must be there and the same. */
async function expectStored(table: RecommendationTable, sample: readonly StoredList[], place: string): Promise<void> {
  const stored = new Map((await table.read(sample)).map((list) => [list.pk, list]));
  for (const wanted of sample) {
    const found = stored.get(wanted.pk);
    if (found !== undefined && sameList(found, wanted)) continue;
    const fault = found === undefined ? 'missing from' : 'different in';
    throw failure('LoadVerificationFailed', `an item is ${fault} the table that is in ${place}`);
  }
}

/** Up to `size` lists, evenly spread over the shard, first and last included; the shard itself is read to its end, and so checked. */
async function sampleOf(lake: ObjectStore, jobName: string, shard: ModelFile, size: number): Promise<StoredList[]> {
  const { items = 0 } = shard;
  const step = items <= size ? 1 : (items - 1) / (size - 1);
  const wanted = new Set(Array.from({ length: Math.min(size, items) }, (_, index) => Math.round(index * step)));
  const sample: StoredList[] = [];
  let line = 0;
  for await (const lines of streamShard(lake, jobName, shard)) {
    heartbeat({ shard: shard.path, line });
    for (const text of lines) {
      if (wanted.has(line)) sample.push(listOf(text, line, shard));
      line += 1;
    }
  }
  return sample;
}

function listOf(text: string, line: number, shard: ModelFile): StoredList {
  try {
    return parseShardLine(text);
  } catch (error) {
    if (!(error instanceof InvalidShardLine)) throw error;
    throw failure('ModelArtefactInvalid', `line ${line + 1} of a shard: ${error.message} [shard=${shard.path}]`, {
      cause: error,
    });
  }
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
