/** Takes a reader's clicks out of the state of the fresh loop. */
import { newestFreshState, removeOldFreshStates, writeFreshState } from '../clients/freshStates';
import type { ObjectStore } from '../clients/objectStore';

/**
 * The beats that follow go on from what is written here; one that is under way loses its write, and reads the register of
 * erasures anew. Earlier states hold the reader too, so none is left: should the new one be lost, the loop begins anew.
 */
export async function forgetFreshTraces(lake: ObjectStore, userId: string): Promise<void> {
  for (;;) {
    const { record, lastBeat } = await newestFreshState(lake);
    if (record === undefined || !record.state.forget(userId)) return;
    const beat = lastBeat + 1;
    if (!(await writeFreshState(lake, { ...record, beat }))) continue;
    await removeOldFreshStates(lake, beat, 1);
  }
}
