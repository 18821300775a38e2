/** The items of the fresh loop in the recommendation table: one of each, replaced by later beats only. */
import type { FreshItem } from '../domain/currentItems';
import type { RefusedBy } from '../domain/writeRate';

/** `superseded`: the item that is there is of this beat or a later one. */
export type FreshWrite =
  | { readonly outcome: 'written' | 'superseded'; readonly consumedUnits: number }
  | { readonly outcome: 'throttled'; readonly refusedBy: RefusedBy };

export interface FreshTable {
  /** Strongly consistent; by partition key, what is not there is absent. */
  read(pks: readonly string[]): Promise<ReadonlyMap<string, FreshItem>>;
  /** Replaces the item unless the one that is there is of the same beat or a later one. */
  replace(item: FreshItem): Promise<FreshWrite>;
}
