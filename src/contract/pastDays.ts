/** Days that are run, or read, when they are long over. */
import type { RunDate } from '../domain/runDate';
import type { DailyResult } from './runs';
import type { PipelineSettings } from './settings';

export interface BackfillInput {
  readonly from: RunDate;
  readonly to: RunDate;
  /** What is left of the days to be run, oldest first. */
  readonly days: readonly BackfillDay[];
  /** So many runs at a time. */
  readonly concurrency: number;
  /** Whether the days are published one after the other; without it what is live stays live. */
  readonly publish: boolean;
  readonly settings: PipelineSettings;
  /** Of the executions before this one: a long backfill goes on as new. */
  readonly done?: readonly BackfilledDay[];
}

export interface BackfillDay {
  readonly runDate: RunDate;
  readonly generation: number;
}

/** `joined`: somebody else's run of the day goes on, and is not waited for. */
export interface BackfilledDay {
  readonly runDate: RunDate;
  readonly outcome: DailyResult['outcome'] | 'joined' | 'failed' | 'cancelled';
  readonly failure?: { readonly type: string; readonly message: string };
}

export interface BackfillStatus {
  readonly done: readonly BackfilledDay[];
  readonly running: readonly RunDate[];
  readonly left: readonly RunDate[];
  /** Somebody cancelled it: no other day is begun, and what runs is waited for. */
  readonly stopped: boolean;
}

export interface RebuildInteractionsInput {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly settings: PipelineSettings;
}

export interface RebuiltInteractions {
  readonly runDate: RunDate;
  /** That the job has read from clicks: the run date, and days before it that had no interactions. */
  readonly days: number;
  readonly jobName: string;
}
