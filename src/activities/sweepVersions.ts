/**
 * Removing versions that nobody is taken back to. A version is claimed in the register before any of its lists is touched;
 * from then on nobody can publish it, load it or roll back to it. Its shards tell its keys.
 */
import { Context } from '@temporalio/activity';
import { forgetLoads } from '../clients/loadedShards';
import type { LivePointer, RecommendationTable, VersionRecord } from '../clients/recommendationTable';
import type { Activities } from '../contract';
import type { SweptVersion } from '../domain/afterPublish';
import { keptVersions } from '../domain/keptVersions';
import { jobOfModelUri } from '../domain/keys';
import { runDateOfVersion } from '../domain/version';
import type { WriteRate } from '../domain/writeRate';
import { failureIn } from '../failures';
import { defaultSenderOptions } from './batchSender';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, shardsOf } from './modelArtefact';
import { type PassOptions, type ShardDeed, ShardPass } from './shardPass';
import { SharedWriteRate } from './sharedWriteRate';

export interface SweepOptions extends PassOptions {
  /**
   * After the pointer moved, serving may use what it knew for so long (`SERVING_POINTER_CACHE_SECONDS`, at most 30 seconds)
   * before readers of what was live are in no need of it.
   */
  readonly settleMs: number;
}

const defaultSweepOptions: SweepOptions = { ...defaultSenderOptions, heartbeatEveryMs: 1000, settleMs: 60_000 };
const longestSleepMs = 5_000;

/** Safe to retry: reads only. */
export function createPlanSweep({ table }: Pick<ActivityDependencies, 'table'>): Activities['planSweep'] {
  return async ({ keepVersions }) => {
    const versions = (await table.versions()).map(({ version }) => version);
    const live = await table.live();
    return live === undefined ? { kept: versions, doomed: [] } : keptVersions(versions, live, keepVersions);
  };
}

/** Safe to retry: a claim stands until the version is gone, and what is removed stays removed. */
export function createSweepVersion(
  dependencies: Pick<ActivityDependencies, 'lake' | 'table'>,
  options: SweepOptions = defaultSweepOptions,
): Activities['sweepVersion'] {
  const shared = new SharedWriteRate();
  return async ({ version, maxUnitsPerSecond }) => {
    const { lake, table } = dependencies;
    const record = (await table.versions()).find((candidate) => candidate.version === version);
    if (record === undefined) return { version, outcome: 'removed', lists: 0, why: 'it was gone already' };
    const spared = await claim(table, version, options.settleMs);
    if (spared !== undefined) return { version, outcome: 'spared', lists: 0, why: spared };
    await forgetLoads(lake, version);
    const rate = shared.join(maxUnitsPerSecond);
    try {
      const swept = await removeLists(dependencies, record, rate, options);
      await table.forgetVersion(version);
      return swept;
    } finally {
      shared.leave(maxUnitsPerSecond);
    }
  };
}

/** Claims the version, and waits until nobody can be served it any more; or says why it is left alone. */
async function claim(table: RecommendationTable, version: string, settleMs: number): Promise<string | undefined> {
  const context = Context.current();
  const needed = whyNeeded(await table.live(), version);
  if (needed !== undefined) return needed;
  const claimed = await table.claimForSweep(version, Date.now());
  if (claimed === 'held') return 'a run loads it, or somebody publishes it or rolls back to it';
  if (claimed === 'unknown') return 'somebody else has removed it';
  for (;;) {
    // The pointer may have moved there before the claim. After it, nobody can move it there.
    const live = await table.live();
    const neededAfterAll = whyNeeded(live, version);
    if (neededAfterAll !== undefined) {
      if (claimed === 'claimed') await table.releaseFromSweep(version);
      return neededAfterAll;
    }
    const leftMs = Date.parse(live?.publishedAt ?? '') + settleMs - Date.now();
    if (!(leftMs > 0)) return undefined;
    context.heartbeat(context.info.heartbeatDetails);
    await context.sleep(Math.min(leftMs, longestSleepMs));
  }
}

function whyNeeded(live: LivePointer | undefined, version: string): string | undefined {
  if (live === undefined) return 'nothing is live';
  if (live.version === version) return 'it is live';
  return live.previous === version ? 'it was live before' : undefined;
}

async function removeLists(
  { lake, table }: Pick<ActivityDependencies, 'lake' | 'table'>,
  { version, modelUri }: VersionRecord,
  rate: WriteRate,
  options: SweepOptions,
): Promise<SweptVersion> {
  const jobName = jobOfModelUri(modelUri);
  if (jobName === undefined) return leftToTtl(version, `no training job has its artefact at ${modelUri}`);
  const share = { version, runDate: runDateOfVersion(version), jobName, group: 0, groups: 1 };
  const deed: ShardDeed = { change: (lists) => table.remove(lists), leaveOut: async () => new Set() };
  try {
    const shards = shardsOf(await readModelManifest(lake, share));
    const { itemsLoaded: lists } = await new ShardPass(lake, share, deed, rate, options).run(shards);
    return { version, outcome: 'removed', lists };
  } catch (error) {
    const artefact = failureIn(error);
    if (artefact?.type !== 'ModelArtefactInvalid') throw error;
    return leftToTtl(version, artefact.message);
  }
}

function leftToTtl(version: string, why: string): SweptVersion {
  return { version, outcome: 'left to the TTL', lists: 0, why };
}
