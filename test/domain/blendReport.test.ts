import { describeBlend } from '../../src/domain/blendReport';
import { chosenBlend } from '../support/scenarios';

const gain = { value: 0.021, low: 0.004, high: 0.038 };

describe('the words about a blend', () => {
  it('say that a personal part which earns nothing weighs nothing', () => {
    expect(describeBlend(chosenBlend())).toEqual([
      'first clicks: new weights, hit@10 +12.0 % (+10.0 % to +14.0 %) over fresh popularity, the personal part adds nothing beyond chance (0.0 points of hit@10, 0.0 to 0.0) and weighs 0, 5,000 measured',
      'next clicks: new weights, hit@10 +12.0 % (+10.0 % to +14.0 %) over fresh popularity, the personal part adds nothing beyond chance (0.0 points of hit@10, 0.0 to 0.0) and weighs 0, 5,000 measured',
    ]);
  });

  it('say what a personal part adds, and how the live set would have done', () => {
    const { first, ...choice } = chosenBlend();
    const kept = {
      ...first,
      personalKept: true,
      personalGain: { hitAt10: gain, ndcgAt10: gain },
      overRival: { hitAt10: { value: 0.98, low: 0.95, high: 1.01 }, ndcgAt10: gain },
    };
    const [line] = describeBlend({ ...choice, first: kept });
    expect(line).toContain('the personal part adds +2.1 points of hit@10, +0.4 to +3.8');
    expect(line).toContain('-2.0 % (-5.0 % to +1.0 %) over the live set');
  });

  it('say that popularity alone is served, and that weights stay as they were', () => {
    const { first, next, ...choice } = chosenBlend();
    const lines = describeBlend({
      ...choice,
      first: { ...first, plainPopularity: true },
      next: { ...next, fitted: false },
    });
    expect(lines[0]).toMatch(/^first clicks: popularity by one half-life, /);
    expect(lines[1]).toMatch(/^next clicks: weights as before, /);
  });

  it('say why there was no choice, and nothing of runs that had none to make', () => {
    expect(describeBlend({ notChosen: 'the holdout cannot be read' })).toEqual([
      'as before, for it could not be chosen: the holdout cannot be read',
    ]);
    expect(describeBlend(undefined)).toEqual([]);
  });

  it('leave out what nobody did, and do not make figures of divisions by nothing', () => {
    const { first, next, ...choice } = chosenBlend();
    const nan = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
    const unknown = { ...next, overFreshPopular: { hitAt10: nan, ndcgAt10: nan } };
    const lines = describeBlend({ ...choice, first: { ...first, moments: 0 }, next: unknown });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('next clicks: new weights, hit@10 not measurable over fresh popularity');
  });

  it('say that there is no interval where some draws had nothing to measure, also once they went through JSON', () => {
    const { next, ...choice } = chosenBlend();
    const few = { value: 1, low: 1, high: Number.NaN };
    const sent: typeof next = JSON.parse(
      JSON.stringify({ ...next, overFreshPopular: { hitAt10: few, ndcgAt10: few } }),
    );
    for (const kind of [{ ...next, overFreshPopular: { hitAt10: few, ndcgAt10: few } }, sent]) {
      expect(describeBlend({ ...choice, next: kind })[1]).toContain('hit@10 0.0 % (too few for an interval) over');
    }
  });
});
