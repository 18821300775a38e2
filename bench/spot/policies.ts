/**
 * The policies side by side. Each is made anew for a window, since some of them remember. Ours is the function that the
 * workflow asks too; the others are what it is measured against.
 */
import {
  decideTraining,
  type LadderRung,
  type TrainingSituation,
  type WatchedDecision,
} from '../../src/domain/deadline';
import type { Instance, Policy, View } from './simulate';

/** What must be kept so that on-demand, started at the next look, is on time. */
function slackMs({ deadlineAtMs, nowMs, remainingWorkMs, job }: View): number {
  return deadlineAtMs - nowMs - remainingWorkMs - job.overheadMs;
}

export const onDemand = (): Policy => () => 'on-demand';

/** Waits for Spot for ever. */
export const naiveSpot = (): Policy => () => 'spot';

/**
 * Spot whenever there is any, as long as on-demand could still be on time if Spot were gone at once; then on-demand to the
 * end.
 */
export const lastSafeMoment = (): Policy => (view) => {
  const { instance, spotAvailable, job, lookMs } = view;
  if (instance === 'on-demand') return 'on-demand';
  const needsMs = instance === 'spot' ? 0 : job.overheadMs + (spotAvailable ? 0 : lookMs);
  return slackMs(view) >= needsMs ? 'spot' : 'on-demand';
};

/**
 * Uniform Progress (Wu et al., NSDI 2024): progress keeps up with the clock. Spot when there is any; without it on-demand
 * while behind the line, held until ahead of it by two starts, and for good when no more than two starts are to spare.
 * It decides once a sample, as published: asked more often, it changes its mind more often and costs more.
 */
export const uniformProgress = (): Policy => {
  let decided: Instance = 'none';
  return (view) => {
    const { nowMs, startMs, gapMs, job, remainingWorkMs, spotAvailable, instance } = view;
    if (nowMs !== startMs && nowMs % gapMs !== 0) return decided;
    const samples = (ms: number): number => Math.ceil(ms / gapMs);
    const left = Math.floor((view.deadlineAtMs - nowMs) / gapMs);
    const behindMs = (atMs: number): number =>
      ((atMs - startMs) / job.deadlineMs) * job.workMs - (job.workMs - remainingWorkMs);
    const starts = instance === 'spot' ? 1 : 2;
    if (samples(remainingWorkMs + starts * job.overheadMs) >= left) decided = 'on-demand';
    else if (instance === 'on-demand' && behindMs(nowMs + 2 * job.overheadMs) >= 0) decided = 'on-demand';
    else if (spotAvailable) decided = 'spot';
    else decided = behindMs(nowMs) > 0 ? 'on-demand' : 'none';
    return decided;
  };
};

const ladder: readonly LadderRung[] = [{ market: 'spot' }, { market: 'on-demand' }];

/** The rule of the deadline where somebody watches the Spot market. */
export const ours = (): Policy => (view) =>
  instanceOf(view, decideTraining({ ...situationOf(view), spotPriceShare: view.job.spotPrice }));

/** The same where nobody does, as for a training job of today. */
export const oursUnwatched = (): Policy => (view) => instanceOf(view, decideTraining(situationOf(view)));

function instanceOf(view: View, decision: WatchedDecision): Instance {
  switch (decision.kind) {
    case 'stay':
      return view.instance === 'on-demand' ? 'on-demand' : 'spot';
    case 'wait':
      return 'spot';
    case 'move':
      return ladder[decision.rung]?.market ?? 'none';
  }
}

function situationOf(view: View): TrainingSituation {
  const seconds = (ms: number): number => ms / 1000;
  return {
    nowMs: view.nowMs,
    deadlineAtMs: view.deadlineAtMs,
    startupSeconds: seconds(view.job.overheadMs),
    remainingWorkSeconds: seconds(view.remainingWorkMs),
    publishSeconds: 0,
    // A reclaim is seen at once; without Spot, the next look is all there is.
    reactionSeconds: view.spotAvailable ? 0 : seconds(view.lookMs),
    ladder,
    rung: view.instance === 'on-demand' ? 1 : 0,
    job: { state: view.instance === 'none' ? 'waiting' : 'running', sinceMs: view.sinceMs },
    spotCapacity: view.spotAvailable ? 'available' : 'absent',
  };
}
