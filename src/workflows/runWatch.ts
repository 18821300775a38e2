/**
 * The watchdog: whether the daily run started when it was due. It has a schedule of its own, for a run that did not start
 * can tell nobody. A beat whose alert cannot be sent fails, and the next one tries again.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities, RunWatchInput } from '../contract';
import type { RunVerdict } from '../domain/runWatch';
import * as profiles from './activity-profiles';

const { watchSchedule } = proxyActivities<Activities>(profiles.beat);
const { sendAlert } = proxyActivities<Activities>(profiles.alert(240));

export async function runWatch(input: RunWatchInput): Promise<RunVerdict> {
  const found = await watchSchedule(input);
  if (found.verdict === 'not started') {
    const { verdict, ...facts } = found;
    // For each day and cause people are told once, however many beats find it.
    await sendAlert({ kind: verdict, ...facts, about: found.cause });
  }
  return found;
}
