/** The items of the fresh loop in memory, with the condition of the port; it can refuse writes as DynamoDB does. */
import type { FreshTable } from '../../src/clients/freshTable';
import type { FreshItem } from '../../src/domain/currentItems';

export interface MemoryFreshTable extends FreshTable {
  readonly items: Map<string, FreshItem>;
  /** Keys of all writes that took place, in order. */
  readonly written: string[];
  /** Called for each write: true throttles it. */
  throttle: (item: FreshItem) => boolean;
}

export function createMemoryFreshTable(): MemoryFreshTable {
  const table: MemoryFreshTable = {
    items: new Map(),
    written: [],
    throttle: () => false,
    read: async (pks) => new Map([...table.items].filter(([pk]) => pks.includes(pk))),
    replace: async (item) => {
      if (table.throttle(item)) return { outcome: 'throttled', refusedBy: 'table' };
      const there = table.items.get(item.pk);
      if (there !== undefined && there.beat >= item.beat) return { outcome: 'superseded', consumedUnits: 1 };
      table.items.set(item.pk, item);
      table.written.push(item.pk);
      return { outcome: 'written', consumedUnits: 1 };
    },
  };
  return table;
}
