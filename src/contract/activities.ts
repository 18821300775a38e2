/** The activities, as workflows call them and workers give them. */
import type { SweptVersion } from '../domain/afterPublish';
import type { Alert } from '../domain/alerts';
import type { KeptVersions } from '../domain/keptVersions';
import type { RunVerdict } from '../domain/runWatch';
import type { ServingHealth } from '../domain/servingHealth';
import type { TrainingPace } from '../domain/trainingPace';
import type { CheckReadinessInput, FreezeManifestInput, FrozenManifest, LateObjects, LateSweepInput } from './clicks';
import type {
  CountedFreshClicks,
  CountFreshClicksInput,
  PublishedFreshLists,
  PublishFreshListsInput,
} from './freshLoop';
import type { ChooseBlendInput, ChosenBlend, EvaluatedModel, EvaluateModelInput, ModelInput } from './model';
import type {
  BulkLoadInput,
  ForgetUserInput,
  LiveVersion,
  LoadedShards,
  LoadShardsInput,
  MoveLiveInput,
  PlanSweepInput,
  PublishInput,
  SweepVersionInput,
  VerifiedLoad,
  VerifyLoadInput,
  WatchServingInput,
} from './publishing';
import type { RunReport, RunWatchInput, WrittenReport } from './runs';
import type {
  EstimateTrainingInput,
  FinishedTraining,
  StartTrainingInput,
  StartTrainingResult,
  WaitForTrainingInput,
  WatchedTraining,
} from './training';

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
