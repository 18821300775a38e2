/**
 * The gate: may this candidate go live? An absolute floor, not worse than recent popularity beyond a margin, and a set
 * that is whole. The decision names each check with its value and bound, so that a report can show it.
 */

export interface ListQuality {
  /** Mean over evaluation readers, 0 to 1. */
  readonly recallAt10: number;
  readonly ndcgAt10: number;
}

export interface GateInput {
  readonly candidate: ListQuality;
  readonly popular: ListQuality;
  readonly evaluationReaders: number;
  readonly readers: number;
  readonly items: number;
  /** Readers of the set that is live, if any. */
  readonly championReaders?: number;
}

export interface GateSettings {
  readonly recallFloor: number;
  /** How far below recent popularity the candidate's recall may be, as a share of popularity's. */
  readonly popularityMargin: number;
  readonly minEvaluationReaders: number;
  /** Smallest number of readers, as a share of the live set's. */
  readonly minReadersShare: number;
}

export interface GateCheck {
  readonly name: string;
  readonly value: number;
  /** The smallest value that passes. */
  readonly bound: number;
  readonly passed: boolean;
}

export interface GateDecision {
  readonly accepted: boolean;
  readonly checks: readonly GateCheck[];
  /** What the personal part earned over recent popularity, as a share of popularity's recall@10. */
  readonly personalGain: number;
}

export function decideGate(input: GateInput, settings: GateSettings): GateDecision {
  const atLeast = (name: string, value: number, bound: number): GateCheck => ({
    name,
    value,
    bound,
    // A NaN compares false with everything, so a broken metric never passes.
    passed: value >= bound,
  });
  const checks = [
    atLeast('evaluation readers', input.evaluationReaders, settings.minEvaluationReaders),
    atLeast('recall@10 against the floor', input.candidate.recallAt10, settings.recallFloor),
    atLeast(
      'recall@10 against recent popularity',
      input.candidate.recallAt10,
      input.popular.recallAt10 * (1 - settings.popularityMargin),
    ),
    atLeast(
      'NDCG@10 against recent popularity',
      input.candidate.ndcgAt10,
      input.popular.ndcgAt10 * (1 - settings.popularityMargin),
    ),
    atLeast(
      'readers against the live set',
      input.readers,
      Math.max(1, (input.championReaders ?? 0) * settings.minReadersShare),
    ),
    // One list per reader, and at least the popular list beside them.
    atLeast('items against readers', input.items, input.readers + 1),
  ];
  return {
    accepted: checks.every((check) => check.passed),
    checks,
    personalGain: input.popular.recallAt10 > 0 ? input.candidate.recallAt10 / input.popular.recallAt10 - 1 : 0,
  };
}

export function describeFailedChecks(decision: GateDecision): string {
  return decision.checks
    .filter((check) => !check.passed)
    .map((check) => `${check.name}: ${round(check.value)} is below ${round(check.bound)}`)
    .join('; ');
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
