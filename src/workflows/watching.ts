/** After a publish: how serving does with the new set, and the way back when it does worse. */
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { Activities, LiveVersion } from '../contract';
import type { PublishWatch, WatchReaction } from '../domain/afterPublish';
import { failureIn } from '../failures';
import * as profiles from './activity-profiles';

const { readLive, rollBack } = proxyActivities<Activities>(profiles.call);

/** Never throws: what cannot be watched is left as it is, and the report says so. */
export async function watchPublish(version: string, watchSeconds: number): Promise<PublishWatch> {
  try {
    const published = await readLive();
    if (published?.version !== version || published.since === undefined) {
      return { health: { verdict: 'unknown', why: 'somebody moved the pointer right after the publish' } };
    }
    return await watch(published, Date.parse(published.since), watchSeconds);
  } catch (error) {
    const why = isCancellation(error) ? 'the run was cancelled' : (failureIn(error)?.message ?? String(error));
    log.warn('serving could not be watched after the publish', { reason: why });
    return { health: { verdict: 'unknown', why } };
  }
}

async function watch(published: LiveVersion, publishedAtMs: number, watchSeconds: number): Promise<PublishWatch> {
  const { watchServing } = proxyActivities<Activities>(profiles.servingWatch(watchSeconds));
  const health = await watchServing({ publishedAtMs, watchSeconds });
  return health.verdict === 'worse' ? { health, reaction: await goBack(published, health.found) } : { health };
}

/** Only from the very publish that was watched: where somebody has moved the pointer since, they know better. */
async function goBack(published: LiveVersion, found: readonly string[]): Promise<WatchReaction> {
  const { version, since, previous } = published;
  if (previous === undefined) return { kind: 'left alone', why: 'no version was live before' };
  const live = await readLive();
  if (live?.version !== version || live.since !== since) return movedSince(live);
  try {
    const reason = `rolled back by the daily run: ${found.join('; ')}`;
    await rollBack({ from: published, toVersion: previous, reason });
    return { kind: 'rolled back', to: previous };
  } catch (error) {
    const refusal = failureIn(error);
    if (refusal?.type === 'PublishConflict') return movedSince(null);
    if (refusal?.type === 'VersionNotKept') return { kind: 'left alone', why: refusal.message };
    throw error;
  }
}

function movedSince(live: LiveVersion | null): WatchReaction {
  return {
    kind: 'left alone',
    why: `somebody has moved the pointer since${live === null ? '' : `, to ${live.version}`}`,
  };
}
