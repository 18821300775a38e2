/** Watches one training job until it is over. Cancelling this activity stops the job: nobody pays for what nobody wants. */
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledFailure, cancellationDetails, heartbeat, log, sleep } from '@temporalio/activity';
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import { type TrainingService, TrainingServiceUnavailable } from '../clients/trainingService';
import type { Activities, TrainingHeartbeat, WaitForTrainingInput } from '../contract';
import { progressKey } from '../domain/keys';
import type { TrainingProgress } from '../domain/progress';
import { classifyTraining, type TrainingJobState } from '../domain/trainingOutcome';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';

const progressSchema = z.object({
  phase: z.string(),
  iteration: z.number(),
  iterations: z.number(),
  completed: z.number(),
  total: z.number(),
  resumedFrom: z.array(z.number()),
  remainingSeconds: z.number(),
});

/** Safe to retry: reads the job by its name; it neither starts nor changes it. */
export function createWaitForTraining({ lake, trainingService }: ActivityDependencies): Activities['waitForTraining'] {
  return async (input) => {
    try {
      return await watch(lake, trainingService, input);
    } catch (error) {
      // A worker that shuts down leaves the job alone; its successor goes on watching.
      if (error instanceof CancelledFailure && cancellationDetails()?.cancelRequested) {
        await stopAndWait(trainingService, input);
      }
      throw error;
    }
  };
}

async function watch(
  lake: ObjectStore,
  trainingService: TrainingService,
  { jobName, scope, pollSeconds }: WaitForTrainingInput,
): ReturnType<Activities['waitForTraining']> {
  let last: TrainingHeartbeat = { jobName, status: 'unknown', interruptions: 0 };
  for (;;) {
    const state = await look(trainingService, jobName);
    if (state !== undefined) {
      const progress = await readProgress(lake, scope);
      last = {
        jobName,
        status: state.secondaryStatus,
        interruptions: state.interruptions,
        ...(progress === undefined ? {} : { progress }),
      };
      const outcome = classifyTraining(state);
      if (outcome !== 'in-progress') {
        return {
          outcome,
          interruptions: state.interruptions,
          trainingSeconds: state.trainingSeconds ?? 0,
          billableSeconds: state.billableSeconds ?? 0,
          resumedFrom: progress?.resumedFrom ?? [],
          ...(state.failureReason === undefined ? {} : { failureReason: state.failureReason }),
        };
      }
    }
    heartbeat(last);
    await sleep(pollSeconds * 1000);
  }
}

/** One look at the job; `undefined` when the service did not answer, which says nothing about the job. */
async function look(trainingService: TrainingService, jobName: string): Promise<TrainingJobState | undefined> {
  try {
    const state = await trainingService.describe(jobName);
    if (state === undefined) {
      throw failure(
        'TrainingJobMissing',
        `training job not found; it was deleted while a run waited for it [job=${jobName}]`,
      );
    }
    return state;
  } catch (error) {
    if (!(error instanceof TrainingServiceUnavailable)) throw error;
    log.warn('the training service did not answer; looking again', { jobName, reason: error.message });
    return undefined;
  }
}

/** The trainer's progress, when it has written any; a file that cannot be read is only a missing detail. */
async function readProgress(lake: ObjectStore, scope: string): Promise<TrainingProgress | undefined> {
  const body = await lake.get(progressKey(scope));
  if (body === undefined) return undefined;
  try {
    return progressSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    log.warn('progress.json cannot be read', { scope, reason: String(error) });
    return undefined;
  }
}

async function stopAndWait(
  trainingService: TrainingService,
  { jobName, pollSeconds }: WaitForTrainingInput,
): Promise<void> {
  for (;;) {
    try {
      await trainingService.stop(jobName);
      const state = await trainingService.describe(jobName);
      if (state === undefined || classifyTraining(state) !== 'in-progress') return;
    } catch (error) {
      if (!(error instanceof TrainingServiceUnavailable)) throw error;
      log.warn('cannot stop the training job yet; trying again', { jobName, reason: error.message });
    }
    heartbeat({ jobName, status: 'Stopping', interruptions: 0 } satisfies TrainingHeartbeat);
    await delay(pollSeconds * 1000);
  }
}
