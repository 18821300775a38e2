/**
 * The training job as a value: one pure function from what a run knows to everything that SageMaker is told.
 * Every rule of the service that we rely on is checked here. Source of limits: SageMaker API reference, CreateTrainingJob.
 */
import {
  checkpointsPrefix,
  clicksChannelKey,
  erasuresChannelKey,
  interactionsChannelKey,
  ledgerChannelKey,
  trainingOutputPrefix,
} from './keys';
import { endOfDayMs, type RunDate } from './runDate';
import { versionOf } from './version';

export type Market = 'spot' | 'on-demand';

/** One entry of the ladder. */
export interface Rung {
  readonly instanceType: string;
  readonly market: Market;
  /** How long to wait for Spot capacity here before the next Spot rung is tried; absent: as long as the deadline allows. */
  readonly patienceSeconds?: number;
  /** US dollars on demand; absent: the price that `instances.ts` knows. */
  readonly pricePerHourUsd?: number;
}

export interface TrainingSettings {
  readonly maxRuntimeSeconds: number;
  /** Waiting for Spot capacity plus running, all interruptions together; at least `maxRuntimeSeconds`. */
  readonly maxWaitSeconds: number;
  readonly volumeSizeGb: number;
  readonly pollSeconds: number;
  /** Passed to the trainer as they are; names and meaning in docs/formats.md. */
  readonly hyperparameters: Readonly<Record<string, string>>;
}

export interface TrainingJobInput {
  readonly runDate: RunDate;
  readonly generation: number;
  readonly attempt: number;
  readonly rung: Rung;
  /** Checkpoint scope key. */
  readonly scope: string;
  /** At most, of this attempt; absent: as the settings say. */
  readonly maxRuntimeSeconds?: number;
  /** Until when Spot may go on by itself with every worker dead, seconds from now; absent: as the settings say. */
  readonly maxWaitSeconds?: number;
  readonly hasInteractions: boolean;
  readonly hasLedger: boolean;
  /** Of the list of readers who must be forgotten; absent when there are none. */
  readonly erasuresDigest?: string;
  readonly historyDays: number;
  readonly retentionDays: number;
  readonly settings: TrainingSettings;
}

/** What belongs to the account and the deployment, not to a run. */
export interface TrainingPlace {
  readonly bucket: string;
  readonly roleArn: string;
  readonly image: string;
}

export interface TrainingJobSpec {
  readonly name: string;
  readonly version: string;
  readonly roleArn: string;
  readonly image: string;
  readonly rung: Rung;
  readonly volumeSizeGb: number;
  readonly maxRuntimeSeconds: number;
  readonly maxWaitSeconds?: number;
  /** Of internal errors, by the service itself, within the job. */
  readonly serviceRetries: number;
  readonly channels: readonly { readonly name: string; readonly manifestUri: string }[];
  readonly checkpointsUri: string;
  readonly outputUri: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly metrics: readonly { readonly name: string; readonly regex: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

export class InvalidTrainingJob extends Error {
  override readonly name = 'InvalidTrainingJob';
}

/** Deterministic: the same attempt of the same run has the same name, so a duplicate name means "attach". */
export function trainingJobName(runDate: RunDate, scope: string, attempt: number): string {
  return `frontpage-${runDate}-${scope}-a${attempt}`;
}

/** A fault of the service's own is mostly gone at the next try; 30 is the most that AWS allows. */
const serviceRetries = 2;
const maxJobSeconds = 28 * 86_400;
const namePattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
const number = '([0-9.eE+-]+)';

export function trainingJobSpec(input: TrainingJobInput, place: TrainingPlace): TrainingJobSpec {
  const { runDate, generation, attempt, rung, scope, settings } = input;
  const name = trainingJobName(runDate, scope, attempt);
  const version = versionOf(runDate, attempt);
  const s3 = (key: string): string => `s3://${place.bucket}/${key}`;
  if (!namePattern.test(name)) {
    throw new InvalidTrainingJob(
      `training job name '${name}' is not allowed: 1 to 63 letters, digits and inner hyphens`,
    );
  }
  const maxRuntimeSeconds = Math.min(settings.maxRuntimeSeconds, input.maxRuntimeSeconds ?? Number.POSITIVE_INFINITY);
  if (maxRuntimeSeconds < 1 || maxRuntimeSeconds > maxJobSeconds) {
    throw new InvalidTrainingJob(`maxRuntimeSeconds ${maxRuntimeSeconds} is outside 1 second to 28 days`);
  }
  const maxWaitSeconds =
    input.maxWaitSeconds === undefined
      ? settings.maxWaitSeconds
      : Math.min(maxJobSeconds, Math.max(maxRuntimeSeconds, Math.ceil(input.maxWaitSeconds)));
  if (rung.market === 'spot') {
    if (maxWaitSeconds < maxRuntimeSeconds) {
      throw new InvalidTrainingJob(
        `maxWaitSeconds ${maxWaitSeconds} is below maxRuntimeSeconds ${maxRuntimeSeconds}: Spot needs at least as much`,
      );
    }
    const between = Number(settings.hyperparameters['checkpoint_seconds'] ?? 0);
    if (!(between < maxRuntimeSeconds)) {
      throw new InvalidTrainingJob(
        `checkpoint_seconds ${between} would make no checkpoint within maxRuntimeSeconds ${maxRuntimeSeconds}: Spot without checkpoints is refused`,
      );
    }
  }
  const hyperparameters: Record<string, string> = {
    ...settings.hyperparameters,
    run_date: runDate,
    version,
    scope,
    history_days: String(input.historyDays),
    expires_at: String(endOfDayMs(runDate) / 1000 + input.retentionDays * 86_400),
  };
  for (const [key, value] of Object.entries(hyperparameters)) {
    if (key.length > 256 || value.length > 2500 || value.includes('\n')) {
      throw new InvalidTrainingJob(`hyperparameter '${key}' is too long or has a line break`);
    }
  }
  return {
    name,
    version,
    roleArn: place.roleArn,
    image: place.image,
    rung,
    volumeSizeGb: settings.volumeSizeGb,
    maxRuntimeSeconds,
    // AWS refuses MaxWaitTimeInSeconds on an on-demand job.
    ...(rung.market === 'spot' ? { maxWaitSeconds } : {}),
    serviceRetries,
    channels: [
      { name: 'clicks', manifestUri: s3(clicksChannelKey(runDate, generation)) },
      ...(input.hasInteractions
        ? [{ name: 'interactions', manifestUri: s3(interactionsChannelKey(runDate, generation)) }]
        : []),
      ...(input.hasLedger ? [{ name: 'ledger', manifestUri: s3(ledgerChannelKey(runDate, generation)) }] : []),
      ...(input.erasuresDigest === undefined
        ? []
        : [{ name: 'erasures', manifestUri: s3(erasuresChannelKey(runDate, input.erasuresDigest)) }]),
    ],
    checkpointsUri: s3(checkpointsPrefix(scope)),
    outputUri: s3(trainingOutputPrefix),
    hyperparameters,
    metrics: [
      { name: 'iteration', regex: `phase=\\w+ iteration=${number}` },
      { name: 'recall_at_10', regex: `(?:^|\\s)recall_at_10=${number}` },
      { name: 'ndcg_at_10', regex: `(?:^|\\s)ndcg_at_10=${number}` },
      { name: 'popular_recall_at_10', regex: `popular_recall_at_10=${number}` },
      { name: 'popular_ndcg_at_10', regex: `popular_ndcg_at_10=${number}` },
    ],
    tags: {
      project: 'frontpage',
      'run-date': runDate,
      generation: String(generation),
      attempt: String(attempt),
      market: rung.market,
    },
  };
}
