/**
 * The gate: may this candidate go live? An absolute floor, not worse than recent popularity and than what is live by more
 * than a margin, and a set that is whole and in order. What chance alone may have decided is neither accepted nor
 * rejected: a human decides. The decision names each check with its value and bound, so that a report can show it.
 */
import type { Interval } from './bootstrap';
import { type Comparison, compare, standingOf } from './comparison';
import type { GateSettings } from './gateSettings';
import type { Guard } from './guards';
import type { ListQuality } from './listQuality';

export interface GateInput {
  readonly candidate: ListQuality;
  readonly popular: ListQuality;
  readonly evaluationReaders: number;
  readonly readers: number;
  readonly items: number;
  /** Readers of the set that is live, if any. */
  readonly championReaders?: number;
  /** Reader by reader, over the holdout; absent when there is no reader to compare by: means are taken as they are. */
  readonly comparisons?: readonly Comparison[];
  readonly guards?: readonly Guard[];
  /** What could not be judged, and why. */
  readonly notes?: readonly string[];
}

export type DecisionSettings = Pick<
  GateSettings,
  'recallFloor' | 'popularityMargin' | 'minEvaluationReaders' | 'minReadersShare'
>;

export interface GateCheck {
  readonly name: string;
  readonly value: number;
  /** The smallest value that passes; of a comparison, what all of the value's interval must reach. */
  readonly bound: number;
  readonly passed: boolean;
  /** Of value - bound, where readers are compared. */
  readonly overBound?: Interval;
  /** Not passed, but the interval holds values that do. */
  readonly inDoubt?: true;
}

export type GateVerdict = 'accepted' | 'rejected' | 'borderline';

export interface GateDecision {
  readonly accepted: boolean;
  /** Absent in histories of runs before a human could be asked. */
  readonly verdict?: GateVerdict;
  readonly checks: readonly GateCheck[];
  /** What the personal part earned over recent popularity, as a share of popularity's recall@10. */
  readonly personalGain: number;
  readonly comparisons?: readonly Comparison[];
  readonly guards?: readonly Guard[];
  readonly notes?: readonly string[];
}

export function decideGate(input: GateInput, settings: DecisionSettings): GateDecision {
  const { candidate, popular, guards = [], notes = [] } = input;
  const comparisons = input.comparisons ?? meansOnly(input, settings.popularityMargin);
  const checks = [
    atLeast('evaluation readers', input.evaluationReaders, settings.minEvaluationReaders),
    atLeast('recall@10 against the floor', candidate.recallAt10, settings.recallFloor),
    ...comparisons.map(checkOf),
    atLeast(
      'readers against the live set',
      input.readers,
      Math.max(1, (input.championReaders ?? 0) * settings.minReadersShare),
    ),
    // One list per reader, and at least the popular list beside them.
    atLeast('items against readers', input.items, input.readers + 1),
  ];
  const verdict = verdictOf(checks, guards);
  return {
    accepted: verdict === 'accepted',
    verdict,
    checks,
    personalGain: popular.recallAt10 > 0 ? candidate.recallAt10 / popular.recallAt10 - 1 : 0,
    comparisons,
    guards,
    notes,
  };
}

/** A failure outweighs every doubt: nobody is asked about a set that must not go live. */
function verdictOf(checks: readonly GateCheck[], guards: readonly Guard[]): GateVerdict {
  if (guards.some(({ passed }) => !passed)) return 'rejected';
  if (checks.some(({ passed, inDoubt }) => !passed && !inDoubt)) return 'rejected';
  return checks.some(({ inDoubt }) => inDoubt) ? 'borderline' : 'accepted';
}

function atLeast(name: string, value: number, bound: number): GateCheck {
  // A NaN compares false with everything, so a broken metric never passes.
  return { name, value, bound, passed: value >= bound };
}

function checkOf(comparison: Comparison): GateCheck {
  const { metric, against, candidate, other, margin, overBound } = comparison;
  const check = { name: `${metric} against ${against}`, value: candidate, bound: other * (1 - margin), overBound };
  const standing = standingOf(comparison);
  return standing === 'in doubt'
    ? { ...check, passed: false, inDoubt: true }
    : { ...check, passed: standing === 'not worse' };
}

function meansOnly({ candidate, popular }: GateInput, margin: number): Comparison[] {
  const against = 'recent popularity';
  return [
    compare({ metric: 'recall@10', against, margin }, [candidate.recallAt10, popular.recallAt10], [], 1),
    compare({ metric: 'NDCG@10', against, margin }, [candidate.ndcgAt10, popular.ndcgAt10], [], 1),
  ];
}

export function describeFailedChecks({ checks, guards = [] }: GateDecision): string {
  return [
    ...checks
      .filter(({ passed, inDoubt }) => !passed && !inDoubt)
      .map(({ name, value, bound }) => `${name}: ${round(value)} is below ${round(bound)}`),
    ...guards
      .filter(({ passed }) => !passed)
      .map(({ name, figure, is, bound }) => `${name}: ${round(figure)}, must be ${is} ${round(bound)}`),
  ].join('; ');
}

/** What an operator is asked about. */
export function describeDoubts({ checks }: GateDecision): string {
  return checks
    .filter(({ inDoubt }) => inDoubt)
    .map(({ name, value, bound, overBound }) => {
      const by = overBound === undefined ? '' : `, by ${round(overBound.low)} to ${round(overBound.high)}`;
      return `${name}: ${round(value)} against ${round(bound)}${by}: within chance`;
    })
    .join('; ');
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
