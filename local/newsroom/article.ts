/** An article, as the generator and the demo site know it. */
import type { Section } from './headlines';

export interface Article {
  readonly id: string;
  readonly headline: string;
  readonly section: Section;
  /** Position among `stories`. */
  readonly story: number;
  readonly publishedAtMs: number;
}
