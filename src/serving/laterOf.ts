/** Of two sights of a fresh list that which is of the later beat: a read may still see the one before, or none yet. */
import type { FreshList } from '../clients/recommendationReader';

export function laterOf<T>(known: FreshList<T> | undefined, read: FreshList<T> | undefined): FreshList<T> | undefined {
  if (known === undefined || read === undefined) return known ?? read;
  return read.beat < known.beat ? known : read;
}
