/**
 * Whether the candidate is not worse than something else by more than a margin, as far as the readers of the holdout can
 * tell: a test of non-inferiority by an interval. Source of the rule: Piaggio et al., "Reporting of Noninferiority and
 * Equivalence Randomized Trials" (CONSORT extension, JAMA 2012).
 *
 * The bound is (1 - margin) times the other's figure, and the other is measured on the same readers, so what is resampled
 * is the candidate's figure minus its bound: the chance in the bound is in the interval too.
 */
import { type Interval, percentileInterval } from './bootstrap';

export type Opponent = 'recent popularity' | 'the live set';
export type Metric = 'recall@10' | 'NDCG@10';

export interface Comparison {
  readonly metric: Metric;
  readonly against: Opponent;
  readonly candidate: number;
  readonly other: number;
  readonly margin: number;
  /** Of the candidate's figure minus its bound, (1 - margin) times the other's. */
  readonly overBound: Interval;
  /** Of the candidate's figure minus the other's. */
  readonly difference: Interval;
  /** The candidate is better, beyond chance. */
  readonly superior: boolean;
}

export type Standing = 'not worse' | 'worse' | 'in doubt';

/** Means of the candidate's and the other's figure over the same readers. */
export type MeanPair = readonly [candidate: number, other: number];

/** `resampled` has the means of each resample; without any, the means are taken as certain. */
export function compare(
  subject: Pick<Comparison, 'metric' | 'against' | 'margin'>,
  [candidate, other]: MeanPair,
  resampled: readonly MeanPair[],
  confidence: number,
): Comparison {
  const pairs = resampled.length === 0 ? [[candidate, other] as const] : resampled;
  const interval = (share: number): Interval =>
    percentileInterval(
      pairs.map(([ours, theirs]) => ours - share * theirs),
      confidence,
    );
  const difference = interval(1);
  return {
    ...subject,
    candidate,
    other,
    overBound: interval(1 - subject.margin),
    difference,
    superior: difference.low > 0,
  };
}

export function standingOf({ overBound }: Pick<Comparison, 'overBound'>): Standing {
  if (overBound.low >= 0) return 'not worse';
  // A NaN compares false with everything: what cannot be judged has failed.
  return overBound.low < 0 && overBound.high >= 0 ? 'in doubt' : 'worse';
}
