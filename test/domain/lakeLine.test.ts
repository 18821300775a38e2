import { doorOf } from '../../src/domain/door';
import { isHeartbeat, lakeClickOf, valuesOfLine } from '../../src/domain/lakeLine';

const click = { event_id: 'e1', user_id: 'r1', article_id: 'a1', occurred_at: '2026-11-23T12:00:00.250Z' };

describe('a line of the lake', () => {
  it.each<[string, string, readonly unknown[] | undefined]>([
    ['is blank', '  \r', []],
    ['is one value', '{"a":1}', [{ a: 1 }]],
    ['is several values without a line end between them', '{"a":1}{"b":2}{"c":3}', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['is cut off', '{"a":1', undefined],
    ['has a whole and a torn value', '{"a":1}{"b":', undefined],
  ])('%s', (_what, line, values) => {
    expect(valuesOfLine(line)).toEqual(values);
  });
});

describe('a click of the lake', () => {
  it('is what is needed of it, and other fields do not matter', () => {
    const stored = { ...click, section: 'sport', ack: 'web1-00000001:7', added_later: true };
    const occurredAtMs = Date.parse(click.occurred_at);
    const needed = { userId: 'r1', articleId: 'a1', occurredAtMs, door: doorOf(undefined) };
    expect(lakeClickOf(stored)).toEqual({ ...needed, section: 'sport' });
    expect(lakeClickOf({ ...click, section: null })).toEqual(needed);
    expect(lakeClickOf({ ...click, referrer: 7 })).toEqual(needed);
    const referred = { ...click, referrer: 'https://search.example.net' };
    expect(lakeClickOf(referred)).toEqual({ ...needed, door: doorOf('https://search.example.net') });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'click'],
    ['without a reader', { ...click, user_id: undefined }],
    ['of a reader whose id is a number', { ...click, user_id: 7 }],
    ['of an article whose id is too long', { ...click, article_id: 'a'.repeat(65) }],
    ['at no time', { ...click, occurred_at: 'yesterday' }],
    ['in a section that is none', { ...click, section: 'A B' }],
  ])('is none: %s', (_what, value) => {
    expect(lakeClickOf(value)).toBeUndefined();
  });

  it('is told from a heartbeat', () => {
    expect(isHeartbeat({ heartbeat_at: '2026-11-23T12:00:00.000Z', collector: 'web1' })).toBe(true);
    expect(isHeartbeat(click)).toBe(false);
  });
});
