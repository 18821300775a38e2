/**
 * Forgets a reader. A load that was under way when the reader was registered may write once more, so the table is looked
 * at again until no such load can be running; waiting costs nothing. The history knows the reader by a hash only.
 */
import { defineQuery, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { Activities, ErasureStatus, ForgetUserInput } from '../contract';
import { failure } from '../failures';
import * as profiles from './activity-profiles';

const { eraseReader, closeErasure } = proxyActivities<Activities>(profiles.call);

export const erasureQuery = defineQuery<ErasureStatus>('erasure');

/** Together longer than a load may last, after which no writer of before is left. */
const pausesMinutes = [1, 15, 60, 8 * 60];

export async function forgetUser({ hash }: ForgetUserInput): Promise<ErasureStatus> {
  let status: ErasureStatus = { looks: 0, deleted: 0, over: false };
  setHandler(erasureQuery, () => status, { description: 'How far the erasure is' });
  const look = async (): Promise<void> => {
    const { deleted, left } = await eraseReader({ hash });
    if (left > 0) {
      throw failure('ErasureIncomplete', `${left} items of the reader are still in the table [reader=${hash}]`);
    }
    status = { ...status, looks: status.looks + 1, deleted: status.deleted + deleted };
  };
  await look();
  for (const minutes of pausesMinutes) {
    await sleep(minutes * 60_000, { summary: 'until no load of before can be running' });
    await look();
  }
  await closeErasure({ hash });
  status = { ...status, over: true };
  return status;
}
