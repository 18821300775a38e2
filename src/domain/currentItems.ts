/** The table's items of the fresh lists, and which of them a beat must write. */
import { formatPopular, formatScored } from './freshItem';
import type { FreshLists } from './freshLists';
import { freshDoorPk, freshPopularPk, freshSectionPk, nextListPk } from './keys';

/** One of each, replaced by later beats only. */
export interface FreshItem {
  readonly pk: string;
  /** As `freshItem.ts` forms it. */
  readonly list: string;
  readonly beat: number;
  readonly atMs: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/**
 * Of a door that is no longer among the busiest, the last list stays until it expires, in the place of the list of all readers:
 * a quarter of an hour, three half-lives, where other lists are kept for three hours.
 */
const doorKeepShare = 1 / 12;

/** What matters most comes first. */
export function currentItems(lists: FreshLists, beat: number, keepMinutes: number): FreshItem[] {
  const stampFor = (minutes: number) => {
    return { beat, atMs: lists.atMs, expiresAt: Math.ceil(lists.atMs / 1000 + minutes * 60) };
  };
  const stamp = stampFor(keepMinutes);
  const doorStamp = stampFor(keepMinutes * doorKeepShare);
  return [
    { pk: freshPopularPk, list: formatPopular(lists.popular), ...stamp },
    ...[...lists.doors].map(([door, list]) => ({ pk: freshDoorPk(door), list: formatScored(list), ...doorStamp })),
    ...[...lists.sections].map(([section, list]) => ({
      pk: freshSectionPk(section),
      list: formatScored(list),
      ...stamp,
    })),
    ...[...lists.next].map(([article, list]) => ({ pk: nextListPk(article), list: formatScored(list), ...stamp })),
  ];
}

/**
 * The popular list is always due: its time tells how fresh the loop is. The others are when they have changed, or when
 * half of their life is over.
 */
export function isDue(item: FreshItem, there: FreshItem | undefined): boolean {
  if (there === undefined || item.pk === freshPopularPk || there.list !== item.list) return true;
  return there.expiresAt - item.atMs / 1000 < (item.expiresAt - item.atMs / 1000) / 2;
}
