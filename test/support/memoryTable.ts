/** A recommendation table in memory that can refuse writes as DynamoDB does. */
import type { LivePointer, RecommendationTable, VersionRecord } from '../../src/clients/recommendationTable';
import type { StoredList } from '../../src/domain/storedList';

export interface MemoryTable extends RecommendationTable {
  readonly lists: Map<string, StoredList>;
  readonly batchSizes: number[];
  pointer: LivePointer | undefined;
  /** Called for each list of a write: true leaves it unprocessed. */
  refuse: (list: StoredList) => boolean;
  /** Thrown after the next pointer move has taken effect: a reply that got lost. */
  loseNextMoveReply: boolean;
}

const keyOf = ({ pk, sk }: Pick<StoredList, 'pk' | 'sk'>): string => `${pk}|${sk}`;

export function createMemoryTable(): MemoryTable {
  const records = new Map<string, VersionRecord>();
  const heldUntil = new Map<string, number>();
  const isSwept = (version: string): boolean => records.get(version)?.sweptSince !== undefined;
  const table: MemoryTable = {
    lists: new Map(),
    batchSizes: [],
    pointer: undefined,
    refuse: () => false,
    loseNextMoveReply: false,
    write: async (lists) => {
      table.batchSizes.push(lists.length);
      const unprocessed = lists.filter((list) => table.refuse(list));
      for (const list of lists) if (!unprocessed.includes(list)) table.lists.set(keyOf(list), list);
      return { unprocessed, consumedUnits: lists.length - unprocessed.length };
    },
    remove: async (lists) => {
      const unprocessed = lists.filter((list) => table.refuse(list));
      for (const list of lists) if (!unprocessed.includes(list)) table.lists.delete(keyOf(list));
      return { unprocessed, consumedUnits: lists.length - unprocessed.length };
    },
    read: async (keys) => keys.flatMap((key) => table.lists.get(keyOf(key)) ?? []),
    live: async () => table.pointer,
    moveLive: async (to, seen) => {
      if (table.pointer?.version !== seen?.version) return false;
      if (seen?.publishedAt !== undefined && table.pointer?.publishedAt !== seen.publishedAt) return false;
      table.pointer = to;
      if (table.loseNextMoveReply) {
        table.loseNextMoveReply = false;
        throw new Error('connection reset');
      }
      return true;
    },
    recordVersion: async (record, heldUntilMs) => {
      if (isSwept(record.version)) return false;
      records.set(record.version, record);
      heldUntil.set(record.version, heldUntilMs);
      return true;
    },
    holdVersion: async (version, untilMs) => {
      if (!records.has(version)) return 'unknown';
      if (isSwept(version)) return 'being swept';
      heldUntil.set(version, untilMs);
      return 'held';
    },
    claimForSweep: async (version, nowMs) => {
      const record = records.get(version);
      if (record === undefined) return 'unknown';
      if ((heldUntil.get(version) ?? 0) >= nowMs) return 'held';
      if (record.sweptSince !== undefined) return 'claimed before';
      records.set(version, { ...record, sweptSince: new Date(nowMs).toISOString() });
      return 'claimed';
    },
    releaseFromSweep: async (version) => {
      const record = records.get(version);
      if (record === undefined) return;
      const { sweptSince: _over, ...kept } = record;
      records.set(version, kept);
    },
    forgetVersion: async (version) => {
      if (isSwept(version)) records.delete(version);
    },
    versions: async () => [...records.values()].sort((a, b) => (a.version < b.version ? 1 : -1)),
  };
  return table;
}
