/**
 * What the daily schedule starts. It fixes the run date from the nominal time of the schedule, then runs the day under
 * the day's own workflow id, so that one day has one run at a time, whoever asked for it.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import { dailyWorkflowId, type ScheduledRunInput, type ScheduledRunResult } from '../contract';
import { lastCompleteDay } from '../domain/runDate';
import { dailyRecommendations } from './dailyRecommendations';

export async function scheduledRun({ settings }: ScheduledRunInput): Promise<ScheduledRunResult> {
  const runDate = lastCompleteDay(nominalTimeMs());
  try {
    const { outcome } = await executeChild(dailyRecommendations, {
      workflowId: dailyWorkflowId(runDate),
      args: [{ runDate, settings }],
      staticSummary: `recommendations from the clicks of ${runDate}`,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    return { runDate, outcome };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { runDate, outcome: 'joined' };
    throw error;
  }
}

/** When the schedule meant to start this workflow, however late it really did. */
function nominalTimeMs(): number {
  const nominal = workflowInfo().typedSearchAttributes.get({ name: 'TemporalScheduledStartTime', type: 'DATETIME' });
  return (nominal ?? workflowInfo().startTime).getTime();
}
