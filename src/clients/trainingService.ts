/** The service that runs training jobs, in our words. */
import type { TrainingJobSpec } from '../domain/trainingJob';
import type { TrainingJobState } from '../domain/trainingOutcome';

export interface TrainingService {
  /** Creates the job, or finds that it was created before, and how that one stands. Throws `ForeignTrainingJob` and the errors below. */
  start(spec: TrainingJobSpec): Promise<StartedJob>;
  /** `undefined` when there is no such job. */
  describe(jobName: string): Promise<TrainingJobState | undefined>;
  /** Asks the job to stop; a job that is over or gone is left as it is. */
  stop(jobName: string): Promise<void>;
}

export type StartedJob = { readonly adopted: false } | { readonly adopted: true; readonly state: TrainingJobState };

/** The service did not answer or is busy: says nothing about the job. */
export class TrainingServiceUnavailable extends Error {
  override readonly name = 'TrainingServiceUnavailable';
}

/** Another job has our job's name, made from other inputs. */
export class ForeignTrainingJob extends Error {
  override readonly name = 'ForeignTrainingJob';
}

/** The service refuses what was asked; the same request will be refused again. */
export class TrainingRequestRefused extends Error {
  override readonly name = 'TrainingRequestRefused';
}

/** The account may not run another job of this instance type and market now. */
export class TrainingQuotaExceeded extends Error {
  override readonly name = 'TrainingQuotaExceeded';
}
