import { defaultBlendWeights, InvalidBlendWeights, parseBlendWeights } from '../../src/domain/blendWeights';

describe('blend weights', () => {
  it('come back from JSON as they were', () => {
    expect(parseBlendWeights(JSON.parse(JSON.stringify(defaultBlendWeights)))).toEqual(defaultBlendWeights);
  });

  const { first, next } = defaultBlendWeights;

  it('of a set from before there were lists of doors give them none', () => {
    const [{ door: _first, ...earlierFirst }, { door: _next, ...earlierNext }] = [first, next];
    const earlier = { ...defaultBlendWeights, first: earlierFirst, next: earlierNext };
    expect(parseBlendWeights(earlier)).toEqual({
      ...earlier,
      first: { ...first, door: 0 },
      next: { ...next, door: 0 },
    });
  });

  it.each([
    ['weights must be an object', null],
    ['weights must be an object', [1]],
    ["weights has an unknown field 'lucky'", { ...defaultBlendWeights, lucky: 1 }],
    ['halfLivesMinutes must be a list', { ...defaultBlendWeights, halfLivesMinutes: 5 }],
    ['halfLivesMinutes must hold numbers above 0', { ...defaultBlendWeights, halfLivesMinutes: [] }],
    ['halfLivesMinutes must hold numbers above 0', { ...defaultBlendWeights, halfLivesMinutes: [0, 5, 15, 60] }],
    ['first must be an object', { ...defaultBlendWeights, first: undefined }],
    [
      'first.popularFirst must be a list of 4 numbers',
      { ...defaultBlendWeights, first: { ...first, popularFirst: [1] } },
    ],
    [
      'next.popularNext must be a list of 4 numbers',
      { ...defaultBlendWeights, next: { ...next, popularNext: [1, 1, 1, '1'] } },
    ],
    [
      'first.popularFirst must be a list of 4 numbers',
      { ...defaultBlendWeights, first: { ...first, popularFirst: [1, 1, 1, Number.POSITIVE_INFINITY] } },
    ],
    ['next.nextList must be a number', { ...defaultBlendWeights, next: { ...next, nextList: '0.5' } }],
    ['next.nextList must be a number, 0 or more', { ...defaultBlendWeights, next: { ...next, nextList: -0.1 } }],
    ['first.door must be a number, 0 or more', { ...defaultBlendWeights, first: { ...first, door: -1 } }],
    ['next.personal must be a number', { ...defaultBlendWeights, next: { ...next, personal: Number.NaN } }],
    ["first has an unknown field 'x'", { ...defaultBlendWeights, first: { ...first, x: 1 } }],
    ['maxAgeHours must be a number', { ...defaultBlendWeights, maxAgeHours: undefined }],
    ['maxSectionShare must be above 0 and at most 1', { ...defaultBlendWeights, maxSectionShare: 1.1 }],
  ])('are refused: %s', (message, value) => {
    expect(() => parseBlendWeights(value)).toThrow(InvalidBlendWeights);
    expect(() => parseBlendWeights(value)).toThrow(message);
  });
});
