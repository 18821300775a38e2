import { countedSince, parseServingCounters } from '../../src/domain/servingCounters';
import { judgeServing, defaultHealthRule as rule, type ServingCounts, sumOf } from '../../src/domain/servingHealth';
import { Counters } from '../../src/serving/counters';

const counts = (answers: number, harm: Partial<ServingCounts> = {}): ServingCounts => ({
  answers,
  unavailable: 0,
  empty: 0,
  degraded: 0,
  ...harm,
});

describe('serving after a publish', () => {
  it('is as before where the shares of harm are', () => {
    const before = counts(10_000, { empty: 100, degraded: 300, unavailable: 10 });
    expect(judgeServing(before, counts(1000, { empty: 11, degraded: 29, unavailable: 1 }), rule)).toEqual({
      verdict: 'as before',
      answers: 1001,
    });
  });

  it.each([
    ['unavailable', 'answers 503: 3.8 % after the publish, 0.1 % before'],
    ['empty', 'empty answers: 4.0 % after the publish, 0.1 % before'],
    ['degraded', 'degraded answers: 4.0 % after the publish, 0.1 % before'],
  ] as const)('is worse when more answers are %s, and says by how much', (kind, found) => {
    const health = judgeServing(counts(10_000, { [kind]: 10 }), counts(1000, { [kind]: 40 }), rule);
    expect(health).toMatchObject({ verdict: 'worse', found: [found] });
  });

  it('names all that is worse', () => {
    const health = judgeServing(counts(10_000), counts(1000, { unavailable: 500, empty: 900 }), rule);
    expect(health).toMatchObject({
      verdict: 'worse',
      found: [
        'answers 503: 33.3 % after the publish, 0.0 % before',
        'empty answers: 60.0 % after the publish, 0.0 % before',
      ],
    });
  });

  it('is as before when a share has grown and is small still', () => {
    expect(judgeServing(counts(10_000), counts(1000, { empty: 20 }), rule).verdict).toBe('as before');
    expect(judgeServing(counts(10_000), counts(1000, { empty: 21 }), rule).verdict).toBe('worse');
  });

  it('is as before when a share was large before and is not so many times larger', () => {
    expect(judgeServing(counts(1000, { degraded: 100 }), counts(1000, { degraded: 300 }), rule).verdict).toBe(
      'as before',
    );
    expect(judgeServing(counts(1000, { degraded: 100 }), counts(1000, { degraded: 301 }), rule).verdict).toBe('worse');
  });

  it('is unknown when too few answers are known of on either side, however bad they are', () => {
    expect(judgeServing(counts(10_000), counts(199, { empty: 199 }), rule)).toEqual({
      verdict: 'unknown',
      why: '199 answers are known of since the publish, 200 would tell something',
    });
    expect(judgeServing(sumOf([]), counts(10_000, { empty: 10_000 }), rule)).toEqual({
      verdict: 'unknown',
      why: '0 answers are known of from before the publish, 200 would tell something',
    });
  });

  it('counts refusals as asked for: a serving that answers nothing but 503 is worse, not unknown', () => {
    expect(judgeServing(counts(10_000), counts(0, { unavailable: 500 }), rule)).toMatchObject({
      verdict: 'worse',
      found: ['answers 503: 100.0 % after the publish, 0.0 % before'],
    });
  });
});

describe('the counters of a serving process', () => {
  it('are read from what the process itself tells, summed over tiers', () => {
    const counters = new Counters();
    const page = { version: '2026-11-23.01', articles: ['a1'], degraded: false } as const;
    counters.answered({ ...page, tier: 'personal' });
    counters.answered({ ...page, tier: 'popular', degraded: true });
    counters.answered({ ...page, tier: 'popular', articles: [] });
    counters.refused();
    expect(parseServingCounters(counters.text(undefined))).toEqual({
      answers: 3,
      unavailable: 1,
      empty: 1,
      degraded: 1,
    });
  });

  it('give what was counted since an earlier look', () => {
    expect(countedSince(counts(10, { empty: 1 }), counts(17, { empty: 3, unavailable: 2 }))).toEqual({
      answers: 7,
      unavailable: 2,
      empty: 2,
      degraded: 0,
    });
  });

  it('are refused, by name, when one of them is missing', () => {
    expect(() => parseServingCounters('frontpage_serving_answers_total{tier="fresh"} 4\n')).toThrow(
      'there is no counter frontpage_serving_unavailable_total',
    );
  });
});
