/**
 * A list that many readers share (popular, one section), kept in memory for the version it belongs to. Lists never change
 * within a version. When the table fails, the last list stays in use, whatever its version, marked stale.
 */
import type { RankedList } from '../clients/recommendationReader';

export interface SharedList extends RankedList {
  readonly version: string;
  readonly stale: boolean;
}

export interface SharedListOptions {
  readonly read: (version: string) => Promise<RankedList | undefined>;
  /** Told about a failed read that a known list covers. */
  readonly onFailure: (error: unknown) => void;
}

/** The returned function throws only when the read fails and no list is known. */
export function createSharedList(options: SharedListOptions): (version: string) => Promise<SharedList | undefined> {
  let known: SharedList | undefined;
  const reads = new Map<string, Promise<SharedList | undefined>>();

  async function read(version: string): Promise<SharedList | undefined> {
    try {
      const list = await options.read(version);
      if (list === undefined) return undefined;
      known = { ...list, version, stale: false };
      return known;
    } catch (error) {
      if (known === undefined) throw error;
      options.onFailure(error);
      return { ...known, stale: true };
    }
  }

  return (version) => {
    if (known?.version === version) return Promise.resolve(known);
    const reading = reads.get(version) ?? read(version).finally(() => reads.delete(version));
    reads.set(version, reading);
    return reading;
  };
}
