/**
 * What a training job's state means. One classifier for the whole house: `Stopped` is never success, a status that
 * nobody knows yet counts as in progress. Forms of FailureReason: SageMaker API reference and observed answers.
 */

export interface TrainingJobState {
  /** TrainingJobStatus of the service, as it came. */
  readonly status: string;
  readonly secondaryStatus: string;
  readonly failureReason?: string;
  /** Spot reclaims so far: transitions to `Interrupted`. */
  readonly interruptions: number;
  /** Absent until the job got capacity. */
  readonly trainingSeconds?: number;
  readonly billableSeconds?: number;
}

export type TrainingOutcome =
  | 'in-progress'
  | 'completed'
  | 'interrupted-out'
  | 'runtime-exceeded'
  | 'stopped'
  | 'capacity'
  | 'service-fault'
  | 'out-of-memory'
  | 'data-rejected'
  | 'algorithm-error'
  | 'input-missing';

export type FinishedTrainingOutcome = Exclude<TrainingOutcome, 'in-progress'>;

export function classifyTraining(state: TrainingJobState): TrainingOutcome {
  switch (state.status) {
    case 'Completed':
      return 'completed';
    case 'Stopped':
      if (state.secondaryStatus === 'MaxWaitTimeExceeded') return 'interrupted-out';
      if (state.secondaryStatus === 'MaxRuntimeExceeded') return 'runtime-exceeded';
      return 'stopped';
    case 'Failed':
      return classifyFailureReason(state.failureReason ?? '');
    default:
      return 'in-progress';
  }
}

function classifyFailureReason(reason: string): FinishedTrainingOutcome {
  if (reason.includes('CapacityError')) return 'capacity';
  if (reason.startsWith('InternalServerError')) return 'service-fault';
  if (/memory|exit code: 137/i.test(reason)) return 'out-of-memory';
  if (reason.startsWith('ClientError: Data download failed')) return 'input-missing';
  if (/^AlgorithmError: DataRejected\b/.test(reason)) return 'data-rejected';
  if (reason.startsWith('AlgorithmError')) return 'algorithm-error';
  // A reason that nobody has seen says nothing about our code or data: another attempt is worth its money.
  return 'service-fault';
}

/** Whether another attempt, on the next rung, can help. A fault of code or data repeats itself on any machine. */
export function climbsLadder(outcome: FinishedTrainingOutcome): boolean {
  switch (outcome) {
    case 'interrupted-out':
    case 'capacity':
    case 'service-fault':
    case 'runtime-exceeded':
      return true;
    case 'completed':
    case 'stopped':
    case 'out-of-memory':
    case 'data-rejected':
    case 'algorithm-error':
    case 'input-missing':
      return false;
  }
}
