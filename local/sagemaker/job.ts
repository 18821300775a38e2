/**
 * A training job as a value, and how it moves: pure functions from job to job. Order of statuses, abutting transitions
 * and messages overwritten in place are as SageMaker shows them; texts marked "ours" have no known original.
 */
import { z } from 'zod';
import { createRequestSchema } from './request';

export const secondaryStatuses = [
  'Starting',
  'Pending',
  'Downloading',
  'Training',
  'Uploading',
  'Stopping',
  'Interrupted',
  'Completed',
  'Failed',
  'Stopped',
  'MaxRuntimeExceeded',
  'MaxWaitTimeExceeded',
] as const;
export type SecondaryStatus = (typeof secondaryStatuses)[number];
export type PrimaryStatus = 'InProgress' | 'Stopping' | 'Completed' | 'Failed' | 'Stopped';
export type TerminalStatus = Extract<
  SecondaryStatus,
  'Completed' | 'Failed' | 'Stopped' | 'MaxRuntimeExceeded' | 'MaxWaitTimeExceeded'
>;

export const messages = {
  starting: 'Starting the training job',
  insufficientCapacity: 'Insufficient capacity error from EC2 while launching instances, retrying!',
  pending: 'Training job waiting for capacity',
  preparing: 'Preparing the instances for training',
  downloading: 'Downloading input data',
  downloadingImage: 'Downloading the training image',
  training: 'Training image download completed. Training in progress.',
  uploading: 'Uploading generated training model',
  stopping: 'Stopping the training job',
  /** Ours. */
  interrupted: 'The Spot instance was reclaimed, the training job will be restarted',
} as const;

const terminalMessages: Readonly<Record<TerminalStatus, string>> = {
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  /** Ours, like the next. */
  MaxRuntimeExceeded: 'Training job stopped: MaxRuntimeInSeconds exceeded',
  MaxWaitTimeExceeded: 'Training job stopped: MaxWaitTimeInSeconds exceeded',
};

const transitionSchema = z.object({
  status: z.enum(secondaryStatuses),
  message: z.string(),
  startMs: z.number(),
  /** Absent on the open one. */
  endMs: z.number().optional(),
});
export type Transition = z.infer<typeof transitionSchema>;

const metricSchema = z.object({ name: z.string(), value: z.number(), atSeconds: z.number() });
export type FinalMetric = z.infer<typeof metricSchema>;

const stopCauses = ['requested', 'max-runtime', 'max-wait'] as const;
export type StopCause = (typeof stopCauses)[number];

/** One start of the trainer; each has a folder and a log of its own. */
const attemptSchema = z.object({
  number: z.number(),
  logFile: z.string(),
  /** Set before the first signal, so that an exit that follows is never taken for the trainer's own. */
  reclaimed: z.boolean(),
});

/** As it is kept on disk. */
export const trainingJobSchema = z.object({
  request: createRequestSchema,
  arn: z.string(),
  createdAtMs: z.number(),
  modifiedAtMs: z.number(),
  transitions: z.array(transitionSchema).min(1),
  /** Why the job is being stopped or was; absent while nobody stops it. */
  stop: z.enum(stopCauses).optional(),
  attempts: z.number(),
  /** Starts anew after an error of the service itself, as RetryStrategy allows. */
  retries: z.number().default(0),
  /** The attempt under way; absent while there is none. */
  attempt: attemptSchema.optional(),
  failureReason: z.string().optional(),
  modelUri: z.string().optional(),
  metrics: z.array(metricSchema),
});
export type TrainingJob = z.infer<typeof trainingJobSchema>;

export function newJob(request: TrainingJob['request'], arn: string, nowMs: number): TrainingJob {
  return {
    request,
    arn,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    transitions: [{ status: 'Starting', message: messages.starting, startMs: nowMs }],
    attempts: 0,
    retries: 0,
    metrics: [],
  };
}

export function currentTransition(job: TrainingJob): Transition {
  const last = job.transitions.at(-1);
  if (!last) throw new Error(`training job ${job.request.TrainingJobName} has no transition: its file is damaged`);
  return last;
}

export function primaryStatus(job: TrainingJob): PrimaryStatus {
  const { status } = currentTransition(job);
  switch (status) {
    case 'Completed':
    case 'Failed':
    case 'Stopped':
      return status;
    case 'MaxRuntimeExceeded':
    case 'MaxWaitTimeExceeded':
      return 'Stopped';
    case 'Starting':
    case 'Pending':
    case 'Downloading':
    case 'Training':
    case 'Uploading':
    case 'Stopping':
    case 'Interrupted':
      return job.stop === undefined ? 'InProgress' : 'Stopping';
  }
}

export function isOver(job: TrainingJob): boolean {
  return ['Completed', 'Failed', 'Stopped'].includes(primaryStatus(job));
}

/** Enters a status, closing the one before at the same instant; the same status again only changes its message. */
export function enter(job: TrainingJob, status: SecondaryStatus, message: string, nowMs: number): TrainingJob {
  const open = currentTransition(job);
  const closed = job.transitions.slice(0, -1);
  if (open.status === status) {
    if (open.message === message) return job;
    return { ...job, modifiedAtMs: nowMs, transitions: [...closed, { ...open, message }] };
  }
  const transitions = [...closed, { ...open, endMs: nowMs }, { status, message, startMs: nowMs }];
  return { ...job, modifiedAtMs: nowMs, transitions };
}

export function beginStop(job: TrainingJob, cause: StopCause, nowMs: number): TrainingJob {
  return { ...enter(job, 'Stopping', messages.stopping, nowMs), stop: cause };
}

/** The last transition starts and ends at one instant. */
export function end(job: TrainingJob, status: TerminalStatus, nowMs: number, failureReason?: string): TrainingJob {
  const entered = enter(job, status, terminalMessages[status], nowMs);
  const { attempt: _ended, ...rest } = entered;
  return {
    ...rest,
    transitions: entered.transitions.map((transition) => ({ ...transition, endMs: transition.endMs ?? nowMs })),
    ...(failureReason === undefined ? {} : { failureReason: failureReason.slice(0, 1024) }),
  };
}

export function endingOf(cause: StopCause): TerminalStatus {
  switch (cause) {
    case 'requested':
      return 'Stopped';
    case 'max-runtime':
      return 'MaxRuntimeExceeded';
    case 'max-wait':
      return 'MaxWaitTimeExceeded';
  }
}

/**
 * Why the job must not go on, if it must not. MaxWait runs from CreationTime over everything. MaxRuntime counts
 * Downloading and Training of all attempts together; whether the service starts it anew per attempt is not documented.
 */
export function dueStop(job: TrainingJob, nowMs: number): StopCause | undefined {
  if (job.stop !== undefined) return job.stop;
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } = job.request.StoppingCondition;
  if (MaxWaitTimeInSeconds !== undefined && nowMs - job.createdAtMs >= MaxWaitTimeInSeconds * 1000) return 'max-wait';
  if (spentMs(job, ['Downloading', 'Training'], nowMs) >= MaxRuntimeInSeconds * 1000) return 'max-runtime';
  return undefined;
}

/** Milliseconds of an instance held; 0 until capacity was granted. Waiting between attempts holds none. */
export function instanceMs(job: TrainingJob, nowMs: number): number {
  const paid: readonly SecondaryStatus[] = ['Downloading', 'Training', 'Uploading'];
  // Stopping is paid when an instance was there to be stopped.
  const stoppingMs = job.transitions.reduce((sum, transition, index) => {
    const before = job.transitions[index - 1]?.status;
    const held = transition.status === 'Stopping' && before !== undefined && paid.includes(before);
    return held ? sum + durationMs(transition, nowMs) : sum;
  }, 0);
  return spentMs(job, paid, nowMs) + stoppingMs;
}

function spentMs(job: TrainingJob, statuses: readonly SecondaryStatus[], nowMs: number): number {
  return job.transitions
    .filter(({ status }) => statuses.includes(status))
    .reduce((sum, transition) => sum + durationMs(transition, nowMs), 0);
}

function durationMs({ startMs, endMs }: Transition, nowMs: number): number {
  return (endMs ?? nowMs) - startMs;
}
