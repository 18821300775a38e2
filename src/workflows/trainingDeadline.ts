/** When a run's set must be live, and how long its training and publishing are expected to take. */
import { patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities, DailyInput } from '../contract';
import type { TrainingPace } from '../domain/trainingPace';
import * as profiles from './activity-profiles';

const { estimateTraining } = proxyActivities<Activities>(profiles.call);

export interface RunDeadline {
  readonly deadlineAtMs: number;
  readonly pace: TrainingPace;
}

/** `undefined` for a run that was started before there were deadlines. */
export async function deadlineOf({ runDate, settings }: DailyInput): Promise<RunDeadline | undefined> {
  if (settings.deadline === undefined || !patched('deadline')) return undefined;
  const pace = await estimateTraining({ runDate, settings: settings.deadline });
  return { deadlineAtMs: workflowInfo().startTime.getTime() + settings.deadline.hoursAfterStart * 3_600_000, pace };
}
