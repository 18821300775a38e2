/** A sample of a shard's lists, and whether the table holds it. */
import { isListOfOneOf } from '../clients/erasureRegister';
import type { ObjectStore } from '../clients/objectStore';
import type { RecommendationTable } from '../clients/recommendationTable';
import { InvalidShardLine, parseShardLine, type StoredList, sameList } from '../domain/storedList';
import { failure } from '../failures';
import type { ModelFile } from './modelArtefact';
import { streamShard } from './shardStream';

export interface SampleOptions {
  readonly size: number;
  /** Hashes of readers who must be forgotten: their lists are in no table. */
  readonly erased: ReadonlySet<string>;
  /** Called as the shard is read. */
  readonly beat: (line: number) => void;
}

/** Lists evenly spread over the shard, first and last included; the shard itself is read to its end, and so checked. */
export async function sampleOf(
  lake: ObjectStore,
  jobName: string,
  shard: ModelFile,
  { size, erased, beat }: SampleOptions,
): Promise<StoredList[]> {
  const { items = 0 } = shard;
  const step = items <= size ? 1 : (items - 1) / (size - 1);
  const wanted = new Set(Array.from({ length: Math.min(size, items) }, (_, index) => Math.round(index * step)));
  const sample: StoredList[] = [];
  let line = 0;
  for await (const lines of streamShard(lake, jobName, shard)) {
    beat(line);
    for (const text of lines) {
      if (wanted.has(line)) sample.push(listOf(text, line, shard));
      line += 1;
    }
  }
  return sample.filter(({ pk }) => !isListOfOneOf(erased, pk));
}

/** By strong reads, at most 100 lists: the first that is not there, or not the same; `undefined` when all are. */
export async function firstDifference(
  table: RecommendationTable,
  sample: readonly StoredList[],
): Promise<'missing' | 'different' | undefined> {
  // Of two lines with one key the later one counts, and DynamoDB takes no key twice.
  const wanted = [...new Map(sample.map((list) => [list.pk, list])).values()];
  const stored = new Map((await table.read(wanted)).map((list) => [list.pk, list]));
  for (const list of wanted) {
    const found = stored.get(list.pk);
    if (found === undefined) return 'missing';
    if (!sameList(found, list)) return 'different';
  }
  return undefined;
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
