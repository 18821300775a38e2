/** Which day of a log can stand for a whole day. */
import { type DayOfClicks, daysOfHours, lastFullDay } from '../../src/clicklog/fullDays';
import { parseRunDate } from '../../src/domain/runDate';

const day = (date: string, clicksInHour: (hour: number) => number): DayOfClicks => ({
  day: parseRunDate(date),
  clicksByHour: Array.from({ length: 24 }, (_, hour) => clicksInHour(hour)),
});

test('the last day with clicks in each of its hours is chosen', () => {
  const days = [
    day('2025-03-01', () => 1000),
    day('2025-03-02', () => 300),
    day('2025-03-03', (hour) => (hour === 23 ? 0 : 900)),
  ];
  expect(lastFullDay(days)).toBe('2025-03-02');
});

test('a day of stray clicks after the end of the log is not full, though no hour is empty', () => {
  const days = [
    day('2025-03-01', (hour) => (hour < 6 ? 800 : 9000)),
    day('2025-03-02', (hour) => (hour < 3 ? 9000 : 30)),
    day('2025-03-03', () => 5),
  ];
  expect(lastFullDay(days)).toBe('2025-03-01');
});

test('a night of fifty times the load does not make ordinary days look empty', () => {
  const days = [day('2025-03-01', (hour) => (hour >= 18 ? 50_000 : 1000)), day('2025-03-02', () => 1000)];
  expect(lastFullDay(days)).toBe('2025-03-02');
});

test('a log without a full day has none', () => {
  expect(lastFullDay([])).toBeUndefined();
  expect(lastFullDay([day('2025-03-01', (hour) => hour)])).toBeUndefined();
});

test('hours are gathered to days, earliest first', () => {
  const days = daysOfHours(
    new Map([
      ['2025-03-02T00', 4],
      ['2025-03-01T23', 2],
      ['2025-03-01T05', 1],
    ]),
  );
  expect(days.map(({ day: date }) => date)).toEqual(['2025-03-01', '2025-03-02']);
  expect(days[0]?.clicksByHour[5]).toBe(1);
  expect(days[0]?.clicksByHour.reduce((sum, clicks) => sum + clicks, 0)).toBe(3);
});
