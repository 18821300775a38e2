/** The run of a day: what it is given, how it stands, what it ends with. */
import type { PublishWatch, SweepMark } from '../domain/afterPublish';
import type { ApprovalWait, GateApproval } from '../domain/approval';
import type { GateDecision } from '../domain/gate';
import type { Degraded } from '../domain/readiness';
import type { RunDate } from '../domain/runDate';
import type { TrainingMoney } from '../domain/trainingCost';
import type { ClickCounts, LedgerCounts, ReadinessLook } from './clicks';
import type { BlendMark, ModelQuality } from './model';
import type { PipelineSettings } from './settings';
import type { TrainingAttempt } from './training';

export interface DailyInput {
  readonly runDate: RunDate;
  /** Which time the day is run for its clicks; absent: the first. */
  readonly generation?: number;
  readonly settings: PipelineSettings;
}

export interface ScheduledRunInput {
  readonly settings: PipelineSettings;
}

export interface ScheduledRunResult {
  readonly runDate: RunDate;
  /** `joined`: somebody had started this day's run by hand already, and it goes on. */
  readonly outcome: DailyResult['outcome'] | 'joined';
}

/** The watchdog over the daily schedule, with a schedule of its own. */
export interface RunWatchInput {
  /** Of the schedule that starts the daily runs. */
  readonly scheduleId: string;
  /** How long after the time that the schedule says a run counts as not started. */
  readonly graceMinutes: number;
}

export type Stage =
  | 'waiting for clicks'
  | 'freezing manifest'
  | 'training'
  | 'keeping interactions'
  | 'gate'
  | 'waiting for approval'
  | 'loading'
  | 'verifying'
  | 'publishing'
  | 'watching'
  | 'sweeping'
  | 'reporting'
  | 'done';

export interface StageTime {
  readonly stage: Stage;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

/** What must be known of a run whenever it is spoken of. */
export interface RunMarks {
  /** From the second generation of its day on. */
  readonly generation?: number;
  /** Why the day was taken as wholly there. */
  readonly readiness?: string;
  readonly degraded?: Degraded;
  /** Jobs so far, also of a run that failed or was cancelled. */
  readonly trainingAttempts?: readonly TrainingAttempt[];
  readonly money?: TrainingMoney;
  /** When the set must be live. */
  readonly deadlineAtMs?: number;
  /** What was decided about a borderline candidate. */
  readonly approval?: GateApproval;
  /** What the set is blended with, and what it was chosen by. */
  readonly blend?: BlendMark;
  readonly watch?: PublishWatch;
  readonly sweep?: SweepMark;
}

export interface RunStatus extends RunMarks {
  readonly runDate: RunDate;
  readonly stage: Stage;
  readonly stages: readonly StageTime[];
  /** The last look that the run was told of, while it waits for clicks. */
  readonly look?: ReadinessLook;
  readonly version?: string;
  readonly rung?: string;
  readonly gate?: GateDecision;
  /** Of a borderline candidate, also when it is over. */
  readonly approvalWait?: ApprovalWait;
  /** By the load activities that are over. */
  readonly itemsLoaded?: number;
}

/** What an operator may order while a run waits for its day; the names of workflow updates. */
export type WaitingOrder = 'proceed' | 'abandon';

/** Who gives an order, and why. */
export interface OrderReason {
  readonly by: string;
  readonly reason: string;
}

export type DailyResult =
  | { readonly outcome: 'already published'; readonly runDate: RunDate; readonly version: string }
  | {
      /** `kept newer`: a later day is live. `not published`: the run was to look back only. */
      readonly outcome: 'published' | 'kept newer' | 'not published';
      readonly runDate: RunDate;
      readonly summary: RunSummary;
    };

/** What the run report says, and what the result of a run carries. */
export interface RunSummary extends RunMarks {
  readonly runDate: RunDate;
  readonly version: string;
  readonly clicks: ClickCounts;
  readonly ledger: LedgerCounts;
  readonly readers: number;
  readonly articles: number;
  readonly gate: GateDecision;
  readonly quality: ModelQuality;
  readonly trainingAttempts: readonly TrainingAttempt[];
  readonly itemsLoaded: number;
  readonly stages: readonly StageTime[];
}

export interface WrittenReport {
  readonly uri: string;
  /** Of the page for a browser; absent in histories of before there was one. */
  readonly pageUri?: string;
}

/** The report of a run that ended, well or not. */
export type RunReport =
  | {
      readonly runDate: RunDate;
      /** `rolled back`: published, and taken back since serving did worse. */
      readonly outcome: 'published' | 'kept newer' | 'not published' | 'rolled back';
      readonly summary: RunSummary;
    }
  | FailedRunReport;

export interface FailedRunReport extends RunMarks {
  readonly runDate: RunDate;
  readonly outcome: 'failed' | 'cancelled';
  readonly failedStage: Stage;
  readonly failureType: string;
  readonly message: string;
  /** When it came so far. */
  readonly gate?: GateDecision;
  readonly stages: readonly StageTime[];
}
