import { parseCron } from '../../src/domain/cron';
import { nominalTimes } from '../../src/domain/nominalTimes';
import { describeUnevenDays, unevenDays } from '../../src/domain/scheduledDays';

const now = Date.parse('2026-11-30T00:00:00Z');

function timesOf(cron: string, timeZone: string, from: string, until: string): string[] {
  return nominalTimes(parseCron(cron), timeZone, Date.parse(from), Date.parse(until)).map((ms) =>
    new Date(ms).toISOString().slice(0, 16),
  );
}

describe('the times of a schedule', () => {
  it('follow the clocks of the zone through the year', () => {
    expect(timesOf('30 3 * * *', 'Europe/Berlin', '2027-03-27T00:00:00Z', '2027-03-30T00:00:00Z')).toEqual([
      '2027-03-27T02:30',
      '2027-03-28T01:30',
      '2027-03-29T01:30',
    ]);
  });

  it('leave out a time that the clocks leave out', () => {
    expect(timesOf('30 2 * * *', 'Europe/Berlin', '2027-03-27T00:00:00Z', '2027-03-30T00:00:00Z')).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
    ]);
  });

  it('come twice west of Greenwich when the clocks have them twice, and once east of it', () => {
    expect(timesOf('30 1 * * *', 'America/New_York', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z')).toEqual([
      '2026-11-01T05:30',
      '2026-11-01T06:30',
    ]);
    expect(timesOf('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-26T00:00:00Z')).toEqual([
      '2026-10-25T01:30',
    ]);
  });
});

describe('the days of a schedule', () => {
  it.each([
    ['30 0 * * *', 'UTC'],
    ['30 3 * * *', 'Europe/Berlin'],
    ['30 3 * * *', 'Asia/Tokyo'],
    ['0 22 * * *', 'America/New_York'],
  ])('have one run each with %s in %s', (cron, timeZone) => {
    expect(unevenDays(cron, timeZone, now)).toEqual({ without: [], twice: [] });
  });

  it('lack one where the time falls into the hour that is left out', () => {
    expect(unevenDays('30 2 * * *', 'Europe/Berlin', now)).toEqual({ without: ['2027-03-27'], twice: [] });
  });

  it('lack one where summer time moves the start over midnight of UTC, although the time is there on every day', () => {
    const uneven = unevenDays('30 19 * * *', 'America/New_York', now);
    expect(uneven).toEqual({ without: ['2027-11-06'], twice: ['2027-03-13'] });
    expect(describeUnevenDays(uneven, '30 19 * * *', 'America/New_York')).toEqual([
      expect.stringContaining('starts no run for 2027-11-06: choose a time'),
      expect.stringContaining('starts two runs for 2027-03-13: the second one'),
    ]);
  });

  it('are counted, and some named, where a schedule does not start every day', () => {
    const [text] = describeUnevenDays(unevenDays('30 0 * * MON-FRI', 'UTC', now), '30 0 * * MON-FRI', 'UTC');
    expect(text).toMatch(/^'30 0 \* \* MON-FRI' in UTC starts no run for 1\d\d days of the coming year \(2026-12-04, /);
  });
});
