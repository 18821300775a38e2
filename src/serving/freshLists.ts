/**
 * Lists of the fresh loop by name, next lists by article or section lists by section, each kept for a moment: also that there is none.
 * What is not in memory is read with what else the answer waits for; what does not come in time is done without.
 */
import { type FreshList, UnreadableItem } from '../clients/recommendationReader';
import type { ScoredList } from '../domain/freshLists';
import { CircuitOpen, type GuardedRead } from './guardedReads';
import { laterOf } from './laterOf';

export interface LookUp {
  readonly result: 'found' | 'absent' | 'failed';
  readonly from: 'memory' | 'table';
}

export interface FreshListsOptions {
  readonly read: (name: string) => Promise<FreshList<ScoredList> | undefined>;
  readonly guardedRead: GuardedRead;
  readonly cacheSeconds: number;
  /** Names that are remembered; the oldest goes first. */
  readonly maxEntries: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told about each read that failed. */
  readonly onFailure: (error: unknown) => void;
  readonly onLookUp: (lookUp: LookUp) => void;
}

export interface FoundLists {
  readonly lists: ReadonlyMap<string, ScoredList>;
  /** Whether the table answered about all that was not known. */
  readonly complete: boolean;
}

export interface FreshLists {
  /** Never throws, and waits at most `limitMs`. */
  find(names: readonly string[], limitMs: number): Promise<FoundLists>;
}

interface Entry {
  readonly fresh: FreshList<ScoredList> | undefined;
  readonly readAtMs: number;
}

export function createFreshLists(options: FreshListsOptions): FreshLists {
  const { read, guardedRead, cacheSeconds, maxEntries, now, onFailure, onLookUp } = options;
  const entries = new Map<string, Entry>();

  const unexpired = (fresh: FreshList<ScoredList> | undefined): FreshList<ScoredList> | undefined =>
    fresh !== undefined && fresh.expiresAt > now() / 1000 ? fresh : undefined;

  function remember(name: string, entry: Entry): void {
    // Behind all others, so that the first one is the one that was read longest ago.
    entries.delete(name);
    entries.set(name, entry);
    if (entries.size <= maxEntries) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  /** What the table holds or, where that cannot be had, what it held. Told is whether it answered. */
  async function ask(name: string, limitMs: number): Promise<{ fresh: Entry['fresh']; answered: boolean }> {
    const readAtMs = now();
    const known = (): Entry['fresh'] => unexpired(entries.get(name)?.fresh);
    try {
      const fresh = laterOf(known(), await guardedRead(() => read(name), limitMs));
      remember(name, { fresh, readAtMs });
      return { fresh: unexpired(fresh), answered: true };
    } catch (error) {
      if (!(error instanceof CircuitOpen)) onFailure(error);
      const answered = error instanceof UnreadableItem;
      // Not to be read again, and told of, by each answer.
      if (answered) remember(name, { fresh: known(), readAtMs });
      return { fresh: known(), answered };
    }
  }

  return {
    async find(names, limitMs) {
      const lists = new Map<string, ScoredList>();
      let complete = true;
      const take = (name: string, fresh: Entry['fresh'], from: LookUp['from'], answered: boolean): void => {
        if (fresh !== undefined) lists.set(name, fresh.list);
        else if (!answered) complete = false;
        onLookUp({ result: fresh !== undefined ? 'found' : answered ? 'absent' : 'failed', from });
      };
      const asked: Promise<void>[] = [];
      for (const name of names) {
        const entry = entries.get(name);
        if (entry !== undefined && now() - entry.readAtMs < cacheSeconds * 1000) {
          take(name, unexpired(entry.fresh), 'memory', true);
        } else {
          asked.push(ask(name, limitMs).then(({ fresh, answered }) => take(name, fresh, 'table', answered)));
        }
      }
      if (asked.length > 0) await Promise.all(asked);
      return { lists, complete };
    },
  };
}
