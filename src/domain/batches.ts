/**
 * The lines of one shard that are under way: read, and not yet in the table. Cuts them into write batches, takes back what
 * the table refused, and knows how far the shard is done without a gap: that is where another worker may go on.
 *
 * A key is held once at a time, so of two lines with the same key the later one is written after the earlier one, and wins.
 */
import { estimatedUnits, maxWireBytes, type ShardItem } from './shardItem';

export interface BatchLimits {
  readonly items: number;
  readonly bytes: number;
}

/** DynamoDB BatchWriteItem: at most 25 items and 16 MB, and no key twice (API reference). */
export const batchLimits: BatchLimits = { items: 25, bytes: 16 * 1024 * 1024 };

/** What a request holds besides its lines. */
const bytesAroundLine = 20;
const bytesAroundBatch = 1024;
const dropAt = 100;

/** A line under way. */
export interface PendingItem {
  readonly item: ShardItem;
  /** Its place in the shard, from 0. */
  readonly place: number;
  done: boolean;
  refusals: number;
  firstRefusedAtMs: number;
  dueAtMs: number;
}

export class BatchWindow {
  private readonly keys = new Set<string>();
  /** In the shard's order, from the first line that is not in the table. */
  private underWay: PendingItem[] = [];
  /** How many at the front of `underWay` are done; they are dropped now and then. */
  private head = 0;
  private fresh: PendingItem[] = [];
  private refused: PendingItem[] = [];
  private next: number;

  constructor(
    firstLine: number,
    private readonly limits: BatchLimits = batchLimits,
  ) {
    this.next = firstLine;
  }

  /** So many lines of the shard, from its first one, are in the table. */
  get linesDone(): number {
    return this.next - (this.underWay.length - this.head);
  }

  /** Lines that are read and not yet in the table. */
  get size(): number {
    return this.keys.size;
  }

  holds(item: ShardItem): boolean {
    return this.keys.has(item.pk);
  }

  /** The next line of the shard, whose key must not be held. */
  add(item: ShardItem): void {
    this.keys.add(item.pk);
    this.fresh.push(this.enter(item));
  }

  /** The next line of the shard, which shall not be written. */
  skip(item: ShardItem): void {
    this.leave(this.enter(item));
  }

  get hasFullBatch(): boolean {
    return this.fresh.length >= this.limits.items;
  }

  /** The next batch: what was refused and is due again first, then new lines. Empty when nothing may be sent now. */
  takeBatch(nowMs: number): PendingItem[] {
    const batch: PendingItem[] = [];
    let room = this.limits.bytes - bytesAroundBatch;
    if (this.refused.length > 0) {
      const waiting: PendingItem[] = [];
      for (const pending of this.refused) {
        const bytes = bytesOf(pending);
        if (pending.dueAtMs > nowMs || batch.length === this.limits.items || (batch.length > 0 && bytes > room)) {
          waiting.push(pending);
          continue;
        }
        batch.push(pending);
        room -= bytes;
      }
      this.refused = waiting;
    }
    let taken = 0;
    for (const pending of this.fresh) {
      const bytes = bytesOf(pending);
      if (batch.length === this.limits.items || (batch.length > 0 && bytes > room)) break;
      batch.push(pending);
      room -= bytes;
      taken += 1;
    }
    this.fresh = taken === this.fresh.length ? [] : this.fresh.slice(taken);
    return batch;
  }

  wasWritten(pending: PendingItem): void {
    this.keys.delete(pending.item.pk);
    this.leave(pending);
  }

  wasRefused(pending: PendingItem, nowMs: number, delayMs: (refusals: number) => number): void {
    if (pending.refusals === 0) pending.firstRefusedAtMs = nowMs;
    pending.dueAtMs = nowMs + delayMs(pending.refusals);
    pending.refusals += 1;
    this.refused.push(pending);
  }

  /** When the first of what was refused is due again; `undefined` when nothing waits. */
  get nextDueAtMs(): number | undefined {
    return this.refused.reduce<number | undefined>(
      (first, { dueAtMs }) => (first === undefined ? dueAtMs : Math.min(first, dueAtMs)),
      undefined,
    );
  }

  private enter(item: ShardItem): PendingItem {
    const pending = { item, place: this.next++, done: false, refusals: 0, firstRefusedAtMs: 0, dueAtMs: 0 };
    this.underWay.push(pending);
    return pending;
  }

  private leave(pending: PendingItem): void {
    pending.done = true;
    while (this.underWay[this.head]?.done === true) this.head += 1;
    if (this.head < dropAt) return;
    this.underWay = this.underWay.slice(this.head);
    this.head = 0;
  }
}

function bytesOf({ item }: PendingItem): number {
  return maxWireBytes(item.line) + bytesAroundLine;
}

export function unitsOf(batch: readonly PendingItem[]): number {
  return batch.reduce((sum, { item }) => sum + estimatedUnits(item.line), 0);
}
