/**
 * The readers: how often each comes, what each likes and follows, and what each has read. Most come once in a fortnight;
 * one in seven is a regular. A reader's taste is drawn when it is first needed.
 */
import type { Article } from './article';
import { type Section, sections, stories } from './headlines';
import type { Random } from './random';
import { WeightedIndex } from './weightedIndex';

const habits = {
  regulars: 0.15,
  /** Regulars come so many times as often in the mean, and differ by this spread of log. */
  regularsFactor: 10,
  regularsSigma: 0.8,
  /** Last articles of a reader that are not opened again. */
  memory: 40,
} as const;

export interface Reader {
  readonly liked: readonly [Section, Section];
  readonly followed: readonly [number, number];
  readonly recent: Article[];
}

export class Readers {
  private readonly activity: WeightedIndex;
  private readonly known: (Reader | undefined)[];

  constructor(
    private readonly random: Random,
    count: number,
  ) {
    this.activity = new WeightedIndex(Float64Array.from({ length: count }, () => this.drawActivity()));
    this.known = Array.from({ length: count });
  }

  /** Whose visit it is, in proportion to how often readers come. */
  draw(): number {
    return this.activity.draw(this.random);
  }

  at(index: number): Reader {
    let reader = this.known[index];
    if (reader === undefined) {
      reader = {
        liked: [this.random.pick(sections), this.random.pick(sections)],
        followed: [this.random.below(stories.length), this.random.below(stories.length)],
        recent: [],
      };
      this.known[index] = reader;
    }
    return reader;
  }

  private drawActivity(): number {
    if (this.random.next() >= habits.regulars) return 1;
    const { regularsFactor, regularsSigma } = habits;
    return regularsFactor * Math.exp(regularsSigma * this.random.normal() - regularsSigma ** 2 / 2);
  }
}

/** False when the reader has read it lately. */
export const isNewTo = (reader: Reader, article: Article): boolean => !reader.recent.includes(article);

export function remember(reader: Reader, article: Article): void {
  reader.recent.push(article);
  if (reader.recent.length > habits.memory) reader.recent.shift();
}
