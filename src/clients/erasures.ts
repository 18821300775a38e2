/** Ordering the erasure of a reader, for the CLI. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type ErasureStatus, type ForgetUserInput, forgetWorkflowId, taskQueue } from '../contract';
import { readerHash } from './erasureRegister';
import type { ReaderItems } from './readerItems';

/** An erasure takes nine hours; a request that is still there after a month is of one that failed. */
const requestDays = 30;
const firstLookMs = 60_000;

/** Starts the erasure, or joins the one that goes on, and returns once the reader is out of the table. */
export async function forgetReader(client: Client, readerItems: ReaderItems, userId: string): Promise<ErasureStatus> {
  const hash = readerHash(userId);
  await readerItems.putRequest(hash, userId, Math.floor(Date.now() / 1000) + requestDays * 86_400);
  const handle = await client.workflow.start<(input: ForgetUserInput) => Promise<ErasureStatus>>('forgetUser', {
    workflowId: forgetWorkflowId(hash),
    taskQueue,
    args: [{ hash }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'erasure of a reader',
  });
  for (const giveUpAtMs = Date.now() + firstLookMs; ; ) {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return handle.result();
    const erasure = await client.withDeadline(Date.now() + 5_000, () => handle.query<ErasureStatus>('erasure'));
    if (erasure.looks > 0) return erasure;
    if (Date.now() > giveUpAtMs) {
      throw new Error(
        `the erasure is ordered, but no worker has begun it within a minute; it goes on when one runs [workflow=${handle.workflowId}]`,
      );
    }
    await sleep(200);
  }
}
