import { addDays, endOfDayMs, lastCompleteDay, parseRunDate, startOfDayMs } from '../../src/domain/runDate';
import { runDateOfVersion, versionOf } from '../../src/domain/version';

describe('run dates', () => {
  it.each(['2026-02-30', '2026-13-01', '26-11-23', '2026-11-23T00:00:00Z', ''])(
    'refuse %j and show the form',
    (text) => {
      expect(() => parseRunDate(text)).toThrow(`'${text}' is not a day: give it as YYYY-MM-DD`);
    },
  );

  it('take leap days', () => {
    expect(addDays(parseRunDate('2028-02-28'), 1)).toBe('2028-02-29');
  });

  it('count days over the ends of months and years', () => {
    expect(addDays(parseRunDate('2026-12-31'), 1)).toBe('2027-01-01');
    expect(addDays(parseRunDate('2026-03-01'), -1)).toBe('2026-02-28');
  });

  it('span exactly one UTC day', () => {
    const day = parseRunDate('2026-11-23');
    expect(new Date(startOfDayMs(day)).toISOString()).toBe('2026-11-23T00:00:00.000Z');
    expect(new Date(endOfDayMs(day)).toISOString()).toBe('2026-11-24T00:00:00.000Z');
  });

  it.each([
    ['2026-11-24T00:00:00Z', '2026-11-23'],
    ['2026-11-24T23:59:59Z', '2026-11-23'],
    // 03:30 in Tokyo is the evening before in UTC: the UTC day of that evening is not over yet.
    ['2026-11-24T03:30:00+09:00', '2026-11-22'],
  ])('of a run that starts at %s are the last UTC day that was over: %s', (instant, day) => {
    expect(lastCompleteDay(Date.parse(instant))).toBe(day);
  });
});

describe('versions', () => {
  it('sort as text in the order of run date and attempt', () => {
    const day = parseRunDate('2026-11-23');
    const versions = [versionOf(day, 1), versionOf(day, 9), versionOf(day, 10), versionOf(addDays(day, 1), 1)];
    expect([...versions].sort()).toEqual(versions);
  });

  it('tell their run date', () => {
    expect(runDateOfVersion('2026-11-23.07')).toBe('2026-11-23');
    expect(() => runDateOfVersion('v7')).toThrow("'v7' is not a version");
  });

  it.each([0, 100, 1.5])('have no attempt %d', (attempt) => {
    expect(() => versionOf(parseRunDate('2026-11-23'), attempt)).toThrow(RangeError);
  });
});
