import { parseRunDate } from '../../src/domain/runDate';
import { earlierWeekdays, judgeVolume, usualVolume } from '../../src/domain/volume';

const day = (bytes: number) => Array.from({ length: 24 }, () => bytes);
const bounds = { low: 0.3, high: 5 };

describe('the usual volume', () => {
  it('is told by the four days before it of the same weekday', () => {
    expect(earlierWeekdays(parseRunDate('2026-11-23'))).toEqual([
      '2026-11-16',
      '2026-11-09',
      '2026-11-02',
      '2026-10-26',
    ]);
  });

  it.each([
    [[], 0],
    [[7], 7],
    [[10, 30], 20],
    [[1, 1000, 3], 3],
    [[4, 2, 900, 6], 5],
  ])('of days with %j bytes an hour is %d, however wild one of them was', (days, expected) => {
    const usual = usualVolume(days.map(day));
    expect(usual).toEqual({ weekdays: days.length, bytesOfHour: day(expected) });
  });

  it('judges no hour in which nothing is usual', () => {
    const usual = usualVolume([day(0), day(0)]);
    expect(judgeVolume({ hour: 3, sizeBytes: 9000 }, usual, bounds)).toBe('not judged');
  });
});
