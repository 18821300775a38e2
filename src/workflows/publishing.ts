/** From an accepted model to what readers see: load beside what is live, verify, then move the pointer. */
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { type Activities, type DailyInput, type EvaluatedModel, keepLiveMemo, type ModelInput } from '../contract';
import type { BlendWeights } from '../domain/blendWeights';
import * as profiles from './activity-profiles';

const { readLive, publish, holdVersion } = proxyActivities<Activities>(profiles.call);
const { loadShards, bulkLoad, verifyLoad } = proxyActivities<Activities>(profiles.bulk);

const verifiedListsPerShard = 25;

/** Whether the run was started to look back only. What nobody will be shown need not be loaded either. */
export function keepsLive(): boolean {
  return workflowInfo().memo?.[keepLiveMemo] === true;
}

/** What is loaded must not be swept meanwhile: a set that was published before may be loaded again. */
export async function hold(model: ModelInput): Promise<void> {
  if (keepsLive()) return;
  await holdVersion(model);
}

/** Loads all shards, a bounded number of activities at a time, whatever the number of readers. */
export async function loadAll(
  model: ModelInput,
  load: DailyInput['settings']['load'],
  shards: number,
  onLoaded: (itemsLoaded: number) => void,
): Promise<number> {
  if (keepsLive()) return 0;
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
}

export async function verify(model: ModelInput, itemsLoaded: number): Promise<void> {
  if (keepsLive()) return;
  await verifyLoad({ ...model, itemsLoaded, samplePerShard: verifiedListsPerShard });
}

/** Moves the pointer, unless a later day is live already, which an older one must not take readers back from. */
export async function publishUnlessNewer(
  model: ModelInput,
  { items, readers }: Pick<EvaluatedModel, 'items' | 'readers'>,
  weights?: BlendWeights,
): Promise<boolean> {
  if (keepsLive()) return false;
  const live = await readLive();
  if (live !== null && live.runDate > model.runDate) return false;
  await publish({
    ...model,
    items,
    readers,
    ...(weights === undefined ? {} : { weights }),
    ...(live === null ? {} : { expectedLive: live.version }),
    ...(live?.since === undefined ? {} : { expectedSince: live.since }),
  });
  return true;
}
