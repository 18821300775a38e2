import { batchesOf } from '../../src/domain/batches';
import { InvalidShardLine, parseShardLine } from '../../src/domain/storedList';
import { fullJitterMs, WriteRate } from '../../src/domain/writeRate';

const line = (user: string): string =>
  `{"Item":{"pk":{"S":"u#${user}"},"sk":{"S":"v#2026-11-23.01"},"articles":{"S":"a1 a2"},"expires_at":{"N":"1765152000"}}}`;

describe('a shard line', () => {
  it('is read into a list', () => {
    expect(parseShardLine(line('r1'))).toEqual({
      pk: 'u#r1',
      sk: 'v#2026-11-23.01',
      articles: 'a1 a2',
      expiresAt: 1_765_152_000,
    });
  });

  it.each([
    ['{"Item":', 'not JSON'],
    ['{}', 'expires_at.N is missing'],
    [line('r1').replace('"pk"', '"pq"'), 'pk.S is missing'],
    [line('r1').replace('1765152000', 'soon'), 'expires_at is not a whole number'],
    [line('r1').replace('{"S":"a1 a2"}', '{"S":""}'), 'articles.S is missing'],
    ['null', 'missing'],
  ])('of another form is refused: %s', (text, message) => {
    expect(() => parseShardLine(text)).toThrow(InvalidShardLine);
    expect(() => parseShardLine(text)).toThrow(message);
  });
});

describe('write batches', () => {
  const lists = Array.from({ length: 60 }, (_, i) => parseShardLine(line(`r${i}`)));

  it('hold at most 25 lists and all of them in order', () => {
    const batches = [...batchesOf(lists)];
    expect(batches.map((batch) => batch.length)).toEqual([25, 25, 10]);
    expect(batches.flat()).toEqual(lists);
  });

  it('never hold a key twice: the later list wins', () => {
    const first = parseShardLine(line('r1'));
    const second = { ...first, articles: 'a9' };
    expect([...batchesOf([first, second])]).toEqual([[second]]);
  });
});

describe('the write rate', () => {
  const options = { maxUnitsPerSecond: 100, minUnitsPerSecond: 5, decreaseFactor: 0.5, increaseUnitsPerSecond: 10 };

  it('keeps to the rate over time, whatever a single batch consumed', () => {
    const rate = new WriteRate(options, 0);
    let nowMs = 0;
    let sent = 0;
    while (nowMs < 60_000) {
      nowMs += rate.delayMs(nowMs);
      rate.charge(25, nowMs);
      sent += 25;
      nowMs += 1;
    }
    // One second of burst, then the rate.
    expect(sent).toBeLessThanOrEqual(100 * 61 + 25);
    expect(sent).toBeGreaterThanOrEqual(100 * 59);
  });

  it('lets nothing out while in debt', () => {
    const rate = new WriteRate(options, 0);
    rate.charge(600, 0);
    expect(rate.delayMs(0)).toBeGreaterThanOrEqual(5000);
    expect(rate.delayMs(6000)).toBe(0);
  });

  it('falls when the table throttles, never below its floor, and climbs back by steps', () => {
    const rate = new WriteRate(options, 0);
    rate.throttled(0);
    expect(rate.currentUnitsPerSecond).toBe(50);
    for (let i = 0; i < 20; i++) rate.throttled(0);
    expect(rate.currentUnitsPerSecond).toBe(5);
    rate.delayMs(3000);
    expect(rate.currentUnitsPerSecond).toBe(35);
    rate.delayMs(600_000);
    expect(rate.currentUnitsPerSecond).toBe(100);
  });
});

describe('full jitter', () => {
  it('draws from zero to the doubled base, up to the cap', () => {
    expect(fullJitterMs(0, 50, 5000, 0)).toBe(0);
    expect(fullJitterMs(3, 50, 5000, 0.999_999)).toBe(399);
    expect(fullJitterMs(30, 50, 5000, 0.999_999)).toBe(4999);
  });
});
