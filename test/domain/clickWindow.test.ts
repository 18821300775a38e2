import { clickWindow, firstBytes, uncounted } from '../../src/domain/clickWindow';

const settings = { windowMinutes: 120, aheadMinutes: 5 };
const hours = (now: string): string[] => [...clickWindow(Date.parse(now), settings).prefixes];

describe('the window of the fresh loop', () => {
  it('holds each hour in which a click of the last two hours can have arrived', () => {
    expect(hours('2026-11-23T12:30:00Z')).toEqual([
      'clicks/dt=2026-11-23/hr=10/',
      'clicks/dt=2026-11-23/hr=11/',
      'clicks/dt=2026-11-23/hr=12/',
    ]);
  });

  it('begins an hour earlier where an object of then may have waited for more records', () => {
    expect(hours('2026-11-23T12:19:00Z')[0]).toBe('clicks/dt=2026-11-23/hr=09/');
    expect(hours('2026-11-23T12:20:00Z')[0]).toBe('clicks/dt=2026-11-23/hr=10/');
  });

  it('goes over midnight, and holds the next hour shortly before it begins', () => {
    expect(hours('2026-11-24T00:56:00Z')).toEqual([
      'clicks/dt=2026-11-23/hr=22/',
      'clicks/dt=2026-11-23/hr=23/',
      'clicks/dt=2026-11-24/hr=00/',
      'clicks/dt=2026-11-24/hr=01/',
    ]);
  });

  it('says from when on it holds everything', () => {
    expect(clickWindow(Date.parse('2026-11-23T12:30:00Z'), settings).fromMs).toBe(Date.parse('2026-11-23T10:00:00Z'));
  });
});

describe('the objects of a step', () => {
  const listed = ['a', 'b', 'c', 'd'].map((key) => ({ key, etag: `"${key}1"`, sizeBytes: 10 }));

  it('are those that were not counted under their ETag, the newest first', () => {
    const counted = new Map([
      ['a', '"a1"'],
      ['b', '"b0"'],
    ]);
    expect(uncounted(listed, counted, 0).map(({ key }) => key)).toEqual(['d', 'c', 'b']);
  });

  it('are not those that arrived after the time of the step, by their names', () => {
    const names = ['11-59-59-aa.gz', '12-00-00-bb.gz', '12-00-01-cc.gz'];
    const objects = names.map((name) => ({
      key: `clicks/dt=2026-11-23/hr=12/frontpage-clicks-1-2026-11-23-${name}`,
      etag: '"1"',
      sizeBytes: 10,
    }));
    const arrived = uncounted(objects, new Map(), Date.parse('2026-11-23T12:00:00Z'));
    expect(arrived.map(({ key }) => key.slice(-14))).toEqual(['12-00-00-bb.gz', '11-59-59-aa.gz']);
  });

  it.each([
    [40, 4],
    [39, 3],
    [20, 2],
    [9, 1],
  ])('are in %s bytes the first %s', (maxBytes, objects) => {
    expect(firstBytes(listed, maxBytes)).toEqual(listed.slice(0, objects));
  });

  it('are none when there is none', () => {
    expect(firstBytes([], 100)).toEqual([]);
  });
});
