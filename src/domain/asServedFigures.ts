/**
 * hit@10 and NDCG@10 over many clicks, with intervals. Readers are drawn, with all their clicks, so that a reader who
 * clicks a lot does not count as many; for speed, not one by one but in 500 groups by the hash of their ids, which is the
 * bootstrap over clusters. Ratios are paired: both lists of a ratio are measured on the same drawn readers.
 */
import type { MomentKind } from './asServed';
import type { ClickQuality } from './asServedMethods';
import { type Interval, percentileInterval, resampledMeans } from './bootstrap';
import { hashOfText } from './freshHash';

const groups = 500;
const confidence = 0.95;

export interface Estimate extends Interval {
  readonly value: number;
}

export interface QualityEstimate {
  readonly hitAt10: Estimate;
  readonly ndcgAt10: Estimate;
}

export type KindOfMoments = MomentKind | 'all';

type Metric = keyof ClickQuality;
type Means = readonly number[];

export class ServedFigures<Method extends string> {
  private readonly sums: Float64Array;
  private readonly kindWidth: number;
  private drawn: readonly Means[] | undefined;

  constructor(private readonly methods: readonly Method[]) {
    this.kindWidth = 1 + 2 * methods.length;
    this.sums = new Float64Array(groups * 2 * this.kindWidth);
  }

  add(userId: string, kind: MomentKind, quality: (method: Method) => ClickQuality): void {
    const group = hashOfText(userId) % groups;
    const start = group * 2 * this.kindWidth + this.startOf(kind);
    this.sums[start] = (this.sums[start] ?? 0) + 1;
    for (const [index, method] of this.methods.entries()) {
      const { hitAt10, ndcgAt10 } = quality(method);
      const at = start + 1 + 2 * index;
      this.sums[at] = (this.sums[at] ?? 0) + hitAt10;
      this.sums[at + 1] = (this.sums[at + 1] ?? 0) + ndcgAt10;
    }
    this.drawn = undefined;
  }

  clicks(kind: KindOfMoments): number {
    return this.total(this.totals(), kind, 0);
  }

  mean(kind: KindOfMoments, method: Method, metric: Metric): number {
    return this.meanOf(this.totals(), kind, method, metric);
  }

  estimate(kind: KindOfMoments, method: Method): QualityEstimate {
    return this.both((means, metric) => this.meanOf(means, kind, method, metric));
  }

  /** Of one list's figure to another's. */
  ratio(kind: KindOfMoments, method: Method, other: Method): QualityEstimate {
    return this.both(
      (means, metric) => this.meanOf(means, kind, method, metric) / this.meanOf(means, kind, other, metric),
    );
  }

  difference(kind: KindOfMoments, method: Method, other: Method): QualityEstimate {
    return this.both(
      (means, metric) => this.meanOf(means, kind, method, metric) - this.meanOf(means, kind, other, metric),
    );
  }

  private both(figure: (means: Means, metric: Metric) => number): QualityEstimate {
    const estimate = (metric: Metric): Estimate => {
      const values = this.resamples().map((means) => figure(means, metric));
      return { value: figure(this.totals(), metric), ...percentileInterval(values, confidence) };
    };
    return { hitAt10: estimate('hitAt10'), ndcgAt10: estimate('ndcgAt10') };
  }

  private meanOf(means: Means, kind: KindOfMoments, method: Method, metric: Metric): number {
    const column = 1 + 2 * this.methods.indexOf(method) + (metric === 'hitAt10' ? 0 : 1);
    return this.total(means, kind, column) / this.total(means, kind, 0);
  }

  private total(means: Means, kind: KindOfMoments, column: number): number {
    switch (kind) {
      case 'first':
      case 'next':
        return means[this.startOf(kind) + column] ?? 0;
      case 'all':
        return this.total(means, 'first', column) + this.total(means, 'next', column);
    }
  }

  private startOf(kind: MomentKind): number {
    return kind === 'first' ? 0 : this.kindWidth;
  }

  /** Draws the readers in small steps; without it they are drawn when the first interval is asked for. */
  *drawing(): Generator<void> {
    const drawn: Means[] = [];
    for (const means of resampledMeans({ rows: this.sums, width: 2 * this.kindWidth })) {
      drawn.push(means);
      yield;
    }
    this.drawn = drawn;
  }

  private resamples(): readonly Means[] {
    this.drawn ??= [...resampledMeans({ rows: this.sums, width: 2 * this.kindWidth })];
    return this.drawn;
  }

  private totals(): Means {
    const width = 2 * this.kindWidth;
    const totals = Array.from({ length: width }, () => 0);
    for (const [at, sum] of this.sums.entries()) totals[at % width] = (totals[at % width] ?? 0) + sum;
    return totals;
  }
}
