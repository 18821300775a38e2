/** Training jobs, from the estimate to the known end of each. */
import type { TrainingDecision } from '../domain/deadline';
import type { AttemptOutcome } from '../domain/ladder';
import type { TrainingProgress } from '../domain/progress';
import type { RunDate } from '../domain/runDate';
import type { Market, Rung, TrainingSettings } from '../domain/trainingJob';
import type { FinishedTrainingOutcome } from '../domain/trainingOutcome';
import type { PaceSettings, TrainingPace } from '../domain/trainingPace';
import type { FrozenManifest } from './clicks';

export interface EstimateTrainingInput {
  readonly runDate: RunDate;
  readonly settings: PaceSettings;
}

export interface StartTrainingInput {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly attempt: number;
  readonly rung: Rung;
  readonly manifest: FrozenManifest;
  readonly historyDays: number;
  readonly retentionDays: number;
  readonly settings: TrainingSettings;
  /** What the money that is left allows; absent: as the settings say. */
  readonly maxRuntimeSeconds?: number;
  /** What is left until the deadline; absent: as the settings say. */
  readonly maxWaitSeconds?: number;
}

export interface StartTrainingResult {
  readonly jobName: string;
  readonly version: string;
  readonly scope: string;
  /** The job had been started before, by an earlier try of this activity or an earlier run of the day. */
  readonly adopted: boolean;
  /** The adopted job has ended without a model: its name is used up, and training needs the next attempt. */
  readonly spent?: true;
}

export interface WaitForTrainingInput {
  readonly jobName: string;
  readonly scope: string;
  readonly pollSeconds: number;
  /** Absent: the job is watched to its end, whatever the time. */
  readonly deadline?: WatchedDeadline;
  /** Absent in runs of before there were alerts, and in those that only look back: nobody is told of interruptions. */
  readonly runDate?: RunDate;
}

/** What the watcher needs for the rule of the deadline. */
export interface WatchedDeadline {
  readonly deadlineAtMs: number;
  readonly pace: TrainingPace;
  readonly ladder: readonly Rung[];
  readonly rung: number;
}

/** Heartbeat details of `waitForTraining`, shown by `frontpage status`. */
export interface TrainingHeartbeat {
  readonly jobName: string;
  readonly status: string;
  readonly interruptions: number;
  readonly progress?: TrainingProgress;
}

/** How a job ended, or that it must not go on. */
export type WatchedTraining = FinishedTraining | UnfinishedTraining;

export interface UnfinishedTraining {
  readonly outcome: 'in-progress';
  readonly decision: Extract<TrainingDecision, { readonly kind: 'move' }>;
}

export interface FinishedTraining {
  readonly outcome: FinishedTrainingOutcome;
  readonly interruptions: number;
  readonly trainingSeconds: number;
  readonly billableSeconds: number;
  readonly resumedFrom: readonly number[];
  readonly failureReason?: string;
  readonly lostSeconds?: number;
  /** From Downloading to the first iteration; absent when it was never reached. */
  readonly prepareSeconds?: number;
  /** Of training from the newest checkpoint on, in the trainer's own estimate, at its last word. */
  readonly remainingSeconds?: number;
}

export interface TrainingAttempt {
  /** Absent when no job was made. */
  readonly jobName?: string;
  readonly instanceType: string;
  readonly market: Market;
  /** When the ladder gives one. */
  readonly pricePerHourUsd?: number;
  readonly outcome: AttemptOutcome;
  /** Of an attempt that was moved on. */
  readonly why?: 'deadline' | 'patience';
  readonly interruptions: number;
  readonly trainingSeconds: number;
  readonly billableSeconds: number;
  readonly resumedFrom: readonly number[];
  readonly lostSeconds?: number;
  readonly prepareSeconds?: number;
}
