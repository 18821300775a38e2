/** Takes readers back to a version that is still in the table. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities, RollbackInput, RollbackResult } from '../contract';
import { failure } from '../failures';
import * as profiles from './activity-profiles';
import { withAlerts } from './alerting';

const { readLive, rollBack } = proxyActivities<Activities>(profiles.call);

/** An operator waits for this workflow, and knows already: a channel that does not answer is soon given up. */
const alertPatienceSeconds = 20;

export async function rollback({ version, reason }: RollbackInput): Promise<RollbackResult> {
  const live = await readLive();
  if (live === null)
    throw failure('VersionNotKept', 'nothing has been published yet, so there is nothing to roll back');
  const toVersion = version ?? live.previous;
  if (toVersion === undefined)
    throw failure('VersionNotKept', `version ${live.version} is the first: none was live before`);
  await rollBack({ from: live, toVersion, reason });
  const result: RollbackResult = { from: live.version, to: toVersion };
  await withAlerts(live.runDate, async (alerts) => alerts.raise({ kind: 'rolled back', ...result, why: reason }), {
    patienceSeconds: alertPatienceSeconds,
  });
  return result;
}
