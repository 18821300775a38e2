/** What the activities over a running training job share: looking at it, stopping it, telling how it ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat, log } from '@temporalio/activity';
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import { TrainingRequestRefused, type TrainingService, TrainingServiceUnavailable } from '../clients/trainingService';
import type { FinishedTraining, TrainingHeartbeat, WaitForTrainingInput } from '../contract';
import { downloadSecondsOf, interruptionsOf, lostSecondsOf } from '../domain/jobTimes';
import { progressKey } from '../domain/keys';
import type { TrainingProgress } from '../domain/progress';
import { classifyTraining, type TrainingJobState, unknownIn } from '../domain/trainingOutcome';
import { failure } from '../failures';

const progressSchema = z.object({
  phase: z.string(),
  iteration: z.number(),
  iterations: z.number(),
  completed: z.number(),
  total: z.number(),
  resumedFrom: z.array(z.number()),
  remainingSeconds: z.number().exactOptional(),
  restartSeconds: z.number().exactOptional(),
  readSeconds: z.number().exactOptional(),
  updatedAt: z.string().exactOptional(),
});

export interface Look {
  readonly state: TrainingJobState;
  readonly progress?: TrainingProgress;
}

/** Up to a fifth more or less than asked for, so that many watchers do not look in step. */
export function pauseMs(pollSeconds: number): number {
  return pollSeconds * 1000 * (0.8 + 0.4 * Math.random());
}

/** `undefined` when the service did not answer, which says nothing about the job. */
export async function lookAt(
  lake: ObjectStore,
  trainingService: TrainingService,
  { jobName, scope }: WaitForTrainingInput,
): Promise<Look | undefined> {
  try {
    const state = await trainingService.describe(jobName);
    if (state === undefined) {
      throw failure(
        'TrainingJobMissing',
        `training job not found; it was deleted while a run waited for it [job=${jobName}]`,
      );
    }
    const unknown = unknownIn(state);
    if (unknown !== undefined) log.warn(`the training service says what nobody knows: ${unknown}`, { jobName });
    const progress = await readProgress(lake, scope);
    return progress === undefined ? { state } : { state, progress };
  } catch (error) {
    if (error instanceof TrainingRequestRefused) {
      // The job may be running and paid for: the watch goes on, and Temporal shows why it sees nothing.
      throw failure('TrainingServiceUnavailable', error.message, { cause: error });
    }
    if (!(error instanceof TrainingServiceUnavailable)) throw error;
    log.warn('the training service did not answer; looking again', { jobName, reason: error.message });
    return undefined;
  }
}

/** How a job ended; `undefined` while it goes on. */
export function endOf({ state, progress }: Look, nowMs: number): FinishedTraining | undefined {
  const outcome = classifyTraining(state);
  if (outcome === 'in-progress') return undefined;
  const downloadSeconds = downloadSecondsOf(state);
  const remainingSeconds = progress?.restartSeconds ?? progress?.remainingSeconds;
  return {
    outcome,
    interruptions: interruptionsOf(state),
    trainingSeconds: state.trainingSeconds ?? 0,
    billableSeconds: state.billableSeconds ?? 0,
    resumedFrom: progress?.resumedFrom ?? [],
    lostSeconds: lostSecondsOf(state, nowMs),
    ...(state.failureReason === undefined ? {} : { failureReason: state.failureReason }),
    ...(downloadSeconds === undefined ? {} : { prepareSeconds: downloadSeconds + (progress?.readSeconds ?? 0) }),
    ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
  };
}

/** Asks until the job is over; nothing but its end ends this, for a job that runs on is paid for. */
export async function stopAndWait(
  lake: ObjectStore,
  trainingService: TrainingService,
  input: WaitForTrainingInput,
): Promise<FinishedTraining> {
  const { jobName, pollSeconds } = input;
  for (;;) {
    const look = await stopAndLook(lake, trainingService, input);
    const end = look && endOf(look, Date.now());
    if (end !== undefined) return end;
    heartbeat({
      jobName,
      status: 'Stopping',
      interruptions: look === undefined ? 0 : interruptionsOf(look.state),
    } satisfies TrainingHeartbeat);
    await delay(pauseMs(pollSeconds));
  }
}

async function stopAndLook(
  lake: ObjectStore,
  trainingService: TrainingService,
  input: WaitForTrainingInput,
): Promise<Look | undefined> {
  try {
    await trainingService.stop(input.jobName);
  } catch (error) {
    if (!(error instanceof TrainingServiceUnavailable) && !(error instanceof TrainingRequestRefused)) throw error;
    log.warn('cannot stop the training job yet; trying again', { jobName: input.jobName, reason: error.message });
  }
  return lookAt(lake, trainingService, input);
}

/** The trainer's progress, when it has written any; a file that cannot be read is only a missing detail. */
async function readProgress(lake: ObjectStore, scope: string): Promise<TrainingProgress | undefined> {
  try {
    const body = await lake.get(progressKey(scope));
    return body === undefined ? undefined : progressSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    log.warn('progress.json cannot be read', { scope, reason: String(error) });
    return undefined;
  }
}
