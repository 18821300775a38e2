/**
 * What is read now, as this process knows it: one list for all readers, looked at again every few seconds. It is optional: without
 * it, or when it is too old, pages are made of the live set alone. Its age tells whether the fresh loop is alive, and so whether any
 * fresh list is used.
 */
import type { FreshList, RecommendationReader } from '../clients/recommendationReader';
import type { PopularTable } from '../domain/freshLists';
import { laterOf } from './laterOf';
import { withinMs } from './withinMs';

export type FreshPopular = FreshList<PopularTable>;

export interface FreshRule {
  /** How long a list is used without another look. */
  readonly cacheSeconds: number;
  /** Lists of an older beat are not used; 0 switches the fresh lists off. */
  readonly maxAgeSeconds: number;
}

export interface FreshPopularOptions {
  readonly read: RecommendationReader['freshPopular'];
  readonly rule: FreshRule;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told about each look that failed. */
  readonly onFailure: (error: unknown) => void;
}

export interface FreshPopularLooks {
  /**
   * The list in use, and a promise of it only while what is known is too old to go on with. That resolves within `limitMs`,
   * whatever becomes of the look.
   */
  current(limitMs: number): FreshPopular | undefined | Promise<FreshPopular | undefined>;
  /** Of the last list known, in use or not. */
  ageSeconds(): number | undefined;
}

export function createFreshPopular({ read, rule, now, onFailure }: FreshPopularOptions): FreshPopularLooks {
  const cacheMs = rule.cacheSeconds * 1000;
  let known: FreshPopular | undefined;
  /** When the last look that told something began. */
  let seenAtMs = Number.NEGATIVE_INFINITY;
  let dueAtMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  const isUsable = ({ list, atMs, expiresAt }: FreshPopular): boolean =>
    list.articles.length > 0 && expiresAt > now() / 1000 && now() - atMs < rule.maxAgeSeconds * 1000;
  const inUse = (): FreshPopular | undefined => (known !== undefined && isUsable(known) ? known : undefined);

  async function look(): Promise<void> {
    const startedAtMs = now();
    try {
      const seen = await read();
      known = laterOf(inUse(), seen) ?? known;
      seenAtMs = startedAtMs;
      dueAtMs = startedAtMs + cacheMs;
    } catch (error) {
      leaveAlone();
      onFailure(error);
    }
  }

  /** Nobody waits for the table until `cacheSeconds` have passed again. */
  function leaveAlone(): void {
    dueAtMs = now() + cacheMs;
  }

  return {
    current(limitMs) {
      if (rule.maxAgeSeconds === 0) return undefined;
      if (now() < dueAtMs) return inUse();
      looking ??= look().finally(() => {
        looking = undefined;
      });
      // In a process that is asked all the time, nobody waits.
      if (now() - seenAtMs < 2 * cacheMs) return inUse();
      return withinMs(looking, limitMs).catch(leaveAlone).then(inUse);
    },
    ageSeconds: () => (known === undefined ? undefined : Math.max(0, (now() - known.atMs) / 1000)),
  };
}
