import { firstUnread, InvalidHoldout, parsePopularLine, parseReaderLine } from '../../src/domain/holdout';
import { listQuality } from '../../src/domain/listQuality';
import { randomNumbers, seededState } from '../../src/domain/random';
import { naiveQuality } from '../support/gateArtefact';

const ten = Array.from({ length: 10 }, (_, index) => `a${index}`);

describe('recall@10 and NDCG@10', () => {
  // Worked out by hand: 1/log2(2) = 1, 1/log2(3) = 0.63093, 1/log2(4) = 0.5, 1/log2(11) = 0.28906.
  it.each<[string, string[], string[], number, number]>([
    ['one hit on top', ten, ['a0'], 1, 1],
    ['one hit in the second place', ten, ['a1'], 1, 0.630_93],
    ['one hit in the last place that counts', ten, ['a9'], 1, 0.289_06],
    ['a hit in the eleventh place', [...ten, 'x'], ['x'], 0, 0],
    ['no hit', ten, ['x'], 0, 0],
    ['an empty list', [], ['x'], 0, 0],
    ['one of two, in the third place', ten, ['a2', 'x'], 0.5, 0.5 / 1.630_93],
    ['two of two, on top', ten, ['a1', 'a0'], 1, 1],
    ['ten of twelve, in any order', ten, [...ten, 'x', 'y'], 10 / 12, 1],
    ['a list of one for a reader who opened three', ['a0'], ['a0', 'x', 'y'], 1 / 3, 1 / 2.130_93],
  ])('are right for %s', (_what, list, opened, recall, ndcg) => {
    const quality = listQuality(list, new Set(opened));
    expect(quality.recallAt10).toBeCloseTo(recall, 12);
    expect(quality.ndcgAt10).toBeCloseTo(ndcg, 4);
  });

  it('equal those of a naive second implementation, whatever the lists', () => {
    const next = randomNumbers(seededState(7));
    const some = (most: number): string[] => [
      ...new Set(Array.from({ length: 1 + (next() % most) }, () => `a${next() % 40}`)),
    ];
    for (let round = 0; round < 500; round++) {
      const [list, opened] = [some(12), some(15)];
      const naive = naiveQuality([{ list, opened }]);
      const quality = listQuality(list, new Set(opened));
      expect(quality.recallAt10).toBeCloseTo(naive.recallAt10, 12);
      expect(quality.ndcgAt10).toBeCloseTo(naive.ndcgAt10, 12);
    }
  });
});

describe('the lines of a holdout', () => {
  it('say what was recommended, read and opened, and what is popular', () => {
    expect(parsePopularLine('{"popular":"a1 a2"}')).toEqual(['a1', 'a2']);
    expect(parseReaderLine('{"reader":"r1","list":"a1 a2","read":"","opened":"a3"}')).toEqual({
      reader: 'r1',
      list: ['a1', 'a2'],
      read: new Set(),
      opened: new Set(['a3']),
    });
  });

  it('give a reader the most popular articles that the reader had not read', () => {
    expect(firstUnread([...ten, 'b0', 'b1', 'b2'], new Set(['a0', 'a5']))).toEqual([
      ...ten.filter((id) => id !== 'a0' && id !== 'a5'),
      'b0',
      'b1',
    ]);
  });

  it.each([
    ['{', 'not JSON'],
    ['{"reader":"r1","list":"a1","read":""}', 'opened is missing'],
    ['{"reader":"","list":"a1","read":"","opened":"a1"}', 'reader is empty'],
    ['{"reader":"r1","list":"a1","read":"","opened":""}', 'opened nothing'],
    ['{"reader":"r1","list":"a1 a1","read":"","opened":"a1"}', 'twice'],
    ['{"reader":"r1","list":"a1","read":"","opened":"a2 a2"}', 'twice'],
    ['{"reader":"r1","list":"a1","read":"a1","opened":"a2"}', 'had read a1 before'],
    ['{"reader":"r1","list":"a1","read":"a2","opened":"a2"}', 'had read a2 before'],
    [`{"reader":"r1","list":"${ten.join(' ')} x","read":"","opened":"a2"}`, 'more than 10'],
    ['{"reader":"r1","list":7,"read":"","opened":"a2"}', 'list is missing'],
  ])('that would not measure anything, or flatter the candidate, are refused: %s', (line, reason) => {
    expect(() => parseReaderLine(line)).toThrow(InvalidHoldout);
    expect(() => parseReaderLine(line)).toThrow(reason);
  });
});
