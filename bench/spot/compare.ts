/**
 * All policies over the same windows, beside what somebody pays who knows the future: `offlineOptimum` as published figures
 * count it, and `offlineBound`, below which nothing is possible.
 */
import { offlineBound, offlineOptimum } from './offlineOptimum';
import { lastSafeMoment, naiveSpot, onDemand, ours, uniformProgress } from './policies';
import { type Outcome, simulate } from './simulate';
import type { Window } from './window';

export interface Score {
  /** Relative to on-demand from the start. */
  readonly meanCost: number;
  readonly misses: number;
  readonly runs: number;
}

export interface Contest<T> {
  readonly onDemand: T;
  readonly naiveSpot: T;
  readonly lastSafeMoment: T;
  readonly uniformProgress: T;
  readonly ours: T;
  readonly offlineOptimum: T;
  readonly offlineBound: T;
}

/** Costs are sums of products in floating point. */
const roundingHours = 1e-9;

export function compare(windows: Iterable<Window>): Contest<Score> {
  const played = Array.from(windows, play);
  const onDemandHours = played.reduce((sum, { onDemand: { cost } }) => sum + cost, 0);
  const scoreOf = (outcomes: readonly Outcome[]): Score => ({
    meanCost: outcomes.reduce((sum, { cost }) => sum + cost, 0) / onDemandHours,
    misses: outcomes.filter(({ onTime }) => !onTime).length,
    runs: outcomes.length,
  });
  return {
    onDemand: scoreOf(played.map((run) => run.onDemand)),
    naiveSpot: scoreOf(played.map((run) => run.naiveSpot)),
    lastSafeMoment: scoreOf(played.map((run) => run.lastSafeMoment)),
    uniformProgress: scoreOf(played.map((run) => run.uniformProgress)),
    ours: scoreOf(played.map((run) => run.ours)),
    offlineOptimum: scoreOf(played.map((run) => run.offlineOptimum)),
    offlineBound: scoreOf(played.map((run) => run.offlineBound)),
  };
}

function play(window: Window): Contest<Outcome> {
  const run = {
    onDemand: simulate(window, onDemand()),
    naiveSpot: simulate(window, naiveSpot()),
    lastSafeMoment: simulate(window, lastSafeMoment()),
    uniformProgress: simulate(window, uniformProgress()),
    ours: simulate(window, ours()),
    offlineBound: { cost: offlineBound(window), onTime: true },
  };
  for (const [policy, { cost, onTime }] of Object.entries(run)) {
    if (onTime && cost < run.offlineBound.cost - roundingHours) {
      const at = `trace=${window.trace.name}, startMs=${window.startMs}`;
      throw new Error(`${policy} costs ${cost}, below the bound of ${run.offlineBound.cost} [${at}]`);
    }
  }
  return { ...run, offlineOptimum: { cost: offlineOptimum(window), onTime: true } };
}
