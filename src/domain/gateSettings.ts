/** What an operator decides about which candidates may go live. */
import type { GuardSettings } from './guards';

export interface GateSettings {
  readonly recallFloor: number;
  /** How far below recent popularity the candidate may be, as a share of popularity's figure. */
  readonly popularityMargin: number;
  /** The same below the live set. */
  readonly championMargin: number;
  /** Of the intervals that decide both, 0 to 1. */
  readonly confidence: number;
  readonly minEvaluationReaders: number;
  /** Smallest number of readers, as a share of the live set's. */
  readonly minReadersShare: number;
  readonly guards: GuardSettings;
  /** How long a borderline candidate waits for an operator. */
  readonly approvalSeconds: number;
  /** What becomes of it when none has decided by then. */
  readonly onNoDecision: 'reject' | 'accept';
}

export const defaultGate: GateSettings = {
  recallFloor: 0.005,
  popularityMargin: 0.05,
  championMargin: 0.05,
  confidence: 0.95,
  minEvaluationReaders: 100,
  minReadersShare: 0.7,
  guards: {
    minFullListsShare: 0.9,
    minCoverage: 0.001,
    maxConcentration: 1.2,
    freshHours: 96,
    maxStaleShare: 0.25,
    maxListLength: 100,
    maxItemBytes: 1024,
  },
  approvalSeconds: 7200,
  onNoDecision: 'reject',
};

/** Those of a run that was started before there were so many. */
export type GivenGateSettings = Partial<Omit<GateSettings, 'guards'>> & { readonly guards?: Partial<GuardSettings> };

export function wholeGateSettings(given: GivenGateSettings): GateSettings {
  return { ...defaultGate, ...given, guards: { ...defaultGate.guards, ...given.guards } };
}
