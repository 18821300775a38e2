/** Backfills and rebuilt interactions as operators order them. */
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import {
  type BackfillInput,
  type BackfillStatus,
  backfillWorkflowId,
  type RebuildInteractionsInput,
  type RebuiltInteractions,
  rebuildWorkflowId,
  taskQueue,
} from '../contract';
import type { RunDate } from '../domain/runDate';
import { cancelIfRunning } from './operatorOrders';

type Backfill = (input: BackfillInput) => Promise<BackfillStatus>;
type Rebuild = (input: RebuildInteractionsInput) => Promise<RebuiltInteractions>;

const queryTimeoutMs = 3_000;

/** Starts it, or joins the one of the same range that is going on. */
export async function startBackfill(client: Client, input: BackfillInput): Promise<'started' | 'joined'> {
  try {
    await client.workflow.start<Backfill>('backfill', {
      workflowId: backfillWorkflowId(input.from, input.to),
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `${input.days.length} days from ${input.from} to ${input.to}`,
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'joined';
    throw error;
  }
}

/** No other day is begun; what is running goes on. Throws `OrderRefused` when no such backfill is going on. */
export async function stopBackfill(client: Client, from: RunDate, to: RunDate): Promise<void> {
  await cancelIfRunning(client, backfillWorkflowId(from, to), `no backfill from ${from} to ${to} is going on`);
}

/** How far it is, or what it has come to; `undefined` while no worker answers. */
export async function viewBackfill(
  client: Client,
  from: RunDate,
  to: RunDate,
): Promise<{ readonly isOver: boolean; readonly status: BackfillStatus | undefined }> {
  const handle = client.workflow.getHandle<Backfill>(backfillWorkflowId(from, to));
  const { status } = await handle.describe();
  if (status.name !== 'RUNNING' && status.name !== 'CONTINUED_AS_NEW') {
    return { isOver: true, status: await handle.result() };
  }
  try {
    const found = await client.withDeadline(Date.now() + queryTimeoutMs, () =>
      handle.query<BackfillStatus>('backfill'),
    );
    return { isOver: false, status: found };
  } catch {
    // Only a worker can answer a query; the next look asks again.
    return { isOver: false, status: undefined };
  }
}

/** Starts it, or joins the one of the day that is going on, and waits for its end. */
export function rebuildInteractions(client: Client, input: RebuildInteractionsInput): Promise<RebuiltInteractions> {
  return client.workflow.execute<Rebuild>('rebuildInteractions', {
    workflowId: rebuildWorkflowId(input.runDate),
    taskQueue,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `interactions of ${input.runDate} from its clicks`,
  });
}
