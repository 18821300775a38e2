import { createHash } from 'node:crypto';
import {
  addDigests,
  addToDigest,
  digestOfText,
  digestText,
  emptyDigest,
  hourStartMs,
  utcHour,
} from '../../src/domain/ledger';

const digestOf = (ids: readonly string[]): bigint =>
  ids.reduce((digest, id) => addToDigest(digest, createHash('sha256').update(id).digest()), emptyDigest);

describe('the digest of a ledger', () => {
  it.each([
    ['nothing', [], '0000000000000000'],
    ['one event', ['e1'], '8b5cc4df7eec7d32'],
    ['three events', ['e1', 'e2', 'e3'], '0663cab41b2d5c3f'],
  ])('of %s is the sum of the first eight bytes of their SHA-256', (_what, ids, text) => {
    expect(digestText(digestOf(ids))).toBe(text);
    expect(digestOfText(text)).toBe(digestOf(ids));
  });

  it('does not depend on order, and counts an event as often as it comes', () => {
    expect(digestOf(['e3', 'e1', 'e2'])).toBe(digestOf(['e1', 'e2', 'e3']));
    expect(digestOf(['e1', 'e1'])).not.toBe(digestOf(['e1']));
  });

  it('is the sum of the digests of its parts, and never outgrows 64 bits', () => {
    expect(addDigests(digestOf(['e1', 'e2']), digestOf(['e3']))).toBe(digestOf(['e1', 'e2', 'e3']));
    expect(addDigests(2n ** 64n - 1n, 2n)).toBe(1n);
  });
});

describe('the hour of a ledger', () => {
  it('is the UTC hour of the instant', () => {
    expect(utcHour(Date.parse('2026-11-23T10:59:59.999Z'))).toBe('2026-11-23T10');
    expect(hourStartMs('2026-11-23T10')).toBe(Date.parse('2026-11-23T10:00:00Z'));
  });
});
