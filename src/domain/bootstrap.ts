/**
 * Intervals of means by the bootstrap: readers are drawn with replacement, as many as there are, again and again, and an
 * interval is what the middle of the results lies in (percentile interval). A drawn reader brings all their figures, so
 * the comparison of two lists is paired: that readers differ among themselves does not widen it. Source: Efron and
 * Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 6 and 13. Equal figures give equal intervals, always.
 */
import { randomNumbers, seededState } from './random';

/** As many are enough for the ends of a 95 % interval (chapter 13.3 of the source). */
export const resamples = 1000;

const seed = 2026;
const twoTo32 = 2 ** 32;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One row for each reader, all rows of the same width, one after the other. */
export interface ReaderFigures {
  readonly rows: Float64Array;
  readonly width: number;
}

/** The means of all columns over one resample after the other; whoever reads may pause between them. */
export function* resampledMeans({ rows, width }: ReaderFigures, count = resamples): Generator<readonly number[]> {
  const readers = rows.length / width;
  if (readers === 0) return;
  const next = randomNumbers(seededState(seed));
  const sums = new Float64Array(width);
  for (let sample = 0; sample < count; sample++) {
    sums.fill(0);
    for (let draw = 0; draw < readers; draw++) {
      const start = Math.floor((next() / twoTo32) * readers) * width;
      for (let column = 0; column < width; column++) sums[column] = (sums[column] ?? 0) + (rows[start + column] ?? 0);
    }
    yield Array.from(sums, (sum) => sum / readers);
  }
}

export function meansOf({ rows, width }: ReaderFigures): number[] {
  const readers = rows.length / width;
  return Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let at = column; at < rows.length; at += width) sum += rows[at] ?? 0;
    return readers === 0 ? 0 : sum / readers;
  });
}

/** What the middle `confidence` of these values lies in; `values` is not empty. */
export function percentileInterval(values: readonly number[], confidence: number): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/** Linear between neighbours: definition 7 of Hyndman and Fan (1996), what R and numpy do. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (place - below);
}
