/** Which versions of the register stay in the table, and which are to be removed. */

export interface LiveAndPrevious {
  readonly version: string;
  readonly previous?: string;
}

export interface KeptVersions {
  /** Newest first. */
  readonly kept: readonly string[];
  /** Oldest first: what can be gone back to is removed last. */
  readonly doomed: readonly string[];
}

/** So many versions in all: the live one and the one before it, whatever their age, then the newest. */
export function keptVersions(versions: readonly string[], live: LiveAndPrevious, keep: number): KeptVersions {
  const spared = new Set([live.version, ...(live.previous === undefined ? [] : [live.previous])]);
  const newestFirst = versions.toSorted().toReversed();
  const room = Math.max(0, keep - newestFirst.filter((version) => spared.has(version)).length);
  for (const version of newestFirst.filter((each) => !spared.has(each)).slice(0, room)) spared.add(version);
  return {
    kept: newestFirst.filter((version) => spared.has(version)),
    doomed: newestFirst.filter((version) => !spared.has(version)).toReversed(),
  };
}
