/** Forgetting one reader: out of what is trained, loaded and counted, and out of every version in the table. */
import { registerErasure } from '../clients/erasureRegister';
import type { Activities } from '../contract';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { forgetFreshTraces } from './forgetFreshTraces';

/** Safe to retry: the register holds a reader once, and what is deleted stays deleted. */
export function createEraseReader({
  lake,
  readerItems,
}: Pick<ActivityDependencies, 'lake' | 'readerItems'>): Activities['eraseReader'] {
  return async ({ hash }) => {
    // First the register: what is loaded from here on leaves the reader out.
    await registerErasure(lake, hash);
    const userId = await readerItems.requestOf(hash);
    if (userId === undefined) {
      throw failure(
        'ErasureRequestMissing',
        `the table has no request for this erasure; order it again [reader=${hash}]`,
      );
    }
    await forgetFreshTraces(lake, userId);
    const stored = await readerItems.stored(userId);
    await readerItems.remove(userId, stored);
    return { deleted: stored.length, left: (await readerItems.stored(userId)).length };
  };
}

/** Safe to retry: a request that is gone stays gone. */
export function createCloseErasure({ readerItems }: ActivityDependencies): Activities['closeErasure'] {
  return async ({ hash }) => {
    await readerItems.dropRequest(hash);
  };
}
