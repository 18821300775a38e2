/**
 * The time that a workflow lives in. It is the server's, but a run that was backfilled for another time lives in that one,
 * from then on.
 */
import { workflowInfo } from '@temporalio/workflow';

/** A scheduled start is late by seconds, or by less than the catch-up window after an outage: that is no other time. */
const lateStartMs = 2 * 60_000;

/** When the schedule meant to start this workflow, however late it really did; without a schedule, when it started. */
export function nominalTimeMs(): number {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const nominal = typedSearchAttributes.get({ name: 'TemporalScheduledStartTime', type: 'DATETIME' });
  return (nominal ?? startTime).getTime();
}

export function nominalClock(): () => number {
  const awayMs = nominalTimeMs() - workflowInfo().startTime.getTime();
  const shiftMs = Math.abs(awayMs) > lateStartMs ? awayMs : 0;
  return () => Date.now() + shiftMs;
}
