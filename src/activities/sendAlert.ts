/** Sends an alert that a workflow raised. */
import type { Activities } from '../contract';
import { alertOnce } from './alertOnce';
import type { ActivityDependencies } from './dependencies';

/** Safe to retry: what a channel has taken is on record, and is not sent to it again. */
export function createSendAlert(dependencies: Pick<ActivityDependencies, 'lake' | 'alerts'>): Activities['sendAlert'] {
  return async (alert) => ({ sent: await alertOnce(dependencies, alert) });
}
