/** Cutting lists into write batches. */
import type { StoredList } from './storedList';

/** DynamoDB BatchWriteItem: at most 25 items, and no key twice (API reference). Our items stay far below the 16 MB limit. */
export const maxItemsPerBatch = 25;

/** Batches in order. Where a key comes twice the later one wins, as it would have in the table. */
export function* batchesOf(lists: Iterable<StoredList>): Generator<StoredList[]> {
  let batch = new Map<string, StoredList>();
  for (const list of lists) {
    batch.set(`${list.pk}\n${list.sk}`, list);
    if (batch.size === maxItemsPerBatch) {
      yield [...batch.values()];
      batch = new Map();
    }
  }
  if (batch.size > 0) yield [...batch.values()];
}
