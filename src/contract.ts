/** Names and shapes shared by client, worker and workflow. Changing one is a change of version: histories carry them. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { PublishWatch, SweepMark, SweptVersion } from './domain/afterPublish';
import type { Alert } from './domain/alerts';
import type { ApprovalWait, GateApproval } from './domain/approval';
import type { BlendChoice } from './domain/blendChoice';
import type { BlendWeights } from './domain/blendWeights';
import type { TrainingDecision } from './domain/deadline';
import type { FreshSettings } from './domain/freshSettings';
import type { GateDecision } from './domain/gate';
import type { GateSettings, GivenGateSettings } from './domain/gateSettings';
import type { KeptVersions } from './domain/keptVersions';
import type { AttemptOutcome } from './domain/ladder';
import type { LineFigures } from './domain/lineCounts';
import type { ManifestEntry } from './domain/partitionManifest';
import type { TrainingProgress } from './domain/progress';
import type { Degraded, Readiness } from './domain/readiness';
import type { ReadinessSettings } from './domain/readinessSettings';
import type { RunDate } from './domain/runDate';
import type { RunVerdict } from './domain/runWatch';
import type { ServingHealth } from './domain/servingHealth';
import type { TrainingMoney } from './domain/trainingCost';
import type { Market, Rung, TrainingSettings } from './domain/trainingJob';
import type { FinishedTrainingOutcome } from './domain/trainingOutcome';
import type { PaceSettings, TrainingPace } from './domain/trainingPace';
import type { UsualVolume } from './domain/volume';

export const taskQueue = 'frontpage-daily';
/** A beat must not wait behind the loads of a night. */
export const freshTaskQueue = 'frontpage-fresh';
export const dailyScheduleId = 'frontpage-daily';
export const freshScheduleId = 'frontpage-fresh';
export const versionsSweepScheduleId = 'frontpage-versions-sweep';
export const watchScheduleId = 'frontpage-watch';
export const freshListsWorkflowId = 'frontpage-fresh-lists';
export const scheduledRunWorkflowId = 'frontpage-scheduled-run';
export const rollbackWorkflowId = 'frontpage-rollback';
export const runWatchWorkflowId = 'frontpage-run-watch';
export const versionsSweepWorkflowId = 'frontpage-versions-sweep';
export const lateSweepWorkflowId = (runDate: RunDate): string => `late-objects-sweep-${runDate}`;
export const forgetWorkflowId = (hash: string): string => `forget-user-${hash}`;
export const dailyWorkflowId = (runDate: RunDate): string => `daily-recommendations-${runDate}`;
export const backfillWorkflowId = (from: RunDate, to: RunDate): string => `frontpage-backfill-${from}-${to}`;
export const rebuildWorkflowId = (runDate: RunDate): string => `rebuild-interactions-${runDate}`;
/** In the memo of a daily run, `true`: it trains, is judged and reported; nothing of it is loaded or published. */
export const keepLiveMemo = 'keepLive';

/** Registered with the server before the first worker starts; see `ensureSearchAttributes`. */
export const searchAttributes = {
  runDate: defineSearchAttributeKey('RunDate', SearchAttributeType.DATETIME),
  stage: defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD),
  modelVersion: defineSearchAttributeKey('ModelVersion', SearchAttributeType.KEYWORD),
  rung: defineSearchAttributeKey('Rung', SearchAttributeType.KEYWORD),
  /** Of the rung, by itself: Temporal compares a whole text or its beginning. */
  market: defineSearchAttributeKey('Market', SearchAttributeType.KEYWORD),
  interruptions: defineSearchAttributeKey('Interruptions', SearchAttributeType.INT),
  costUsd: defineSearchAttributeKey('CostUsd', SearchAttributeType.DOUBLE),
  savingPercent: defineSearchAttributeKey('SavingPercent', SearchAttributeType.DOUBLE),
  recallAt10: defineSearchAttributeKey('RecallAt10', SearchAttributeType.DOUBLE),
} as const;

export interface PipelineSettings {
  readonly readiness: ReadinessSettings;
  readonly historyDays: number;
  readonly retentionDays: number;
  readonly ladder: readonly Rung[];
  readonly training: TrainingSettings;
  /** Absent in runs of before there was one: Spot for as long as it takes. */
  readonly deadline?: PaceSettings;
  readonly budget?: TrainingBudget;
  readonly gate: GateSettings;
  /** Absent in runs of before there was one: the set is blended with what was in use. */
  readonly blend?: BlendSettings;
  readonly load: {
    /** Shared evenly by the load activities of a run. */
    readonly maxUnitsPerSecond: number;
    readonly parallelism: number;
    /** By our own writes, or by DynamoDB reading the shards itself; absent: the former. */
    readonly mode?: 'batch' | 'bulk';
  };
  /** Absent in runs of before there was one: nobody watches. */
  readonly publish?: {
    /** How long serving is watched after a publish; 0: not at all. */
    readonly watchSeconds: number;
  };
  /** Absent in runs of before there was one: nothing is swept. */
  readonly sweep?: SweepSettings;
  /** Absent in runs of before there was one: nobody is told that a run waits. */
  readonly alerts?: {
    /** Of waiting for clicks until people are told. */
    readonly waitingMinutes: number;
  };
}

export interface SweepSettings {
  /** The live one and the one before it included. */
  readonly keepVersions: number;
  readonly maxUnitsPerSecond: number;
}

export interface FreshLoopSettings {
  /** Between two beats. */
  readonly everyMinutes: number;
  /** After which an item that no beat has written again expires. */
  readonly keepMinutes: number;
  readonly lists: FreshSettings;
}

/** How what would have been served is replayed, to choose what a set is blended with. */
export interface BlendSettings {
  /** Between two beats of the fresh loop. */
  readonly everyMinutes: number;
  /** From a click to the lake. */
  readonly deliverySeconds: number;
  readonly lists: FreshSettings;
}

/** Hard limits of what one run's training may use. */
export interface TrainingBudget {
  readonly maxAttempts: number;
  readonly maxCostUsd?: number;
}

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

export interface ClickCounts {
  readonly lines: number;
  readonly malformed: number;
  readonly duplicates: number;
  /** Of the run date, after de-duplication. */
  readonly runDate: number;
}

/** The reconciliation of what collectors acknowledged with what the trainer found; null when no ledger was there. */
export type LedgerCounts = { readonly spools: number; readonly acknowledged: number; readonly found: number } | null;

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

export interface RollbackInput {
  /** Default: the version that was live before. */
  readonly version?: string;
  readonly reason: string;
}

export interface RollbackResult {
  readonly from: string;
  readonly to: string;
}

export interface VersionsSweepInput {
  readonly settings: SweepSettings;
}

/** A reader is named by the hash of the id only: histories are kept, and so is what they hold. */
export interface ForgetUserInput {
  readonly hash: string;
}

export interface ErasureStatus {
  /** How often the table was looked at. */
  readonly looks: number;
  readonly deleted: number;
  readonly over: boolean;
}

export interface FreshListsInput {
  readonly settings: FreshLoopSettings;
}

/** The watchdog over the daily schedule, with a schedule of its own. */
export interface RunWatchInput {
  /** Of the schedule that starts the daily runs. */
  readonly scheduleId: string;
  /** How long after the time that the schedule says a run counts as not started. */
  readonly graceMinutes: number;
}

/** What was read of the lake, by a step or by all steps of a beat. */
interface FreshReading {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly lines: LineFigures;
  /** Objects that could not be read and are not waited for any more. */
  readonly setAside: readonly string[];
  /** What lay unread for so long that it does not matter any more. */
  readonly skipped?: TimeSpan;
  /** Objects that are still to be read; 0 when the loop has caught up. */
  readonly objectsLeft: number;
  /** How often another beat was at work on the same state. */
  readonly conflicts: number;
}

/** What one beat did. */
export interface FreshBeat extends FreshReading {
  /** Number of the state that it published last. */
  readonly beat: number;
  /** Of a beat that reads more than one step's worth of objects, as after an outage. */
  readonly steps: number;
  readonly itemsWritten: number;
  /** Most read first. */
  readonly top: readonly string[];
  readonly clickToList?: ClickToList;
}

/** From when a click was made to when lists that count it were published; of the clicks that this beat counted first. */
export interface ClickToList {
  readonly newestSeconds: number;
  readonly medianSeconds: number;
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

// Activities

export interface CountFreshClicksInput {
  readonly settings: FreshSettings;
  /** The time of this step; clicks are counted up to it. */
  readonly nowMs: number;
  /** Of objects, as they are stored; at least one object is read. */
  readonly maxBytes: number;
}

export interface CountedFreshClicks extends FreshReading {
  readonly beat: number;
  /** Of the clicks that were counted, as far as they are not dated ahead. */
  readonly newestClickMs?: number;
  readonly medianClickMs?: number;
}

/** Heartbeat details of `countFreshClicks`, for the Temporal UI. */
export interface FreshHeartbeat {
  readonly objects: number;
  readonly ofObjects: number;
  readonly clicks: number;
}

export interface PublishFreshListsInput {
  readonly keepMinutes: number;
}

export interface PublishedFreshLists {
  /** Of the newest state, which is what was published. */
  readonly beat: number;
  readonly written: number;
  readonly unchanged: number;
  /** Items that were of this beat or a later one already. */
  readonly superseded: number;
  readonly sections: number;
  readonly nextLists: number;
  readonly top: readonly string[];
}

/** A setting that the run does not know, since it was started before there was one, has its default. */
export interface CheckReadinessInput extends Partial<ReadinessSettings> {
  readonly runDate: RunDate;
}

/** Heartbeat details of `checkReadiness`: what the next look needs from this one, and what `frontpage status` shows. */
export interface ReadinessHeartbeat {
  /** Of keys and ETags of the day's objects. */
  readonly fingerprint: string;
  readonly quietSinceMs: number;
  readonly usual: UsualVolume;
  readonly readiness: Readiness;
  readonly waitsUntilMs: number;
  /** When the run was last told what the looks see. */
  readonly toldAtMs?: number;
}

/** A look at the day, as the run is told of it. */
export interface ReadinessLook {
  readonly lookedAtMs: number;
  readonly waitsUntilMs: number;
  readonly readiness: Readiness;
}

export const lookedSignalName = 'looked';

export interface FreezeManifestInput {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly historyDays: number;
}

export interface FrozenManifest {
  readonly uri: string;
  readonly sha256: string;
  readonly clickObjects: number;
  readonly clickBytes: number;
  readonly interactionObjects: number;
  readonly ledgerObjects: number;
  /** Hours of the run date of which it has no object; absent from results of before they were looked for. */
  readonly missingHours?: readonly number[];
}

export interface LateSweepInput {
  readonly runDate: RunDate;
}

/** Objects that appeared below a day, or changed, after the manifest of this generation was frozen. */
export interface LateObjects {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly objects: number;
  readonly sizeBytes: number;
  /** Where the list is. */
  readonly reportUri: string;
}

/** The report of a sweep, in the lake. */
export interface LateReport {
  readonly schema: 1;
  readonly runDate: RunDate;
  readonly manifestUri: string;
  readonly sizeBytes: number;
  readonly objects: readonly ManifestEntry[];
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

export interface EstimateTrainingInput {
  readonly runDate: RunDate;
  readonly settings: PaceSettings;
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

export interface LoadShardsInput extends ModelInput {
  /** This activity loads the shards whose index modulo `groups` is `group`. */
  readonly group: number;
  readonly groups: number;
  readonly maxUnitsPerSecond: number;
}

/** Heartbeat details of `loadShards`: where the next attempt goes on, and what is done. */
export interface LoadCursor {
  readonly shard: number;
  readonly line: number;
  readonly itemsLoaded: number;
  readonly throttledBatches: number;
  /** Of the items, those of shards that an earlier run of the day had loaded; absent: none. */
  readonly itemsFound?: number;
}

export interface LoadedShards {
  readonly items: number;
  readonly throttledBatches: number;
  readonly itemsFound?: number;
}

export interface BulkLoadInput extends ModelInput {
  readonly maxUnitsPerSecond: number;
}

/** Heartbeat details of `bulkLoad`: operations that are over, and the one that is watched. */
export interface BulkCursor {
  readonly prefix: number;
  readonly items: number;
  readonly operation?: string;
}

export interface VerifyLoadInput extends ModelInput {
  readonly itemsLoaded: number;
  readonly samplePerShard: number;
}

export interface VerifiedLoad {
  readonly sampled: number;
  /** Absent in histories of before it was taken. */
  readonly latency?: ReadLatency;
}

/** Of strongly consistent reads of one list each, one after another, before anybody reads the version. */
export interface ReadLatency {
  readonly reads: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PublishInput extends ModelInput {
  readonly items: number;
  readonly readers: number;
  /** What the set is blended with; absent: what the one before is. */
  readonly weights?: BlendWeights;
  /** Version that was live when the run decided to publish; absent when none was. */
  readonly expectedLive?: string;
  /** When it had become live; absent in histories of before this was looked at. */
  readonly expectedSince?: string;
}

export interface LiveVersion {
  readonly version: string;
  readonly runDate: RunDate;
  readonly previous?: string;
  /** When the pointer was moved there; absent in histories of before this was looked at. */
  readonly since?: string;
}

export interface MoveLiveInput {
  readonly from: LiveVersion;
  readonly toVersion: string;
  readonly reason: string;
}

export interface WatchServingInput {
  readonly publishedAtMs: number;
  readonly watchSeconds: number;
}

export interface PlanSweepInput {
  readonly keepVersions: number;
}

export interface SweepVersionInput {
  readonly version: string;
  readonly maxUnitsPerSecond: number;
}

export interface Activities {
  checkReadiness: (input: CheckReadinessInput) => Promise<{ readonly summary: string }>;
  freezeManifest: (input: FreezeManifestInput) => Promise<FrozenManifest>;
  /** Null when no run has frozen the day: nothing of it can be late. */
  sweepLate: (input: LateSweepInput) => Promise<LateObjects | null>;
  startTraining: (input: StartTrainingInput) => Promise<StartTrainingResult>;
  estimateTraining: (input: EstimateTrainingInput) => Promise<TrainingPace>;
  waitForTraining: (input: WaitForTrainingInput) => Promise<WatchedTraining>;
  /** Returns when the job is over; it may have completed meanwhile. */
  stopTraining: (input: WaitForTrainingInput) => Promise<FinishedTraining>;
  keepInteractions: (input: ModelInput) => Promise<{ readonly days: number }>;
  evaluateModel: (input: EvaluateModelInput) => Promise<EvaluatedModel>;
  chooseBlend: (input: ChooseBlendInput) => Promise<ChosenBlend>;
  /** Until the load must be over, nobody sweeps what it writes. */
  holdVersion: (input: ModelInput) => Promise<void>;
  loadShards: (input: LoadShardsInput) => Promise<LoadedShards>;
  bulkLoad: (input: BulkLoadInput) => Promise<LoadedShards>;
  verifyLoad: (input: VerifyLoadInput) => Promise<VerifiedLoad>;
  readLive: () => Promise<LiveVersion | null>;
  publish: (input: PublishInput) => Promise<void>;
  rollBack: (input: MoveLiveInput) => Promise<void>;
  watchServing: (input: WatchServingInput) => Promise<ServingHealth>;
  planSweep: (input: PlanSweepInput) => Promise<KeptVersions>;
  sweepVersion: (input: SweepVersionInput) => Promise<SweptVersion>;
  eraseReader: (input: ForgetUserInput) => Promise<{ readonly deleted: number; readonly left: number }>;
  closeErasure: (input: ForgetUserInput) => Promise<void>;
  writeReport: (input: RunReport) => Promise<WrittenReport>;
  /** `false`: people had been told of the same thing before. */
  sendAlert: (alert: Alert) => Promise<{ readonly sent: boolean }>;
  /** Whether the newest run that was due is there; what is found is also put into the pipeline's metrics. */
  watchSchedule: (input: RunWatchInput) => Promise<RunVerdict>;
  countFreshClicks: (input: CountFreshClicksInput) => Promise<CountedFreshClicks>;
  publishFreshLists: (input: PublishFreshListsInput) => Promise<PublishedFreshLists>;
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
