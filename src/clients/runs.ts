/** Daily runs as operators see them: starting one, and one view of how it stands, for the CLI and the demo. */
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure, defaultDataConverter } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow';
import { z } from 'zod';
import { type DailyInput, type DailyResult, dailyWorkflowId, type RunStatus, taskQueue } from '../contract';
import type { RunDate } from '../domain/runDate';
import { detailsOfRun, summaryOfRun } from '../domain/runDescription';

type DailyWorkflow = (input: DailyInput) => Promise<DailyResult>;

export type RunState = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed out';

export interface RunView {
  readonly runDate: RunDate;
  readonly workflowId: string;
  readonly startedAtMs: number;
  readonly state: RunState;
  /** Absent while no worker answers. */
  readonly status?: RunStatus;
  readonly result?: DailyResult;
  readonly failure?: { readonly type: string; readonly message: string };
  /** What the run waits for, in the words of the last look at the lake. */
  readonly waitingFor?: string;
  readonly readiness?: ReadinessView;
  readonly training?: TrainingView;
  readonly itemsLoaded?: number;
}

const trainingSchema = z.object({
  jobName: z.string(),
  status: z.string(),
  interruptions: z.number(),
  progress: z
    .object({
      phase: z.string(),
      iteration: z.number(),
      iterations: z.number(),
      completed: z.number(),
      total: z.number(),
      resumedFrom: z.array(z.number()),
    })
    .optional(),
});
export type TrainingView = z.infer<typeof trainingSchema>;

const readinessSchema = z.object({
  waitsUntilMs: z.number(),
  readiness: z.object({
    hours: z.array(
      z.object({
        hour: z.number(),
        objects: z.number(),
        sizeBytes: z.number(),
        state: z.enum(['missing', 'not judged', 'as usual', 'too little', 'too much']),
      }),
    ),
    watermarkMs: z.number().optional(),
    waitingFor: z.array(z.string()),
  }),
});
/** What the last look at the lake saw, and until when the run looks. */
export type ReadinessView = z.infer<typeof readinessSchema>['readiness'] & { readonly waitsUntilMs: number };

const cursorSchema = z.object({ itemsLoaded: z.number() });
const queryTimeoutMs = 3_000;

/** Starts the run of a day, or joins the one that is going on. */
export async function startRun(client: Client, input: DailyInput): Promise<'started' | 'joined'> {
  const workflowId = dailyWorkflowId(input.runDate);
  try {
    await client.workflow.start<DailyWorkflow>('dailyRecommendations', {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: summaryOfRun(input.runDate),
      staticDetails: detailsOfRun(input.runDate),
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'joined';
    throw error;
  }
}

/** How the newest run of a day stands; `undefined` when the day never had one. */
export async function viewRun(client: Client, runDate: RunDate): Promise<RunView | undefined> {
  const workflowId = dailyWorkflowId(runDate);
  try {
    const description = await client.workflow.getHandle<DailyWorkflow>(workflowId).describe();
    // From here on this very run: the day may be started again at any moment, and its result would be waited for.
    const handle = client.workflow.getHandle<DailyWorkflow>(workflowId, description.runId);
    const status = await queryStatus(client, handle);
    return {
      runDate,
      workflowId,
      startedAtMs: description.startTime.getTime(),
      state: stateOf(description.status.name),
      ...(status === undefined ? {} : { status }),
      ...(description.status.name === 'RUNNING'
        ? withLoadOfFinished(await pendingOf(client, description.raw.pendingActivities ?? []), status)
        : await endOf(handle)),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function queryStatus(client: Client, handle: WorkflowHandle): Promise<RunStatus | undefined> {
  try {
    return await client.withDeadline(Date.now() + queryTimeoutMs, () => handle.query<RunStatus>('status'));
  } catch {
    // Only a worker can answer a query; the view says what it can without one.
    return undefined;
  }
}

/** Load activities that are over have no heartbeat any more; what they loaded stands in the status. */
function withLoadOfFinished(pending: PendingView, status: RunStatus | undefined): PendingView {
  if (status?.itemsLoaded === undefined) return pending;
  return { ...pending, itemsLoaded: status.itemsLoaded + (pending.itemsLoaded ?? 0) };
}

type PendingView = Pick<RunView, 'waitingFor' | 'readiness' | 'training' | 'itemsLoaded'>;
type PendingActivities = NonNullable<Awaited<ReturnType<WorkflowHandle['describe']>>['raw']['pendingActivities']>;

async function pendingOf(client: Client, pending: PendingActivities): Promise<PendingView> {
  // Messages of failures are encrypted where payloads are.
  const converter = client.options.loadedDataConverter ?? defaultDataConverter;
  let view: PendingView = {};
  for (const activity of pending) {
    const [details] = await decodeArrayFromPayloads(converter, activity.heartbeatDetails?.payloads);
    const failed = await decodeOptionalFailureToOptionalError(converter, activity.lastFailure);
    const waitingFor = activity.activityType?.name === 'checkReadiness' ? failed?.message : undefined;
    const look = readinessSchema.safeParse(details);
    const training = trainingSchema.safeParse(details);
    // A sweep counts what it removes in the same way.
    const cursor = cursorSchema.safeParse(activity.activityType?.name === 'loadShards' ? details : undefined);
    view = {
      ...view,
      ...(waitingFor ? { waitingFor } : {}),
      ...(look.success ? { readiness: { ...look.data.readiness, waitsUntilMs: look.data.waitsUntilMs } } : {}),
      ...(training.success ? { training: training.data } : {}),
      ...(cursor.success ? { itemsLoaded: (view.itemsLoaded ?? 0) + cursor.data.itemsLoaded } : {}),
    };
  }
  return view;
}

async function endOf(handle: WorkflowHandle<DailyWorkflow>): Promise<Pick<RunView, 'result' | 'failure'>> {
  try {
    return { result: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { failure: rootFailure(error) };
  }
}

/** The failure of the catalogue below the wrappers that Temporal puts around it. */
export function rootFailure(error: unknown): { type: string; message: string } {
  if (error instanceof ApplicationFailure) return { type: error.type ?? error.name, message: error.message };
  if (!(error instanceof Error)) return { type: 'unknown', message: String(error) };
  return error.cause === undefined ? { type: error.name, message: error.message } : rootFailure(error.cause);
}

export function stateOf(statusName: string): RunState {
  switch (statusName) {
    case 'RUNNING':
    case 'PAUSED':
    case 'CONTINUED_AS_NEW':
      return 'running';
    case 'COMPLETED':
      return 'completed';
    case 'CANCELLED':
      return 'cancelled';
    case 'TERMINATED':
      return 'terminated';
    case 'TIMED_OUT':
      return 'timed out';
    default:
      return 'failed';
  }
}
