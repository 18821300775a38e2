/**
 * The catalogue of failure types: conditions of the pipeline, not exceptions of a library. Whether anybody may retry is
 * decided here, where the failure is made. Operators meet these names in the Temporal UI, the report and the runbook.
 */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

interface FailureKind {
  /** Whether the same activity may succeed when it is tried again. */
  readonly retryable: boolean;
  readonly meaning: string;
}

export const failureCatalogue = {
  PartitionsIncomplete: { retryable: true, meaning: 'the day is not wholly delivered yet' },
  RunAbandoned: { retryable: false, meaning: 'an operator gave the day up while it was waited for' },
  ManifestInvalid: { retryable: false, meaning: 'the frozen partition manifest cannot be read' },
  ForeignTrainingJob: { retryable: false, meaning: 'a job that is not ours has the name of our job' },
  TrainingRequestRefused: { retryable: false, meaning: 'the training service refuses the job as it is described' },
  TrainingQuotaExceeded: { retryable: false, meaning: 'the account may not run another such job now' },
  TrainingServiceUnavailable: { retryable: true, meaning: 'the training service does not answer' },
  TrainingJobMissing: { retryable: false, meaning: 'the training job was deleted while it was waited for' },
  TrainingCapReached: { retryable: false, meaning: 'the run used up the attempts or the money of its budget' },
  LadderExhausted: { retryable: false, meaning: 'no rung of the ladder finished the training' },
  TrainingAlgorithmError: { retryable: false, meaning: 'the trainer failed by its own fault' },
  TrainingOutOfMemory: { retryable: false, meaning: 'the instance has too little memory for the day' },
  TrainingInputMissing: { retryable: false, meaning: 'an object of the manifest is gone' },
  TrainingStopped: { retryable: false, meaning: 'somebody stopped the training job' },
  DataRejected: { retryable: false, meaning: 'the trainer refused the clicks' },
  ModelArtefactInvalid: { retryable: false, meaning: 'the model artefact is not what its manifest says' },
  ModelRejected: { retryable: false, meaning: 'the gate refused the candidate' },
  LoadThrottled: { retryable: true, meaning: 'the table refused writes for too long' },
  LoadVerificationFailed: { retryable: false, meaning: 'the table does not hold what the shards say' },
  BulkLoadRefused: { retryable: false, meaning: 'DynamoDB refuses the bulk load as it is described' },
  BulkLoadFailed: { retryable: true, meaning: 'a bulk load of DynamoDB ended without having written everything' },
  VersionBeingSwept: { retryable: true, meaning: 'the version to be loaded is being removed from the table' },
  PublishRolledBack: { retryable: false, meaning: 'serving did worse after the publish, so readers were taken back' },
  PublishConflict: { retryable: false, meaning: 'somebody else moved the live pointer' },
  ErasureRequestMissing: {
    retryable: false,
    meaning: 'nobody asked for this erasure, or it was asked for too long ago',
  },
  ErasureIncomplete: { retryable: false, meaning: 'the table still holds items of a reader who must be forgotten' },
  ClickObjectCorrupt: {
    retryable: true,
    meaning: 'an object of the lake cannot be read; the fresh loop sets it aside',
  },
  FreshStateContended: { retryable: true, meaning: 'other beats of the fresh loop write its state all the time' },
  FreshStateMissing: { retryable: true, meaning: 'there is no state of the fresh loop to publish from' },
  VersionNotKept: { retryable: false, meaning: 'the version to roll back to is not in the table' },
  AlertUndelivered: { retryable: true, meaning: 'a channel for alerts does not answer' },
  AlertRefused: { retryable: false, meaning: 'a channel for alerts does not take an alert as it is' },
} as const satisfies Record<string, FailureKind>;

export type FailureType = keyof typeof failureCatalogue;

export function isFailureType(text: string): text is FailureType {
  return Object.hasOwn(failureCatalogue, text);
}

/** Makes a failure of the catalogue. `message` carries coordinates: `training job not found [job=…]`. */
export function failure(type: FailureType, message: string, options: FailureOptions = {}): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: options.final ?? !failureCatalogue[type].retryable,
    ...(options.details === undefined ? {} : { details: [options.details] }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    ...(options.retryAfterSeconds === undefined ? {} : { nextRetryDelay: options.retryAfterSeconds * 1000 }),
  });
}

/** A failure that only says "not yet": no alarm, no log line, tried again after `retryAfterSeconds`. */
export function notYet(type: FailureType, message: string, retryAfterSeconds: number): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: false,
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: retryAfterSeconds * 1000,
  });
}

/** The failure of an activity below the wrappers that Temporal puts around it; `undefined` when there is none. */
export function failureIn(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ApplicationFailure) return error;
  return error instanceof Error ? failureIn(error.cause) : undefined;
}

interface FailureOptions {
  readonly details?: unknown;
  readonly cause?: Error;
  /** Trying again does not help here, though it may elsewhere. */
  readonly final?: true;
  /** When whoever failed says so; absent: as the activity's profile has it. */
  readonly retryAfterSeconds?: number;
}
