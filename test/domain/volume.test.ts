import { parseRunDate } from '../../src/domain/runDate';
import { earlierWeekdays, type HourVolume, judgeVolume, usualVolume } from '../../src/domain/volume';

const eachHour = <Value>(value: Value): Value[] => Array.from({ length: 24 }, () => value);
const day = (sizeBytes: number, clicks?: number): HourVolume[] =>
  eachHour(0).map((_, hour) => ({ hour, sizeBytes, ...(clicks === undefined ? {} : { clicks }) }));
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
    const usual = usualVolume(days.map((sizeBytes) => day(sizeBytes)));
    expect(usual).toEqual({ weekdays: days.length, bytesOfHour: eachHour(expected) });
  });

  it('judges no hour in which nothing is usual', () => {
    const usual = usualVolume([day(0), day(0)]);
    expect(judgeVolume({ hour: 3, sizeBytes: 9000 }, usual, bounds)).toBe('not judged');
  });
});

describe('the volume of an hour of which ledgers tell', () => {
  const usual = usualVolume([day(1000, 100), day(3000, 300), day(2000)]);

  it('is judged by the clicks that were acknowledged, whatever was delivered in it', () => {
    expect(usual.clicksOfHour).toEqual(eachHour(200));
    // The delivery was behind: what was acknowledged in this hour lies in the next one.
    expect(judgeVolume({ hour: 12, sizeBytes: 10, clicks: 180 }, usual, bounds)).toBe('as usual');
    expect(judgeVolume({ hour: 13, sizeBytes: 2000, clicks: 59 }, usual, bounds)).toBe('too little');
    expect(judgeVolume({ hour: 13, sizeBytes: 2000, clicks: 1001 }, usual, bounds)).toBe('too much');
  });

  it('is judged by bytes where this day has no ledger, or too few of the others have', () => {
    expect(judgeVolume({ hour: 12, sizeBytes: 10 }, usual, bounds)).toBe('too little');
    const oneLedger = usualVolume([day(1000, 100), day(3000), day(2000)]);
    expect(oneLedger).toEqual({ weekdays: 3, bytesOfHour: eachHour(2000) });
    expect(judgeVolume({ hour: 12, sizeBytes: 2000, clicks: 1 }, oneLedger, bounds)).toBe('as usual');
  });

  it('is judged by bytes when a look of an earlier release noted what is usual', () => {
    const noted = { weekdays: 2, bytesOfHour: eachHour(2000) };
    expect(judgeVolume({ hour: 12, sizeBytes: 2000, clicks: 1 }, noted, bounds)).toBe('as usual');
  });
});
