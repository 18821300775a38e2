/**
 * Which shards a load has brought into the table, in the lake: one small object for each, written when all of its lines are
 * there. A run that is started again need not write them a second time. A record is a hint, and no proof: the table may have
 * been swept, restored or replaced since, so whoever believes one looks into the table first.
 */
import { loadedJobPrefix, loadedShardKey, loadedVersionPrefix } from '../domain/keys';
import type { ObjectStore } from './objectStore';

interface LoadedModel {
  readonly version: string;
  readonly jobName: string;
}

/** SHA-256 of the shards of this model that were loaded. */
export async function loadedShards(lake: ObjectStore, { version, jobName }: LoadedModel): Promise<ReadonlySet<string>> {
  const prefix = loadedJobPrefix(version, jobName);
  const records = await lake.list(prefix);
  return new Set(records.map(({ key }) => key.slice(prefix.length, -'.json'.length)));
}

export async function recordLoadedShard(
  lake: ObjectStore,
  { version, jobName }: LoadedModel,
  shard: { readonly path: string; readonly sha256: string; readonly items: number },
): Promise<void> {
  await lake.put(loadedShardKey(version, jobName, shard.sha256), `${JSON.stringify({ schema: 1, ...shard })}\n`, {
    contentType: 'application/json',
  });
}

/** Two jobs can make one version, after a change of settings; what one loads goes over what the other had loaded. */
export async function forgetLoadsOfOthers(lake: ObjectStore, { version, jobName }: LoadedModel): Promise<void> {
  const own = loadedJobPrefix(version, jobName);
  for (const { key } of await lake.list(loadedVersionPrefix(version))) {
    if (!key.startsWith(own)) await lake.remove(key);
  }
}

/** Before the lists of the version leave the table. */
export async function forgetLoads(lake: ObjectStore, version: string): Promise<void> {
  for (const { key } of await lake.list(loadedVersionPrefix(version))) await lake.remove(key);
}
