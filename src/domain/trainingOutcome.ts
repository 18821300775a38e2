/**
 * What a training job's state means. One classifier for the whole house: `Stopped` is never success, a status that
 * nobody knows yet counts as in progress. Forms of FailureReason: SageMaker API reference and observed answers.
 */

export interface TrainingJobState {
  /** TrainingJobStatus of the service, as it came. */
  readonly status: string;
  readonly secondaryStatus: string;
  readonly failureReason?: string;
  /** Secondary statuses in the order in which the job went through them; the last is the present one. */
  readonly transitions: readonly JobTransition[];
  /** Absent until the job got capacity. */
  readonly trainingSeconds?: number;
  readonly billableSeconds?: number;
}

export interface JobTransition {
  readonly status: string;
  readonly startMs: number;
  /** Absent while it lasts. */
  readonly endMs?: number;
}

export type TrainingOutcome =
  | 'in-progress'
  | 'completed'
  | 'interrupted-out'
  | 'runtime-exceeded'
  | 'stopped'
  | 'capacity'
  | 'service-fault'
  | 'throttled'
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

/** Forms of FailureReason, in the order in which they are looked for. */
const reasonForms: readonly (readonly [RegExp, FinishedTrainingOutcome])[] = [
  [/^AlgorithmError: DataRejected\b/, 'data-rejected'],
  [/CapacityError/, 'capacity'],
  [/^InternalServerError/, 'service-fault'],
  [/memory|exit code: 137/i, 'out-of-memory'],
  [/^AlgorithmError/, 'algorithm-error'],
  [/ThrottlingException|Rate exceeded|SlowDown/, 'throttled'],
  [/^ClientError: Data download failed/, 'input-missing'],
];

function classifyFailureReason(reason: string): FinishedTrainingOutcome {
  // A reason that nobody has seen says nothing about our code or data: another attempt is worth its money.
  return formOf(reason)?.[1] ?? 'service-fault';
}

function formOf(reason: string): (typeof reasonForms)[number] | undefined {
  return reasonForms.find(([form]) => form.test(reason));
}

const knownStatuses: ReadonlySet<string> = new Set([
  'InProgress',
  'Completed',
  'Failed',
  'Stopping',
  'Stopped',
  'Starting',
  'LaunchingMLInstances',
  'PreparingTrainingStack',
  'Downloading',
  'DownloadingTrainingImage',
  'Training',
  'Uploading',
  'MaxRuntimeExceeded',
  'Interrupted',
  'MaxWaitTimeExceeded',
  'Updating',
  'Restarting',
  'Pending',
]);

/** What the service says and this catalogue does not know; it was taken as in progress, or as a fault of the service. */
export function unknownIn(state: TrainingJobState): string | undefined {
  if (!knownStatuses.has(state.status)) return `status ${state.status}`;
  if (!knownStatuses.has(state.secondaryStatus)) return `secondary status ${state.secondaryStatus}`;
  if (state.status === 'Failed' && formOf(state.failureReason ?? '') === undefined) {
    return `failure reason '${state.failureReason ?? ''}'`;
  }
  return undefined;
}
