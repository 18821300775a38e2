import { ServedFigures } from '../../src/domain/asServedFigures';

const hit = { hitAt10: 1, ndcgAt10: 0.5 };
const miss = { hitAt10: 0, ndcgAt10: 0 };

describe('figures as served', () => {
  it('are means over clicks, for each kind and for both together', () => {
    const figures = new ServedFigures(['a', 'b']);
    figures.add('r', 'first', (method) => (method === 'a' ? hit : miss));
    figures.add('s', 'next', () => hit);
    figures.add('s', 'next', (method) => (method === 'a' ? miss : hit));
    expect([figures.clicks('first'), figures.clicks('next'), figures.clicks('all')]).toEqual([1, 2, 3]);
    expect(figures.mean('first', 'a', 'hitAt10')).toBe(1);
    expect(figures.mean('next', 'a', 'hitAt10')).toBe(0.5);
    expect(figures.mean('all', 'a', 'ndcgAt10')).toBeCloseTo(1 / 3, 12);
    expect(figures.mean('all', 'b', 'hitAt10')).toBeCloseTo(2 / 3, 12);
  });

  it('have intervals as wide as readers differ, and a paired ratio that is narrower than its parts', () => {
    const figures = new ServedFigures(['a', 'b']);
    // Half of the readers are easy: both lists hit them. For one in ten, only `a` does.
    for (let reader = 0; reader < 4000; reader++) {
      const easy = reader % 2 === 0;
      figures.add(`r${reader}`, 'next', (method) => (easy || (method === 'a' && reader % 10 === 1) ? hit : miss));
    }
    const { hitAt10 } = figures.estimate('next', 'a');
    expect(hitAt10.value).toBeCloseTo(0.6, 12);
    // The textbook's standard error of a share: sqrt(0.6 * 0.4 / 4000) = 0.0077, times 1.96 on both sides.
    expect((hitAt10.high - hitAt10.low) / 2).toBeGreaterThan(0.0151 * 0.85);
    expect((hitAt10.high - hitAt10.low) / 2).toBeLessThan(0.0151 * 1.15);
    const ratio = figures.ratio('next', 'a', 'b').hitAt10;
    expect(ratio.value).toBeCloseTo(1.2, 12);
    // Unpaired, the interval would span about 0.09.
    expect(ratio.high - ratio.low).toBeLessThan(0.05);
    expect(ratio.low).toBeGreaterThan(1.1);
  });

  it('draw readers and not clicks: a reader who clicks a lot widens the interval', () => {
    const even = new ServedFigures(['a']);
    const heavy = new ServedFigures(['a']);
    for (let click = 0; click < 2000; click++) {
      even.add(`r${click}`, 'first', () => (click % 2 === 0 ? hit : miss));
      heavy.add(`r${Math.floor(click / 100)}`, 'first', () => (click % 200 < 100 ? hit : miss));
    }
    const width = (figures: ServedFigures<'a'>) => {
      const { low, high } = figures.estimate('first', 'a').hitAt10;
      return high - low;
    };
    expect(width(heavy)).toBeGreaterThan(5 * width(even));
  });

  it('are the same each time', () => {
    const make = () => {
      const figures = new ServedFigures(['a', 'b']);
      for (let reader = 0; reader < 50; reader++) {
        figures.add(`r${reader}`, 'first', (method) => ((reader * 7) % 5 < (method === 'a' ? 3 : 2) ? hit : miss));
      }
      return [figures.ratio('first', 'a', 'b'), figures.difference('all', 'a', 'b')];
    };
    expect(make()).toEqual(make());
  });
});
