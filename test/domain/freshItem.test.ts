import { formatPopular, formatScored, InvalidFreshItem, parsePopular, parseScored } from '../../src/domain/freshItem';
import type { PopularTable } from '../../src/domain/freshLists';

function table(rows: number, id = (number: number) => `a${number}`): PopularTable {
  const each = <T>(of: (number: number) => T) => Array.from({ length: rows }, (_, number) => of(number));
  return {
    halfLivesMinutes: [2, 15],
    firstShares: [0.4, 0.5],
    articles: each(id),
    first: each((number) => [1 / (number + 2), 0]),
    next: each((number) => [0.001 / (number + 1), 0.25]),
    ages: each((number) => number * 40),
    sections: each((number) => (number % 2 === 0 ? 'sport' : undefined)),
  };
}

describe('a scored list as text', () => {
  it('comes back with three digits of each score', () => {
    const text = formatScored({ articles: ['a1', 'x:y'], scores: [0.123456, 0.1] });
    expect(text).toBe('a1:0.123 x:y:0.1');
    expect(parseScored(text)).toEqual({ articles: ['a1', 'x:y'], scores: [0.123, 0.1] });
    expect(parseScored(formatScored({ articles: [], scores: [] }))).toEqual({ articles: [], scores: [] });
  });

  it('loses its end where it is too long for one write unit', () => {
    const articles = Array.from({ length: 100 }, (_, number) => `article-with-a-long-name-${number}`);
    const text = formatScored({ articles, scores: articles.map(() => 0.01) });
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(parseScored(text).articles).toEqual(articles.slice(0, parseScored(text).articles.length));
    expect(parseScored(text).articles.length).toBeGreaterThan(20);
  });

  it.each(['a1', 'a1:', 'a1:x', 'a1:-1', ':1', 'a1:1  a2:1', 'a1:1 a1:2', 'a 1:1'])('is refused as %j', (text) => {
    expect(() => parseScored(text)).toThrow(InvalidFreshItem);
  });
});

describe('a popular table as text', () => {
  it('comes back, shares to 1 in 46,655', () => {
    const given = table(20);
    const back = parsePopular(formatPopular(given));
    expect({ ...back, first: [], next: [], firstShares: [] }).toEqual({
      ...given,
      first: [],
      next: [],
      firstShares: [],
    });
    for (const [at, row] of given.first.entries()) {
      expect(Math.abs((back.first[at]?.[0] ?? 0) - (row[0] ?? 0))).toBeLessThan(1 / 46_655);
      expect(back.next[at]?.[1]).toBeCloseTo(0.25, 4);
    }
    expect(back.firstShares[0]).toBeCloseTo(0.4, 4);
  });

  it('stays below 4 KB with the longest ids, and loses its last articles for it', () => {
    const given = table(150, (number) => `${number}`.padEnd(64, 'x'));
    const text = formatPopular(given);
    const { articles } = parsePopular(text);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4000);
    expect(articles).toEqual(given.articles.slice(0, articles.length));
    expect(articles.length).toBeGreaterThan(30);
  });

  it.each([
    ['half-lives', (text: string) => text.replace('2 15', '2 x')],
    ['2 shares', (text: string) => text.replace('\na0 0 sport ', '\na0 0 sport 1,')],
    ['no article', (text: string) => text.replace('\na1 ', '\n ')],
    ['there twice', (text: string) => text.replace('\na1 ', '\na0 ')],
    ['2 shares', () => ''],
  ])('is refused naming what is wrong: %s', (message, spoil) => {
    const spoilt = spoil(formatPopular(table(3)));
    expect(() => parsePopular(spoilt)).toThrow(InvalidFreshItem);
    expect(() => parsePopular(spoilt)).toThrow(spoilt === '' ? 'half-lives' : message);
  });
});
