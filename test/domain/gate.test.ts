import type { Interval } from '../../src/domain/bootstrap';
import type { Comparison, Opponent } from '../../src/domain/comparison';
import { decideGate, describeDoubts, describeFailedChecks, type GateInput } from '../../src/domain/gate';

const settings = { recallFloor: 0.01, popularityMargin: 0.05, minEvaluationReaders: 100, minReadersShare: 0.5 };
const good: GateInput = {
  candidate: { recallAt10: 0.1, ndcgAt10: 0.09 },
  popular: { recallAt10: 0.08, ndcgAt10: 0.08 },
  evaluationReaders: 1000,
  readers: 5000,
  items: 5008,
  championReaders: 5200,
};

describe('the gate', () => {
  it('accepts a candidate that holds in every check, and tells what the personal part earned', () => {
    const decision = decideGate(good, settings);
    expect(decision.accepted).toBe(true);
    expect(decision.personalGain).toBeCloseTo(0.25);
  });

  it('accepts a candidate that is popularity itself', () => {
    expect(decideGate({ ...good, candidate: good.popular }, settings)).toMatchObject({
      accepted: true,
      personalGain: 0,
    });
  });

  it.each<[string, Partial<GateInput>]>([
    [
      'recall@10 against the floor',
      { candidate: { recallAt10: 0.009, ndcgAt10: 0.09 }, popular: { recallAt10: 0.001, ndcgAt10: 0.01 } },
    ],
    ['recall@10 against recent popularity', { candidate: { recallAt10: 0.0759, ndcgAt10: 0.09 } }],
    ['NDCG@10 against recent popularity', { candidate: { recallAt10: 0.1, ndcgAt10: 0.0759 } }],
    ['evaluation readers', { evaluationReaders: 99 }],
    ['readers against the live set', { readers: 2599, items: 2607 }],
    ['items against readers', { items: 5000 }],
    ['recall@10 against the floor', { candidate: { recallAt10: Number.NaN, ndcgAt10: 0.09 } }],
  ])('refuses over: %s', (name, change) => {
    const decision = decideGate({ ...good, ...change }, settings);
    expect(decision.accepted).toBe(false);
    expect(decision.checks.filter((check) => !check.passed).map((check) => check.name)).toContain(name);
    expect(describeFailedChecks(decision)).toContain(name);
  });

  it('accepts a recall at the very margin below popularity', () => {
    expect(decideGate({ ...good, candidate: { recallAt10: 0.08 * 0.95, ndcgAt10: 0.08 } }, settings).accepted).toBe(
      true,
    );
  });
});

describe('the gate over readers', () => {
  /** The candidate's 0.1 against a bound of 0.095, with this interval over it. */
  function compared(overBound: Interval, against: Opponent = 'recent popularity'): Comparison {
    const difference = { low: overBound.low - 0.005, high: overBound.high - 0.005 };
    return {
      metric: 'recall@10',
      against,
      candidate: 0.1,
      other: 0.1,
      margin: 0.05,
      overBound,
      difference,
      superior: false,
    };
  }
  const above = compared({ low: 0.001, high: 0.009 });
  const across = compared({ low: -0.004, high: 0.014 });
  const below = compared({ low: -0.03, high: -0.02 });
  const ofChampion = compared({ low: -0.03, high: -0.02 }, 'the live set');
  const broken = { name: 'lists that repeat an article', figure: 3, is: 'at most', bound: 0, passed: false } as const;
  const whole = { ...broken, figure: 0, passed: true };

  it.each<[string, Partial<GateInput>, string]>([
    ['accepts what is clearly above each bound', { comparisons: [above, { ...above, metric: 'NDCG@10' }] }, 'accepted'],
    ['asks about what chance may have decided', { comparisons: [above, across] }, 'borderline'],
    ['rejects what is clearly below a bound', { comparisons: [above, below] }, 'rejected'],
    ['rejects what is clearly worse than the live set', { comparisons: [above, ofChampion] }, 'rejected'],
    ['asks about nothing that fails anyway', { comparisons: [across, below] }, 'rejected'],
    ['asks about nothing that a guard refuses', { comparisons: [across], guards: [whole, broken] }, 'rejected'],
    ['rejects what a guard refuses', { comparisons: [above], guards: [broken] }, 'rejected'],
    ['accepts what all guards pass', { comparisons: [above], guards: [whole] }, 'accepted'],
    [
      'rejects what is below the floor',
      { comparisons: [above], candidate: { recallAt10: 0.009, ndcgAt10: 0.1 } },
      'rejected',
    ],
  ])('%s', (_what, change, verdict) => {
    const decision = decideGate({ ...good, ...change }, settings);
    expect(decision).toMatchObject({ verdict, accepted: verdict === 'accepted' });
  });

  it('takes the interval and not the mean: a mean above the bound does not pass by itself', () => {
    const [check] = decideGate({ ...good, comparisons: [across] }, settings).checks.filter(({ inDoubt }) => inDoubt);
    expect(check).toMatchObject({ value: 0.1, bound: expect.closeTo(0.095, 12), passed: false });
  });

  it('says what failed and what is in doubt in words of their own', () => {
    const decision = decideGate({ ...good, comparisons: [across, ofChampion], guards: [broken] }, settings);
    expect(describeFailedChecks(decision)).toBe(
      'recall@10 against the live set: 0.1000 is below 0.09500; lists that repeat an article: 3, must be at most 0',
    );
    expect(describeDoubts(decision)).toBe(
      'recall@10 against recent popularity: 0.1000 against 0.09500, by -0.004000 to 0.01400: within chance',
    );
  });

  it('carries comparisons, guards and notes into the report', () => {
    const notes = ['no champion to compare with: nothing is live yet'];
    expect(decideGate({ ...good, comparisons: [above], guards: [whole], notes }, settings)).toMatchObject({
      comparisons: [above],
      guards: [whole],
      notes,
    });
  });
});
