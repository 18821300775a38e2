/** What operators order: what becomes of a run, the search for what came too late, what is live and what is kept. */
import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import {
  type DailyInput,
  dailyWorkflowId,
  type LateObjects,
  type LateSweepInput,
  lateSweepWorkflowId,
  type OrderReason,
  type RollbackInput,
  type RollbackResult,
  rollbackWorkflowId,
  type SweepSettings,
  taskQueue,
  type VersionsSweepInput,
  versionsSweepWorkflowId,
  type WaitingOrder,
} from '../contract';
import type { SweptVersions } from '../domain/afterPublish';
import type { GateOrder } from '../domain/approval';
import { maxGenerations } from '../domain/generation';
import type { RunDate } from '../domain/runDate';
import { startRun, stateOf } from './runs';

type VersionsSweep = (input: VersionsSweepInput) => Promise<SweptVersions>;
type LateSweep = (input: LateSweepInput) => Promise<LateObjects | null>;

const orderTimeoutMs = 15_000;

/** The run does not take this order; the message says why. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
}

/** Tells a run that waits for its clicks what to do. Throws `OrderRefused` when there is none, or it does not wait. */
export async function orderRun(client: Client, runDate: RunDate, order: WaitingOrder, why: OrderReason): Promise<void> {
  await updateRun(client, runDate, order, why);
}

/** Decides about the borderline candidate of a run. Throws `OrderRefused` when none waits, or the decision is no whole one. */
export async function decideRun(client: Client, runDate: RunDate, order: GateOrder): Promise<void> {
  await updateRun(client, runDate, 'decide', order);
}

async function updateRun(client: Client, runDate: RunDate, update: string, order: OrderReason): Promise<void> {
  const handle = client.workflow.getHandle(dailyWorkflowId(runDate));
  try {
    await client.withDeadline(Date.now() + orderTimeoutMs, () =>
      handle.executeUpdate<void, [OrderReason]>(update, { args: [order] }),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new OrderRefused(`no run of ${runDate} is going on`, { cause: error });
    }
    if (error instanceof WorkflowUpdateFailedError) {
      throw new OrderRefused(error.cause?.message ?? error.message, { cause: error });
    }
    throw error;
  }
}

/** Asks a run to end. It stops its paid job before it does; see `viewRun`. Throws `OrderRefused` when none is going on. */
export async function cancelRun(client: Client, runDate: RunDate): Promise<void> {
  await cancelIfRunning(client, dailyWorkflowId(runDate), `no run of ${runDate} is going on`);
}

/** Asked whether it is running first: Temporal takes the cancellation of a workflow that is over, and does nothing. */
export async function cancelIfRunning(client: Client, workflowId: string, refusal: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (stateOf(status.name) !== 'running') throw new OrderRefused(refusal);
    await handle.cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new OrderRefused(refusal, { cause: error });
  }
}

/** Takes readers back to a version, by default to the one that was live before. */
export function rollBack(client: Client, input: RollbackInput): Promise<RollbackResult> {
  return client.workflow.execute<(input: RollbackInput) => Promise<RollbackResult>>('rollback', {
    workflowId: `${rollbackWorkflowId}-${randomUUID()}`,
    taskQueue,
    args: [input],
    workflowExecutionTimeout: '5 minutes',
    staticSummary: `back to ${input.version ?? 'the version before'}`,
  });
}

/**
 * Looks for objects of a day that its run has not read, or joins the search that is going on. Throws `OrderRefused` when
 * no run has frozen the day.
 */
export async function findLateObjects(client: Client, runDate: RunDate): Promise<LateObjects> {
  const late = await client.workflow.execute<LateSweep>('lateObjectsSweep', {
    workflowId: lateSweepWorkflowId(runDate),
    taskQueue,
    args: [{ runDate }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowExecutionTimeout: '1 hour',
    staticSummary: `late objects of ${runDate}`,
  });
  if (late === null) throw new OrderRefused(`no run has frozen what it reads of ${runDate}: nothing of it can be late`);
  return late;
}

/**
 * Runs a day again with the clicks that came too late for its last run. Throws `OrderRefused` when there are none, or when
 * the day has been run often enough.
 */
export async function runAgain(
  client: Client,
  { runDate, settings }: Omit<DailyInput, 'generation'>,
): Promise<{ readonly how: 'started' | 'joined'; readonly late: LateObjects }> {
  const late = await findLateObjects(client, runDate);
  if (late.objects === 0) {
    throw new OrderRefused(`nothing of ${runDate} came too late for its run: there is no reason to run it again`);
  }
  if (late.generation >= maxGenerations) {
    throw new OrderRefused(`${runDate} has been run for ${maxGenerations} generations, which is the limit`);
  }
  return { how: await startRun(client, { runDate, settings, generation: late.generation + 1 }), late };
}

/** Removes old versions, or joins the sweep of an operator that is going on. */
export function sweepVersions(client: Client, settings: SweepSettings): Promise<SweptVersions> {
  return client.workflow.execute<VersionsSweep>('versionsSweep', {
    workflowId: versionsSweepWorkflowId,
    taskQueue,
    args: [{ settings }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `all versions but ${settings.keepVersions}`,
  });
}
