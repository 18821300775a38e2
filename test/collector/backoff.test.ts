import { backoffMs } from '../../src/collector/backoff';

describe('backoff', () => {
  it('doubles its range from 50 ms and stops growing at 5 s', () => {
    expect([0, 1, 2, 6, 7, 60].map((attempt) => backoffMs(attempt, 1))).toEqual([50, 100, 200, 3200, 5000, 5000]);
  });

  it('draws from the whole range down to zero', () => {
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.25)).toBe(100);
  });
});
