import { decideGate, describeFailedChecks, type GateInput } from '../../src/domain/gate';

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
