/** What the rule of the deadline is told about a job that is watched, from its state and the trainer's progress. */
import type { LadderRung, TrainingSituation } from './deadline';
import { standingOf } from './jobTimes';
import type { TrainingProgress } from './progress';
import type { TrainingJobState } from './trainingOutcome';
import type { TrainingPace } from './trainingPace';

export interface WatchedJob {
  readonly state: TrainingJobState;
  readonly progress?: TrainingProgress;
  readonly nowMs: number;
  readonly deadlineAtMs: number;
  readonly pace: TrainingPace;
  readonly ladder: readonly LadderRung[];
  readonly rung: number;
  readonly reactionSeconds: number;
}

export function situationOf(job: WatchedJob): TrainingSituation {
  const { state, nowMs, deadlineAtMs, pace, ladder, rung, reactionSeconds } = job;
  const standing = standingOf(state, nowMs);
  const onSpot = ladder[rung]?.market === 'spot';
  return {
    nowMs,
    deadlineAtMs,
    startupSeconds: pace.startupSeconds,
    remainingWorkSeconds: remainingWorkSeconds(job, standing),
    publishSeconds: pace.publishSeconds,
    reactionSeconds,
    ladder,
    rung,
    job: standing,
    spotCapacity: onSpot ? (standing.state === 'running' ? 'available' : 'absent') : 'unknown',
  };
}

/**
 * The trainer knows best. What counts is what on demand would have to do, from the newest checkpoint on; but a job that
 * only writes its lists any more is nearer to its end than any other could be.
 */
function remainingWorkSeconds(
  { state, progress, nowMs, pace }: WatchedJob,
  standing: ReturnType<typeof standingOf>,
): number {
  // The model is made; what is left is to put it into S3.
  if (state.secondaryStatus === 'Uploading') return 0;
  const elsewhere = progress?.restartSeconds ?? progress?.remainingSeconds;
  if (progress === undefined || elsewhere === undefined) return pace.workSeconds;
  const saidAtMs = progress.updatedAt === undefined ? Number.NaN : Date.parse(progress.updatedAt);
  const isAtWork = standing.state === 'running' && saidAtMs >= standing.sinceMs;
  if (!isAtWork || progress.phase !== 'writing') return elsewhere * pace.safetyFactor;
  const left = progress.remainingSeconds ?? elsewhere;
  return Math.max(0, left - (nowMs - saidAtMs) / 1000) * pace.safetyFactor;
}
