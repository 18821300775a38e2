/** One answer of serving, and what it was asked for. */
import type { MomentWeights } from '../domain/blendWeights';
import type { Tier } from './composeFrontPage';
import type { Reason } from './reasons';

export interface FrontPage {
  /** Of the live set, of which all lists but the fresh ones are. `null` where no set is known: the page is of none. */
  readonly version: string | null;
  readonly tier: Tier;
  readonly articles: readonly string[];
  /** The time of the fresh lists, ISO, where they took part. */
  readonly freshAt?: string;
  /** The table did not answer; this is the best known without it. */
  readonly degraded: boolean;
  /** Fresh lists, beside the popular one, that did not come in time. The page is a whole one without them. */
  readonly missing?: readonly ('next' | 'door' | 'section')[];
  /** For who asked for it. */
  readonly why?: PageReasons;
}

export interface PageReasons {
  /** In the order of the page. */
  readonly articles: readonly Reason[];
  /** What the lists counted, where they were blended. */
  readonly weights?: MomentWeights;
}

export interface Selection {
  readonly limit: number;
  /** What the reader has read, or is reading: all of the visit, and more. */
  readonly exclude: ReadonlySet<string>;
  /** Articles of this visit, the open one first, then the newest. */
  readonly visit?: readonly string[];
  /** Through which the reader's last click came, where that is known. */
  readonly door?: number;
  /** Whether the answer says why each article is there. */
  readonly reasons?: boolean;
}

/** Nothing can be served now. The message is for the caller, the cause for the log. */
export class RecommendationsUnavailable extends Error {
  override readonly name = 'RecommendationsUnavailable';
}

export function tableSilent(cause: unknown): RecommendationsUnavailable {
  return new RecommendationsUnavailable('the recommendation table does not answer, and nothing is known without it', {
    cause,
  });
}
