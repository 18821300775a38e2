/** A body as it comes, and the line that the lake gets. */
import { readClickBody } from '../../src/collector/clickBody';
import { clickLine } from '../../src/domain/click';
import { click } from './collectorFixture';

const rule = { policy: 'accept', maxFutureSeconds: 300, maxAgeHours: 48 } as const;

function lineOf(body: object): string {
  const read = readClickBody('application/json', JSON.stringify(body), rule, 0);
  return read.ok ? read.clicks.map(clickLine).join('') : read.error;
}

describe('the line of a click', () => {
  it('has its fields in one order, whatever order they came in', () => {
    const fields = { section: 'politics', session_id: 's-1', referrer: 'https://news.example/' };
    const backwards = Object.fromEntries(Object.entries(click('e1', fields)).reverse());
    expect(lineOf(backwards)).toBe(
      '{"event_id":"e1","user_id":"r1","article_id":"a1","occurred_at":"2026-11-23T10:00:00.000Z",' +
        '"section":"politics","session_id":"s-1","referrer":"https://news.example/"}\n',
    );
  });

  it.each(['', '"quoted"', 'back\\slash', 'líne', '\u2028', '🗞', '\ud800', '</script>', '","event_id":"e2'])(
    'is JSON also with the referrer %j',
    (referrer) => {
      const line = lineOf(click('e1', { referrer }));
      expect(line.trimEnd()).not.toContain('\n');
      expect(JSON.parse(line)).toEqual(click('e1', { occurred_at: '2026-11-23T10:00:00.000Z', referrer }));
    },
  );

  it.each([
    ['2026-11-23T18:04:05Z', '2026-11-23T18:04:05.000Z'],
    ['2026-11-23T18:04:05.1Z', '2026-11-23T18:04:05.100Z'],
    ['2026-11-23T18:04:05.12Z', '2026-11-23T18:04:05.120Z'],
    ['2026-11-23T18:04:05.123Z', '2026-11-23T18:04:05.123Z'],
    ['2028-02-29T23:59:59.999Z', '2028-02-29T23:59:59.999Z'],
  ])('has its time in full: %s', (occurredAt, inFull) => {
    expect(JSON.parse(lineOf(click('e1', { occurred_at: occurredAt })))).toMatchObject({ occurred_at: inFull });
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-31T24:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T23:60:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-23T10:00:00+01:00',
    '2026-11-23T10:00:00.1234Z',
    '2026-11-23 10:00:00Z',
  ])('is not made of a time that no calendar and clock has, %s', (occurredAt) => {
    expect(lineOf(click('e1', { occurred_at: occurredAt }))).toBe(
      'occurred_at must be a UTC time like 2026-11-23T18:04:05.123Z',
    );
  });
});
