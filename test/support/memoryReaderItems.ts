/** Everything of readers in memory. */
import type { ReaderItems } from '../../src/clients/readerItems';

export interface MemoryReaderItems extends ReaderItems {
  readonly items: Map<string, Set<string>>;
  readonly requests: Map<string, string>;
}

export function createMemoryReaderItems(): MemoryReaderItems {
  const items = new Map<string, Set<string>>();
  const requests = new Map<string, string>();
  return {
    items,
    requests,
    stored: async (userId) => [...(items.get(userId) ?? [])],
    remove: async (userId, sortKeys) => {
      for (const sortKey of sortKeys) items.get(userId)?.delete(sortKey);
    },
    putRequest: async (hash, userId) => {
      requests.set(hash, userId);
    },
    requestOf: async (hash) => requests.get(hash),
    dropRequest: async (hash) => {
      requests.delete(hash);
    },
  };
}
