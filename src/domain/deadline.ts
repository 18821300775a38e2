/**
 * Spot until the last safe moment: one rule that says, at any instant of a training, to stay on a rung of the ladder, to
 * wait for capacity, or to move to another rung, so that the set is live by its deadline at the lowest price. The watcher
 * of a job, the workflow between two jobs and `bench:spot` ask this same function.
 */
import type { Market } from './trainingJob';

export interface LadderRung {
  readonly market: Market;
  /** How long to wait for Spot capacity here before the next Spot rung is tried; absent: as long as the deadline allows. */
  readonly patienceSeconds?: number;
}

export interface TrainingSituation {
  readonly nowMs: number;
  /** When the set must be live; absent: there is no hurry, and only patience moves a training on. */
  readonly deadlineAtMs?: number;
  /** From asking for an instance that is there to the first new iteration, seconds. Lost anew at every start. */
  readonly startupSeconds: number;
  /** Of training on a running instance from now on, seconds, with its safety factor. */
  readonly remainingWorkSeconds: number;
  /** From a trained model to a live set, seconds. */
  readonly publishSeconds: number;
  /** How long it takes until this question is asked again, seconds. */
  readonly reactionSeconds: number;
  readonly ladder: readonly LadderRung[];
  /** Index of the rung that the training stands on. */
  readonly rung: number;
  /** `none`: no job is there, the rung's job is yet to be started. `waiting`: the job has no instance since then. */
  readonly job:
    | { readonly state: 'none' }
    | { readonly state: 'waiting'; readonly sinceMs: number }
    | { readonly state: 'running'; readonly sinceMs: number };
  /** Whether a Spot instance could be had now. Mostly nobody knows: only a job that runs or waits on Spot tells. */
  readonly spotCapacity: 'available' | 'absent' | 'unknown';
}

export type TrainingDecision =
  /** The job goes on, or the job of this rung is started now. */
  | { readonly kind: 'stay' }
  /** No capacity, and time enough to go on waiting for it. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'move'; readonly rung: number; readonly why: 'deadline' | 'patience' };

/**
 * Where somebody watches the Spot market also while the training runs on demand, it can go back to Spot. A job tells
 * nothing of a market that it is not on, so without a watcher on demand is for good.
 */
export interface WatchedSituation extends TrainingSituation {
  /** Price of Spot as a share of on-demand's. */
  readonly spotPriceShare: number;
}

export type WatchedDecision =
  | TrainingDecision
  | { readonly kind: 'move'; readonly rung: number; readonly why: 'price' };

/** How long Spot is counted on to stay. On published traces it stays one to four hours on average, often much less. */
const spotStaysSeconds = 3600;
/** What going back must save: a reclaim costs the start on Spot, which was in vain, and another one on demand. */
const startupsToGoBack = 2;
/** What going back must save for waiting to be cut short for its sake. Both factors were measured on recorded markets. */
const startupsToLeaveEarly = 5;

/**
 * On Spot as long as on demand could still make the deadline if Spot were gone at the next look. Work that goes on leaves
 * the slack as it is; waiting, and a start that comes to nothing, use it up.
 */
export function decideTraining(situation: WatchedSituation): WatchedDecision;
export function decideTraining(situation: TrainingSituation): TrainingDecision;
export function decideTraining(situation: TrainingSituation | WatchedSituation): WatchedDecision {
  const { ladder, rung } = situation;
  const current = ladder[rung];
  if (current === undefined) throw new RangeError(`rung ${rung} is not on a ladder of ${ladder.length}`);
  if (current.market === 'on-demand') return decideOnDemand(situation);
  const onDemand = rungOf('on-demand', ladder, rung) ?? rungOf('on-demand', ladder);
  if (onDemand !== undefined && isLastSafeMoment(situation)) return { kind: 'move', rung: onDemand, why: 'deadline' };
  if (situation.job.state !== 'waiting') return { kind: 'stay' };
  const nextSpot = rungOf('spot', ladder, rung);
  const waitedSeconds = (situation.nowMs - situation.job.sinceMs) / 1000;
  const isOutOfPatience = waitedSeconds >= (current.patienceSeconds ?? Number.POSITIVE_INFINITY);
  return isOutOfPatience && nextSpot !== undefined
    ? { kind: 'move', rung: nextSpot, why: 'patience' }
    : { kind: 'wait' };
}

function isLastSafeMoment(situation: TrainingSituation | WatchedSituation): boolean {
  const { job, startupSeconds, remainingWorkSeconds, reactionSeconds, spotCapacity } = situation;
  const slackSeconds = slackSecondsOf(situation);
  if (job.state === 'running') {
    // On demand cannot redo what is done, and when it would be late, nothing ends sooner than the job that runs.
    return remainingWorkSeconds > 0 && slackSeconds >= 0 && slackSeconds < reactionSeconds;
  }
  // A start that is reclaimed at once costs itself. Leaving one start earlier keeps the way back to Spot open.
  const leavesEarly = spotCapacity !== 'available' && savingSeconds(situation) >= startupsToLeaveEarly * startupSeconds;
  return slackSeconds < (leavesEarly ? 2 : 1) * (startupSeconds + reactionSeconds);
}

function decideOnDemand(situation: TrainingSituation | WatchedSituation): WatchedDecision {
  const { ladder, startupSeconds, reactionSeconds, spotCapacity } = situation;
  const spot = rungOf('spot', ladder);
  const isWorthIt = savingSeconds(situation) >= startupsToGoBack * startupSeconds;
  const isSafe = slackSecondsOf(situation) >= startupSeconds + reactionSeconds;
  return spot !== undefined && spotCapacity === 'available' && isWorthIt && isSafe
    ? { kind: 'move', rung: spot, why: 'price' }
    : { kind: 'stay' };
}

/** Time to spare if the training went on demand now. */
function slackSecondsOf(situation: TrainingSituation): number {
  const { nowMs, deadlineAtMs, startupSeconds, remainingWorkSeconds, publishSeconds } = situation;
  if (deadlineAtMs === undefined) return Number.POSITIVE_INFINITY;
  return (deadlineAtMs - nowMs) / 1000 - startupSeconds - remainingWorkSeconds - publishSeconds;
}

/** What Spot saves on all the work that is left, in seconds of on demand; nothing where going back does not pay at all. */
function savingSeconds(situation: TrainingSituation | WatchedSituation): number {
  if (!('spotPriceShare' in situation)) return Number.NEGATIVE_INFINITY;
  const { spotPriceShare, startupSeconds, remainingWorkSeconds } = situation;
  const pays = (1 - spotPriceShare) * spotStaysSeconds >= startupsToLeaveEarly * startupSeconds;
  return pays ? (1 - spotPriceShare) * remainingWorkSeconds : Number.NEGATIVE_INFINITY;
}

function rungOf(market: Market, ladder: readonly LadderRung[], after = -1): number | undefined {
  const found = ladder.findIndex((candidate, index) => index > after && candidate.market === market);
  return found === -1 ? undefined : found;
}
