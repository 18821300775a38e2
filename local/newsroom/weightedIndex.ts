/** Draws positions in proportion to weights, by binary search over their running sum; a draw can be kept to a range. */
import type { Random } from './random';

export class WeightedIndex {
  private readonly sums: Float64Array;

  constructor(weights: ArrayLike<number>) {
    this.sums = new Float64Array(weights.length + 1);
    for (let i = 0; i < weights.length; i++) this.sums[i + 1] = (this.sums[i] ?? 0) + (weights[i] ?? 0);
  }

  /** A position in [from, to); -1 when all weights there are zero. */
  draw(random: Random, from = 0, to = this.sums.length - 1): number {
    const below = this.sums[from] ?? 0;
    const weight = (this.sums[to] ?? 0) - below;
    if (!(weight > 0)) return -1;
    const target = below + random.next() * weight;
    let low = from;
    let high = to - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sums[middle + 1] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
