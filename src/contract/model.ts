/** The candidate that a run has trained, and how good it is. */
import type { BlendChoice } from '../domain/blendChoice';
import type { GateDecision } from '../domain/gate';
import type { GivenGateSettings } from '../domain/gateSettings';
import type { RunDate } from '../domain/runDate';
import type { ClickCounts, LedgerCounts } from './clicks';
import type { BlendSettings } from './settings';

export interface ModelInput {
  readonly runDate: RunDate;
  readonly jobName: string;
  readonly version: string;
}

export interface ChooseBlendInput extends ModelInput {
  readonly generation?: number;
  readonly blend: BlendSettings;
}

export interface ChosenBlend extends BlendChoice {
  /** Of the run date, that were replayed. */
  readonly clicks: number;
  /** 1 when those of every reader were, 2 when those of every second one … */
  readonly readersOneIn: number;
}

/** A set can be published without: it is blended with what was in use. */
export type BlendMark = ChosenBlend | { readonly notChosen: string };

export interface EvaluateModelInput extends ModelInput {
  /** A setting that the run does not know, since it was started before there was one, has its default. */
  readonly settings: GivenGateSettings;
}

export interface EvaluatedModel {
  readonly decision: GateDecision;
  readonly clicks: ClickCounts;
  /** Absent in histories of runs before there was a ledger. */
  readonly ledger?: LedgerCounts;
  readonly quality: ModelQuality;
  readonly readers: number;
  readonly articles: number;
  readonly items: number;
  readonly shards: number;
}

export interface ModelQuality {
  readonly candidate: { readonly recallAt10: number; readonly ndcgAt10: number };
  readonly popular: { readonly recallAt10: number; readonly ndcgAt10: number };
  /** Weight of the popularity prior; null when popularity alone won. */
  readonly priorWeight: number | null;
  /** How well the set that was live predicted the same clicks; absent when there was none to compare with. */
  readonly champion?: {
    readonly version: string;
    readonly recallAt10: number;
    readonly ndcgAt10: number;
    /** Of so many readers, so many had a list of their own; the others were judged by the popular list. */
    readonly readers: number;
    readonly readersWithList: number;
  };
}
