import { composeArticles } from '../../src/serving/composeArticles';

describe('composing the articles of an answer', () => {
  it('takes the lists in turn, each in rank order, up to the limit', () => {
    expect(
      composeArticles(
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
        new Set(),
        3,
      ),
    ).toEqual(['a', 'b', 'c']);
  });

  it('leaves out the excluded and what was taken already', () => {
    expect(
      composeArticles(
        [
          ['a', 'b'],
          ['b', 'a', 'c', 'd'],
        ],
        new Set(['a']),
        10,
      ),
    ).toEqual(['b', 'c', 'd']);
  });

  it('is empty when everything is excluded', () => {
    expect(composeArticles([['a'], []], new Set(['a']), 10)).toEqual([]);
  });
});
