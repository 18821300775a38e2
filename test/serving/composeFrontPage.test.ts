import { composeFrontPage } from '../../src/serving/composeFrontPage';

const personal = (...articles: string[]) => ({ tier: 'personal', articles }) as const;
const popular = (...articles: string[]) => ({ tier: 'popular', articles }) as const;

describe('composing a front page', () => {
  it('takes the lists in turn, each in rank order, up to the limit, and is of the tier of the first', () => {
    expect(composeFrontPage([personal('a', 'b'), popular('c', 'd')], new Set(), 3)).toEqual({
      tier: 'personal',
      articles: ['a', 'b', 'c'],
    });
  });

  it('leaves out the excluded and what was taken already', () => {
    expect(composeFrontPage([personal('a', 'b'), popular('b', 'a', 'c', 'd')], new Set(['a']), 10)).toEqual({
      tier: 'personal',
      articles: ['b', 'c', 'd'],
    });
  });

  it('is of the tier of the first list of which an article is left', () => {
    expect(composeFrontPage([personal('a'), popular('b')], new Set(['a']), 10)).toEqual({
      tier: 'popular',
      articles: ['b'],
    });
  });

  it('is empty, and of the last tier, when everything is excluded', () => {
    expect(composeFrontPage([personal('a'), popular('b')], new Set(['a', 'b']), 10)).toEqual({
      tier: 'popular',
      articles: [],
    });
  });
});
