/** Removes the versions that nobody is taken back to any more; for an operator, and at the end of a run that has published. */
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities, SweepSettings, VersionsSweepInput } from '../contract';
import type { SweepMark, SweptVersion, SweptVersions } from '../domain/afterPublish';
import { failureIn } from '../failures';
import * as profiles from './activity-profiles';

const { planSweep } = proxyActivities<Activities>(profiles.call);
const { sweepVersion } = proxyActivities<Activities>(profiles.sweep);

export async function versionsSweep({ settings }: VersionsSweepInput): Promise<SweptVersions> {
  return sweepOldVersions(settings);
}

/** Never throws: what is published is published, and the next run sweeps what this one did not. */
export async function trySweep(settings: SweepSettings): Promise<SweepMark> {
  try {
    return await sweepOldVersions(settings);
  } catch (error) {
    const failed = isCancellation(error) ? 'the run was cancelled' : (failureIn(error)?.message ?? String(error));
    log.warn('old versions could not be swept; the next run does it', { reason: failed });
    return { failed };
  }
}

/** One after the other, oldest first. */
async function sweepOldVersions({ keepVersions, maxUnitsPerSecond }: SweepSettings): Promise<SweptVersions> {
  const { kept, doomed } = await planSweep({ keepVersions });
  const swept: SweptVersion[] = [];
  for (const version of doomed) swept.push(await sweepVersion({ version, maxUnitsPerSecond }));
  return { kept, swept };
}
