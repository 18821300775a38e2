/**
 * Watches one training job until it is over, or until the rule of the deadline moves the training on. Cancelling this
 * activity stops the job: nobody pays for what nobody wants.
 */
import { CancelledFailure, cancellationDetails, heartbeat, sleep } from '@temporalio/activity';
import type { Activities, TrainingHeartbeat, WaitForTrainingInput } from '../contract';
import { decideTraining } from '../domain/deadline';
import { interruptionsOf } from '../domain/jobTimes';
import { situationOf } from '../domain/watchedJob';
import type { ActivityDependencies } from './dependencies';
import { InterruptionAlerts } from './interruptionAlerts';
import { endOf, type Look, lookAt, pauseMs, stopAndWait } from './trainingWatch';

/** Safe to retry: reads the job by its name; unless it is cancelled it neither starts nor changes it. */
export function createWaitForTraining({
  lake,
  trainingService,
  alerts,
}: Pick<ActivityDependencies, 'lake' | 'trainingService' | 'alerts'>): Activities['waitForTraining'] {
  return async (input) => {
    const interruptions = new InterruptionAlerts({ lake, alerts }, input);
    try {
      for (;;) {
        const look = await lookAt(lake, trainingService, input);
        if (look !== undefined) {
          interruptions.see(look);
          const end = endOf(look, Date.now());
          if (end !== undefined) return end;
          const decision = decide(input, look);
          if (decision.kind === 'move') return { outcome: 'in-progress', decision };
        }
        heartbeat(beatOf(input, look));
        await sleep(pauseMs(input.pollSeconds));
      }
    } catch (error) {
      // A worker that shuts down leaves the job alone; its successor goes on watching.
      if (error instanceof CancelledFailure && cancellationDetails()?.cancelRequested) {
        return stopAndWait(lake, trainingService, input);
      }
      throw error;
    } finally {
      await interruptions.settled();
    }
  };
}

function decide({ deadline, pollSeconds }: WaitForTrainingInput, look: Look): ReturnType<typeof decideTraining> {
  if (deadline === undefined) return { kind: 'stay' };
  const { deadlineAtMs, pace, ladder, rung } = deadline;
  // The next look is a poll away, and may be missed once.
  const reactionSeconds = 2 * pollSeconds;
  return decideTraining(situationOf({ ...look, nowMs: Date.now(), deadlineAtMs, pace, ladder, rung, reactionSeconds }));
}

function beatOf({ jobName }: WaitForTrainingInput, look: Look | undefined): TrainingHeartbeat {
  return {
    jobName,
    status: look?.state.secondaryStatus ?? 'unknown',
    interruptions: look === undefined ? 0 : interruptionsOf(look.state),
    ...(look?.progress === undefined ? {} : { progress: look.progress }),
  };
}
