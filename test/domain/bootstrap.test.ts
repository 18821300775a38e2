import { meansOf, percentileInterval, resampledMeans } from '../../src/domain/bootstrap';
import { randomNumbers, seededState } from '../../src/domain/random';

/** Uniform from 0 to 1, of its own seed. */
function uniform(seed: number): () => number {
  const next = randomNumbers(seededState(seed));
  return () => next() / 2 ** 32;
}

function onlyColumn(figures: { rows: Float64Array; width: number }, count?: number): number[] {
  return [...resampledMeans(figures, count)].map(([mean]) => mean ?? Number.NaN);
}

describe('random numbers', () => {
  it('are the published sequence of xoshiro128** for the state 1, 2, 3, 4', () => {
    const next = randomNumbers([1, 2, 3, 4]);
    expect(Array.from({ length: 6 }, next)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
  });

  it('differ from seed to seed', () => {
    expect(randomNumbers(seededState(1))()).not.toBe(randomNumbers(seededState(2))());
  });
});

describe('the bootstrap', () => {
  const rows = Float64Array.from({ length: 300 }, (_, index) => Math.sin(index) ** 2);

  it('gives the same for the same readers, and something else for others', () => {
    const figures = { rows, width: 3 };
    const once = [...resampledMeans(figures, 50)];
    expect([...resampledMeans(figures, 50)]).toEqual(once);
    expect([...resampledMeans({ rows: rows.map((value) => value / 2), width: 3 }, 50)]).not.toEqual(once);
  });

  it('draws whole readers: what is tied in each reader stays tied in each resample', () => {
    const pairs = Float64Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? index / 200 : (index - 1) / 400));
    for (const [whole = 0, half = 0] of resampledMeans({ rows: pairs, width: 2 }, 100)) {
      expect(half).toBeCloseTo(whole / 2, 12);
    }
  });

  it('varies around the mean as the standard error says', () => {
    const figures = { rows, width: 1 };
    const means = onlyColumn(figures);
    const [mean = 0] = meansOf(figures);
    const variance = rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows.length;
    const spread = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / means.length);
    expect(means.reduce((sum, value) => sum + value, 0) / means.length).toBeCloseTo(mean, 2);
    expect(spread / Math.sqrt(variance / rows.length)).toBeGreaterThan(0.9);
    expect(spread / Math.sqrt(variance / rows.length)).toBeLessThan(1.1);
  });

  it('gives 95 % intervals that hold the truth about as often as they say', () => {
    const random = uniform(11);
    const rounds = 200;
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      // As recall is: mostly nothing, sometimes a hit; its true mean is 0.2.
      const sample = Float64Array.from({ length: 150 }, () => (random() < 0.2 ? 1 : 0));
      const { low, high } = percentileInterval(onlyColumn({ rows: sample, width: 1 }, 200), 0.95);
      if (low <= 0.2 && 0.2 <= high) held += 1;
    }
    expect(held / rounds).toBeGreaterThan(0.9);
    expect(held / rounds).toBeLessThan(0.99);
  });

  it('has nothing to say of no reader', () => {
    expect([...resampledMeans({ rows: new Float64Array(0), width: 2 })]).toEqual([]);
    expect(meansOf({ rows: new Float64Array(0), width: 2 })).toEqual([0, 0]);
  });
});

describe('a percentile interval', () => {
  it.each([
    [[5, 1, 4, 2, 3], 0.5, { low: 2, high: 4 }],
    [[0, 10], 0.8, { low: 1, high: 9 }],
    [[7], 0.95, { low: 7, high: 7 }],
  ])('of %j in the middle %d is %j', (values, confidence, expected) => {
    const { low, high } = percentileInterval(values, confidence);
    expect(low).toBeCloseTo(expected.low, 12);
    expect(high).toBeCloseTo(expected.high, 12);
  });
});
