/**
 * The live recommendation set as this process knows it: its version, and the lists that all readers share. A new version is taken
 * only when its popular list is in memory, and then whole. So an answer is of one version, and what is served without the table is
 * of the version that was served before. When the table fails, the last set known stays in use, marked stale.
 */
import { type RankedList, type RecommendationReader, UnreadableItem } from '../clients/recommendationReader';
import { type BlendWeights, defaultBlendWeights } from '../domain/blendWeights';
import { withinMs } from './withinMs';

export interface LiveSet {
  readonly version: string;
  readonly popular: RankedList | undefined;
  readonly weights: BlendWeights;
  /** The section lists in use so far. Lists never change within a version. */
  readonly sections: Map<string, RankedList>;
}

export interface KnownSet {
  /** `undefined` before the first publish; that is looked up again each time. */
  readonly set: LiveSet | undefined;
  readonly stale: boolean;
}

export interface LiveSetsOptions {
  readonly reader: RecommendationReader;
  /** How long a set is used without another look, counted from when the look began. */
  readonly cacheSeconds: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told about each look that failed, and about weights that cannot be read. */
  readonly onFailure: (error: unknown) => void;
}

export interface LiveSets {
  /** Waits for a look at most `limitMs`. Throws only when that fails and no set is known. */
  current(limitMs: number): Promise<KnownSet>;
}

export function createLiveSets({ reader, cacheSeconds, now, onFailure }: LiveSetsOptions): LiveSets {
  let known: { readonly set: LiveSet; readonly stale: boolean; readonly until: number } | undefined;
  let looking: Promise<KnownSet> | undefined;

  async function look(): Promise<KnownSet> {
    const until = now() + cacheSeconds * 1000;
    try {
      const version = await reader.liveVersion();
      if (version === undefined) known = undefined;
      else known = { set: version === known?.set.version ? known.set : await load(version), stale: false, until };
      return { set: known?.set, stale: false };
    } catch (error) {
      onFailure(error);
      return leaveAlone(error);
    }
  }

  async function load(version: string): Promise<LiveSet> {
    const inUse = [...(known?.set.sections.keys() ?? [])];
    const [popular, weights, ...lists] = await Promise.all([
      reader.popularList(version),
      weightsOf(version),
      // A section that cannot be read now is read when it is asked for.
      ...inUse.map((section) => reader.sectionList(section, version).catch(() => undefined)),
    ]);
    const sections = inUse.flatMap((section, index) => {
      const list = lists[index];
      return list === undefined ? [] : [[section, list] as const];
    });
    return { version, popular, weights, sections: new Map(sections) };
  }

  async function weightsOf(version: string): Promise<BlendWeights> {
    try {
      return (await reader.blendWeights(version)) ?? defaultBlendWeights;
    } catch (error) {
      // It cannot be read at the next look either, and the lists of the version are good without.
      if (!(error instanceof UnreadableItem)) throw error;
      onFailure(error);
      return defaultBlendWeights;
    }
  }

  /** The last set stays in use, and nobody waits for the table until `cacheSeconds` have passed again. */
  function leaveAlone(error: unknown): KnownSet {
    if (known === undefined) throw error;
    known = { ...known, stale: true, until: now() + cacheSeconds * 1000 };
    return known;
  }

  return {
    async current(limitMs) {
      if (known !== undefined && now() < known.until) return known;
      // One look at a time: answers of two could arrive in the wrong order and turn the version back.
      looking ??= look().finally(() => {
        looking = undefined;
      });
      try {
        return await withinMs(looking, limitMs);
      } catch (error) {
        return leaveAlone(error);
      }
    },
  };
}
