import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { describeReason, describeWeights } from '../../src/serving/portalReasons';
import { reasonsOfBlend, reasonsOfLists } from '../../src/serving/reasons';
import { popularTable, scored } from '../serving/fakeReader';

const nothing = { excluded: new Set<string>(), next: new Map<string, never>() };

describe('the reasons of a page', () => {
  it('tell for each article the tier that the blend gives it, and its place in every list that holds it', () => {
    const weights = { ...defaultBlendWeights, first: { ...defaultBlendWeights.first, personal: 0.5 } };
    const popular = popularTable('f1 f2');
    const placeNow = (id: string): number => popular.articles.indexOf(id) + 1;
    const input = {
      ...nothing,
      limit: 10,
      popular,
      personal: ['a1', 'f2'],
      nightlyPopular: ['n1', 'a1'],
      visit: [],
    };
    const reasons = reasonsOfBlend(input, weights);
    const of = (id: string) => reasons.find(({ articleId }) => articleId === id);
    expect(of('a1')).toEqual({ articleId: 'a1', tier: 'personal', places: { personal: 1, popular: 2 } });
    expect(of('f1')).toEqual({ articleId: 'f1', tier: 'fresh', places: { fresh: placeNow('f1') } });
    expect(of('f2')?.places).toEqual({ personal: 2, fresh: placeNow('f2') });
    expect(of('n1')).toEqual({ articleId: 'n1', tier: 'popular', places: { popular: 1 } });
  });

  it('name the open article only where its next list counts', () => {
    const next = new Map([['c1', scored('n1')]]);
    const input = { ...nothing, limit: 5, next, popular: popularTable('f1'), visit: ['c1'] };
    const placesOfNext = (nextList: number) => {
      const weights = { ...defaultBlendWeights, next: { ...defaultBlendWeights.next, nextList } };
      return reasonsOfBlend(input, weights).find(({ articleId }) => articleId === 'n1')?.places;
    };
    expect(placesOfNext(0.5)).toEqual({ next: 1 });
    expect(placesOfNext(0)).toBeUndefined();
  });

  it('take the first list that has the article, where lists were taken in turn', () => {
    const lists = [
      { tier: 'personal', articles: ['a1', 'p1'] },
      { tier: 'popular', articles: ['p1', 'p2'] },
    ] as const;
    expect(reasonsOfLists(['a1', 'p1', 'p2'], lists)).toEqual([
      { articleId: 'a1', tier: 'personal', places: { personal: 1 } },
      { articleId: 'p1', tier: 'personal', places: { personal: 2, popular: 1 } },
      { articleId: 'p2', tier: 'popular', places: { popular: 2 } },
    ]);
  });
});

describe('the words for a reason', () => {
  it('begin with the list that gave most, and go on with the others', () => {
    const reason = { articleId: 'a1', tier: 'fresh', places: { personal: 4, fresh: 2 } } as const;
    expect(describeReason(reason, 'reader', '2026-11-23.01')).toEqual([
      'It is number 2 of what everybody reads now.',
      'Also: it is number 4 of your personal list.',
    ]);
  });

  it('name the next list where that alone has lifted an article', () => {
    const reason = { articleId: 'a1', tier: 'fresh', places: { next: 1 } } as const;
    expect(describeReason(reason, 'reader', null)).toEqual([
      'Readers of the article you opened last go on with it: number 1.',
    ]);
  });

  it('speak of the section on its page', () => {
    const reason = { articleId: 'a1', tier: 'popular', places: { popular: 3 } } as const;
    expect(describeReason(reason, 'section', '2026-11-23.01')).toEqual([
      'It was number 3 of the most read of this section when version 2026-11-23.01 was made.',
    ]);
  });

  it('say what counted, in percent of all that did', () => {
    expect(
      describeWeights({ popularFirst: [0.3, 0.2], popularNext: [0, 0], nextList: 0.25, door: 0, personal: 0.25 }),
    ).toBe('personal list 25%, what visits begin with now 50%, what follows the open article 25%');
  });
});
