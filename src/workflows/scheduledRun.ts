/**
 * What the daily schedule starts. It fixes the run date from the nominal time of the schedule, then runs the day under
 * the day's own workflow id, so that one day has one run at a time, whoever asked for it. Beside it, what came too late
 * for the run of the day before is looked for.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, ParentClosePolicy, patched, startChild } from '@temporalio/workflow';
import { dailyWorkflowId, lateSweepWorkflowId, type ScheduledRunInput, type ScheduledRunResult } from '../contract';
import { addDays, lastCompleteDay, type RunDate } from '../domain/runDate';
import { detailsOfRun, summaryOfRun } from '../domain/runDescription';
import { dailyRecommendations } from './dailyRecommendations';
import { lateObjectsSweep } from './lateObjectsSweep';
import { nominalTimeMs } from './nominalClock';

/** Runs that were scheduled before there was a sweep go on without one. */
const sweepPatch = 'sweep-for-late-objects';

export async function scheduledRun({ settings }: ScheduledRunInput): Promise<ScheduledRunResult> {
  const runDate = lastCompleteDay(nominalTimeMs());
  if (patched(sweepPatch)) await startSweep(addDays(runDate, -1));
  try {
    const { outcome } = await executeChild(dailyRecommendations, {
      workflowId: dailyWorkflowId(runDate),
      args: [{ runDate, settings }],
      staticSummary: summaryOfRun(runDate),
      staticDetails: detailsOfRun(runDate),
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    return { runDate, outcome };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { runDate, outcome: 'joined' };
    throw error;
  }
}

/** Looks, beside the run, for what came too late for the day before: Firehose has given up on it by now. */
async function startSweep(day: RunDate): Promise<void> {
  try {
    await startChild(lateObjectsSweep, {
      workflowId: lateSweepWorkflowId(day),
      args: [{ runDate: day }],
      staticSummary: `late objects of ${day}`,
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // An operator's own sweep of the same day is going on.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
