/** From an accepted model to what readers see: load beside what is live, verify, then move the pointer. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities, DailyInput, DailyResult, EvaluatedModel, ModelInput } from '../contract';
import type { BlendWeights } from '../domain/blendWeights';
import * as profiles from './activity-profiles';
import { keepsLive } from './keepLive';

const { readLive, publish, holdVersion } = proxyActivities<Activities>(profiles.call);
const { loadShards, bulkLoad, verifyLoad } = proxyActivities<Activities>(profiles.bulk);

const verifiedListsPerShard = 25;

export type PublishOutcome = Exclude<DailyResult['outcome'], 'already published'>;

/** The steps of a run to its readers. */
export interface Publishing {
  /** What is loaded must not be swept meanwhile: a set that was published before may be loaded again. */
  hold(model: ModelInput): Promise<void>;
  /** Loads all shards, a bounded number of activities at a time, whatever the number of readers. */
  loadAll(
    model: ModelInput,
    load: DailyInput['settings']['load'],
    shards: number,
    onLoaded: (itemsLoaded: number) => void,
  ): Promise<number>;
  verify(model: ModelInput, itemsLoaded: number): Promise<void>;
  /** Moves the pointer, unless a later day is live already, which an older one must not take readers back from. */
  publishUnlessNewer(
    model: ModelInput,
    figures: Pick<EvaluatedModel, 'items' | 'readers'>,
    weights?: BlendWeights,
  ): Promise<PublishOutcome>;
}

/** Decided once: a run takes all of the steps, or, when it only looks back, none. */
export function publishingOfRun(): Publishing {
  return keepsLive() ? lookingBack : toReaders;
}

/** What nobody will be shown need not be loaded either. */
const lookingBack: Publishing = {
  hold: async () => undefined,
  loadAll: async () => 0,
  verify: async () => undefined,
  publishUnlessNewer: async () => 'not published',
};

const toReaders: Publishing = {
  async hold(model) {
    await holdVersion(model);
  },

  async loadAll(model, load, shards, onLoaded) {
    if (load.mode === 'bulk') {
      const { items } = await bulkLoad({ ...model, maxUnitsPerSecond: load.maxUnitsPerSecond });
      onLoaded(items);
      return items;
    }
    let itemsLoaded = 0;
    const groups = Math.min(load.parallelism, shards);
    await Promise.all(
      Array.from({ length: groups }, async (_, group) => {
        const { items } = await loadShards({
          ...model,
          group,
          groups,
          maxUnitsPerSecond: load.maxUnitsPerSecond / groups,
        });
        itemsLoaded += items;
        onLoaded(itemsLoaded);
      }),
    );
    return itemsLoaded;
  },

  async verify(model, itemsLoaded) {
    await verifyLoad({ ...model, itemsLoaded, samplePerShard: verifiedListsPerShard });
  },

  async publishUnlessNewer(model, { items, readers }, weights) {
    const live = await readLive();
    if (live !== null && live.runDate > model.runDate) return 'kept newer';
    await publish({
      ...model,
      items,
      readers,
      ...(weights === undefined ? {} : { weights }),
      ...(live === null ? {} : { expectedLive: live.version }),
      ...(live?.since === undefined ? {} : { expectedSince: live.since }),
    });
    return 'published';
  },
};
