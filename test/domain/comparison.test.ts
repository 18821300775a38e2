import { compare, type MeanPair, standingOf } from '../../src/domain/comparison';

const subject = { metric: 'recall@10', against: 'recent popularity', margin: 0.1 } as const;

/** Resamples in which the other has 0.2 and the candidate so much over or under it, evenly spread. */
function spread(from: number, to: number): MeanPair[] {
  return Array.from({ length: 101 }, (_, index) => [0.2 + from + ((to - from) * index) / 100, 0.2]);
}

describe('a comparison', () => {
  // The bound is 0.18: 0.02 below the other.
  it.each([
    ['wholly above the other', 0.01, 0.03, 'not worse', true],
    ['about the other', -0.01, 0.01, 'not worse', false],
    ['below the other, but not beyond the margin', -0.019, -0.001, 'not worse', false],
    ['on both sides of the margin', -0.03, -0.01, 'in doubt', false],
    ['wholly beyond the margin', -0.05, -0.021, 'worse', false],
  ])('of an interval that lies %s', (_what, from, to, standing, superior) => {
    const comparison = compare(subject, [0.2 + (from + to) / 2, 0.2], spread(from, to), 1);
    expect(standingOf(comparison)).toBe(standing);
    expect(comparison.superior).toBe(superior);
    expect(comparison.difference.low).toBeCloseTo(from, 10);
    expect(comparison.overBound.high).toBeCloseTo(0.02 + to, 10);
  });

  it('reads the bound off the same resample: chance in the other widens the interval, chance that both share does not', () => {
    const together = [0.1, 0.2, 0.3].map((other): MeanPair => [other, other]);
    const apart = [0.1, 0.2, 0.3].map((other): MeanPair => [0.2, other]);
    expect(compare(subject, [0.2, 0.2], together, 1).difference).toEqual({ low: 0, high: 0 });
    const { low, high } = compare(subject, [0.2, 0.2], apart, 1).difference;
    expect([low, high]).toEqual([expect.closeTo(-0.1, 12), expect.closeTo(0.1, 12)]);
  });

  it('leaves out the tails that the confidence does not cover', () => {
    const { difference } = compare(subject, [0.2, 0.2], spread(-0.1, 0.1), 0.9);
    expect(difference.low).toBeCloseTo(-0.09, 10);
    expect(difference.high).toBeCloseTo(0.09, 10);
  });

  it('without resamples takes the means as certain', () => {
    expect(standingOf(compare(subject, [0.1801, 0.2], [], 0.95))).toBe('not worse');
    expect(standingOf(compare(subject, [0.1799, 0.2], [], 0.95))).toBe('worse');
  });

  it('takes a figure that is no number as worse', () => {
    expect(standingOf(compare(subject, [Number.NaN, 0.2], [[Number.NaN, 0.2]], 0.95))).toBe('worse');
    expect(standingOf(compare(subject, [0.2, Number.NaN], [], 0.95))).toBe('worse');
  });
});
