/** Publishes the lists of the newest state: what has changed, each item on the condition that it was of an earlier beat. */
import { Context } from '@temporalio/activity';
import { newestFreshState } from '../clients/freshStates';
import type { Activities } from '../contract';
import { currentItems, isDue } from '../domain/currentItems';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { defaultReplaceOptions, PacedReplace, type ReplaceOptions } from './pacedReplace';

const topArticles = 5;

/** Safe to retry: the items are a function of the state, and one that is of this beat or a later one stays. */
export function createPublishFreshLists(
  { lake, freshTable }: Pick<ActivityDependencies, 'lake' | 'freshTable'>,
  options: ReplaceOptions = defaultReplaceOptions,
): Activities['publishFreshLists'] {
  return async ({ keepMinutes }) => {
    const { record } = await newestFreshState(lake);
    if (record === undefined) {
      throw failure('FreshStateMissing', `no state can be read below fresh/ [bucket=${lake.bucket}]`);
    }
    const lists = record.state.lists(record.atMs);
    const items = currentItems(lists, record.beat, keepMinutes);
    // The table itself is compared with: what somebody removed, or what has expired, is written again.
    const there = await freshTable.read(items.map(({ pk }) => pk));
    const due = items.filter((item) => isDue(item, there.get(item.pk)));
    const { written, superseded } = await new PacedReplace(freshTable, Context.current(), options).replaceAll(due);
    return {
      beat: record.beat,
      written,
      unchanged: items.length - due.length,
      superseded,
      sections: lists.sections.size,
      nextLists: lists.next.size,
      top: lists.popular.articles.slice(0, topArticles),
    };
  };
}
