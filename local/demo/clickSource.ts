/** Where the demo's clicks come from: hour by hour, in time order, up to the end of the run date. */

import type { CatalogueFile } from '../../src/clients/catalogueFile';
import type { Click } from '../../src/domain/click';
import type { RunDate } from '../../src/domain/runDate';

export interface HourOfClicks {
  readonly day: RunDate;
  /** UTC, 0 to 23. */
  readonly hour: number;
  readonly clicks: readonly Click[];
}

export interface ClickSource {
  /** For humans. */
  readonly title: string;
  /** Days before the run date that `hours` brings. */
  readonly historyDays: number;
  /** When on the run date many more readers come than usual, in epoch milliseconds. */
  readonly risesAtMs?: number;
  /** Every hour of every day, also those without clicks. */
  hours(): AsyncGenerator<HourOfClicks>;
  /** What an article is called, where the input tells; only after `hours` has passed it. */
  titleOf(articleId: string): string | undefined;
  /** The same for the portal. */
  headlineOf(articleId: string): CatalogueFile['articles'][string] | undefined;
}
