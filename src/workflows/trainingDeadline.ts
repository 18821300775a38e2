/** When a run's set must be live, and how long its training and publishing are expected to take. */
import { patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities, DailyInput } from '../contract';
import { hourMs } from '../domain/durations';
import type { TrainingPace } from '../domain/trainingPace';
import * as profiles from './activity-profiles';

const { estimateTraining } = proxyActivities<Activities>(profiles.call);

export interface RunDeadline {
  readonly deadlineAtMs: number;
  readonly pace: TrainingPace;
}

/** `undefined` for a run that was started before there were deadlines. */
export async function deadlineOf(input: DailyInput): Promise<RunDeadline | undefined> {
  const { runDate, settings } = input;
  const atMs = deadlineAtMs(input);
  if (settings.deadline === undefined || atMs === undefined || !patched('deadline')) return undefined;
  const pace = await estimateTraining({ runDate, settings: settings.deadline });
  return { deadlineAtMs: atMs, pace };
}

/** Counted from the start of the run; `undefined` where the settings have none. */
export function deadlineAtMs({ settings: { deadline } }: DailyInput): number | undefined {
  return deadline === undefined ? undefined : workflowInfo().startTime.getTime() + deadline.hoursAfterStart * hourMs;
}
