/**
 * The live version, looked up at most once in `cacheSeconds` and by one lookup at a time. When a lookup fails, the
 * last version known stays in use, marked stale, and the table is left alone for another `cacheSeconds`.
 */

export interface LiveVersion {
  /** `undefined` before the first publish; that is looked up again each time. */
  readonly version: string | undefined;
  readonly stale: boolean;
}

export interface LiveVersionOptions {
  readonly lookUp: () => Promise<string | undefined>;
  readonly cacheSeconds: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told about a failed lookup that a known version covers. */
  readonly onFailure: (error: unknown) => void;
}

/** The returned function throws only when the lookup fails and no version is known. */
export function createLiveVersion(options: LiveVersionOptions): () => Promise<LiveVersion> {
  let known: (LiveVersion & { readonly until: number }) | undefined;
  let lookup: Promise<LiveVersion> | undefined;

  async function lookUp(): Promise<LiveVersion> {
    const until = options.now() + options.cacheSeconds * 1000;
    try {
      const version = await options.lookUp();
      known = version === undefined ? undefined : { version, stale: false, until };
      return { version, stale: false };
    } catch (error) {
      if (known === undefined) throw error;
      options.onFailure(error);
      known = { ...known, stale: true, until };
      return known;
    }
  }

  return () => {
    if (known !== undefined && options.now() < known.until) return Promise.resolve(known);
    lookup ??= lookUp().finally(() => {
      lookup = undefined;
    });
    return lookup;
  };
}
