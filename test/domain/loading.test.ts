import { BatchWindow, type PendingItem } from '../../src/domain/batches';
import { fullJitterMs } from '../../src/domain/jitter';
import { readShardItem, type ShardItem, shardLineOf } from '../../src/domain/shardItem';
import { InvalidShardLine, parseShardLine } from '../../src/domain/storedList';
import { defaultWriteRate, refusedBy, WriteRate } from '../../src/domain/writeRate';

const sk = 'v#2026-11-23.01';
const line = (user: string, articles = 'a1 a2'): string =>
  `{"Item":{"pk":{"S":"u#${user}"},"sk":{"S":"${sk}"},"articles":{"S":"${articles}"},"expires_at":{"N":"1765152000"}}}`;
const item = (user: string, articles?: string): ShardItem => readShardItem(line(user, articles), sk);

describe('a shard line', () => {
  it('is read into a list', () => {
    expect(parseShardLine(line('r1'))).toEqual({ pk: 'u#r1', sk, articles: 'a1 a2', expiresAt: 1_765_152_000 });
  });

  it.each([
    ['{"Item":', 'not JSON'],
    ['{}', 'expires_at.N is missing'],
    [line('r1').replace('"pk"', '"pq"'), 'pk.S is missing'],
    [line('r1').replace('1765152000', 'soon'), 'expires_at is not a whole number'],
    [line('r1').replace('{"S":"a1 a2"}', '{"S":""}'), 'articles.S is missing'],
    ['null', 'missing'],
  ])('of another form is refused: %s', (text, message) => {
    for (const read of [parseShardLine, (one: string) => readShardItem(one, sk)]) {
      expect(() => read(text)).toThrow(InvalidShardLine);
      expect(() => read(text)).toThrow(message);
    }
  });

  it.each([
    ['as the trainer writes it', line('r1')],
    ['with spaces', line('r1').replaceAll(':', ' : ')],
    ['with escapes', line(String.raw`r\"1é`)],
    ['in other order', line('r1').replace(/("pk":\{.*?\}),("sk":\{.*?\})/, '$2,$1')],
    ['beyond ASCII', line('ré€😀')],
  ])('keeps its text and says the same however it is read: %s', (_what, text) => {
    expect(readShardItem(text, sk)).toEqual({ ...parseShardLine(text), line: text });
  });

  it('with a raw control character is no JSON, so it does not pass as plain text either', () => {
    expect(() => item('r\u00011')).toThrow('not JSON');
  });

  it('of another version is refused, so that no load touches what is live', () => {
    expect(() => readShardItem(line('r1'), 'v#2026-11-24.01')).toThrow("sk is 'v#2026-11-23.01'");
  });

  it('is refused when its item is larger than DynamoDB takes, counted in bytes', () => {
    expect(item('r1', 'a'.repeat(409_000)).pk).toBe('u#r1');
    expect(() => item('r1', 'é'.repeat(209_000))).toThrow('400 KB');
  });

  it('is made of a list, and read back', () => {
    const list = { pk: 'u#"r1"', sk, articles: 'a1 a2', expiresAt: 5 };
    expect(parseShardLine(shardLineOf(list))).toEqual(list);
  });
});

describe('the window of lines under way', () => {
  const filled = (count: number, limits?: ConstructorParameters<typeof BatchWindow>[1], firstLine = 0): BatchWindow => {
    const window = new BatchWindow(firstLine, limits);
    for (let i = 0; i < count; i++) window.add(item(`r${i}`));
    return window;
  };
  const users = (batch: readonly PendingItem[]): string[] => batch.map(({ item: { pk } }) => pk);
  const write = (window: BatchWindow, batch: readonly PendingItem[]): void => {
    for (const pending of batch) window.wasWritten(pending);
  };

  it('cuts batches of 25 in order', () => {
    const window = filled(60);
    const batches = [window.takeBatch(0), window.takeBatch(0), window.takeBatch(0), window.takeBatch(0)];
    expect(batches.map((batch) => batch.length)).toEqual([25, 25, 10, 0]);
    expect(users(batches.flat())).toEqual(Array.from({ length: 60 }, (_, i) => `u#r${i}`));
  });

  it('cuts a batch before it is larger than a request may be', () => {
    const window = filled(10, { items: 25, bytes: 3000 });
    expect(window.takeBatch(0).length).toBeLessThan(10);
    const alone = filled(1, { items: 25, bytes: 10 });
    expect(alone.takeBatch(0)).toHaveLength(1);
  });

  it('knows how far the shard is done without a gap, in whatever order batches are written', () => {
    const window = filled(60, undefined, 100);
    const [first, second] = [window.takeBatch(0), window.takeBatch(0)];
    write(window, second);
    expect(window.linesDone).toBe(100);
    write(window, first.slice(0, 24));
    expect(window.linesDone).toBe(124);
    write(window, first.slice(24));
    expect(window.linesDone).toBe(150);
    expect(window.size).toBe(10);
  });

  it('keeps count over many lines', () => {
    const window = new BatchWindow(0);
    for (let i = 0; i < 5000; i++) {
      window.add(item(`r${i}`));
      if (window.hasFullBatch) write(window, window.takeBatch(0));
    }
    expect([window.linesDone, window.size]).toEqual([5000, 0]);
  });

  it('sends again what was refused when its delay is over, in one batch with new lines', () => {
    const window = filled(40);
    const [refused, ...written] = window.takeBatch(0);
    if (refused === undefined) throw new Error('the batch is empty');
    write(window, written);
    window.wasRefused(refused, 0, (refusals) => 100 * 2 ** refusals);
    expect(window.nextDueAtMs).toBe(100);
    expect(users(window.takeBatch(99))).not.toContain('u#r0');
    window.add(item('r40'));
    expect(users(window.takeBatch(100))).toEqual(['u#r0', 'u#r40']);
    window.wasRefused(refused, 100, (refusals) => 100 * 2 ** refusals);
    expect(window.nextDueAtMs).toBe(300);
    expect(refused.firstRefusedAtMs).toBe(0);
  });

  it('holds a key from when it is read until it is written', () => {
    const window = filled(1);
    expect(window.holds(item('r0', 'a9'))).toBe(true);
    write(window, window.takeBatch(0));
    expect(window.holds(item('r0', 'a9'))).toBe(false);
  });
});

describe('the write rate', () => {
  /** Writes batches of 25 for so long against a table that takes `capacity` units a second; what was written and refused. */
  function simulate(rate: WriteRate, capacity: number, fromMs: number, untilMs: number) {
    let tokens = capacity;
    let refilledAtMs = fromMs;
    const seen = { written: 0, requests: 0, refused: 0 };
    for (let nowMs = fromMs; nowMs < untilMs; ) {
      nowMs += rate.take(25, nowMs);
      nowMs += rate.pausedForMs(nowMs);
      tokens = Math.min(capacity, tokens + ((nowMs - refilledAtMs) / 1000) * capacity);
      refilledAtMs = nowMs;
      const taken = Math.min(25, Math.floor(tokens));
      tokens -= taken;
      seen.written += taken;
      seen.requests += 1;
      rate.settle(taken === 25 ? 25 : taken, taken, nowMs);
      if (taken < 25) {
        seen.refused += 1;
        rate.refused('table', nowMs);
      }
    }
    return seen;
  }

  it('keeps to what is allowed, whatever a single batch consumed', () => {
    const rate = new WriteRate(100, 0);
    const { written } = simulate(rate, 1e6, 0, 60_000);
    expect(written).toBeLessThanOrEqual(100 * 60 + 50);
    expect(written).toBeGreaterThanOrEqual(100 * 59);
  });

  it('lets nothing out while in debt, and pays a debt back in time', () => {
    const rate = new WriteRate(100, 0);
    expect(rate.take(25, 0)).toBe(0);
    rate.settle(25, 600, 0);
    expect(rate.take(25, 0)).toBe(6000);
    expect(new WriteRate(100, 0).take(25, 0)).toBe(0);
  });

  it('does not let a rest become a burst of more than half a second', () => {
    const rate = new WriteRate(100, 0);
    expect(rate.take(50, 60_000)).toBe(0);
    expect(rate.take(25, 60_000)).toBe(0);
    expect(rate.take(25, 60_000)).toBeGreaterThan(0);
  });

  it.each([400, 1500, 1900])(
    'finds a table that takes %d of the 2000 units a second it is told, and holds it',
    (capacity) => {
      const rate = new WriteRate(2000, 0);
      simulate(rate, capacity, 0, 30_000);
      const { written, requests, refused } = simulate(rate, capacity, 30_000, 330_000);
      expect(written / (300 * capacity)).toBeGreaterThan(0.95);
      expect(refused / requests).toBeLessThan(0.02);
    },
  );

  it('finds more when the table takes more', () => {
    const rate = new WriteRate(2000, 0);
    simulate(rate, 300, 0, 30_000);
    simulate(rate, 1500, 30_000, 90_000);
    expect(simulate(rate, 1500, 90_000, 150_000).written / (60 * 1500)).toBeGreaterThan(0.95);
  });

  it('falls once for all that was under way, never below its floor', () => {
    const rate = new WriteRate(1000, 0);
    for (let i = 0; i < 20; i++) rate.refused('table', 0);
    expect(rate.currentUnitsPerSecond).toBe(500);
    for (let second = 1; second <= 100; second++) rate.refused('table', second * 600);
    expect(rate.currentUnitsPerSecond).toBe(defaultWriteRate.minUnitsPerSecond);
  });

  it('does not fall for one partition while the table as a whole takes what is sent', () => {
    const rate = new WriteRate(1000, 0);
    for (let ms = 0; ms < 3000; ms += 25) rate.settle(rate.take(25, ms) >= 0 ? 25 : 0, 25, ms);
    rate.refused('partition', 3000);
    expect(rate.currentUnitsPerSecond).toBe(1000);
    rate.refused('table', 3600);
    expect(rate.currentUnitsPerSecond).toBeLessThanOrEqual(920);
  });

  it('does not try a limit of the account again for a minute', () => {
    const rate = new WriteRate(1000, 0);
    rate.refused('account', 0);
    rate.take(0, 59_000);
    expect(rate.currentUnitsPerSecond).toBe(500);
    rate.take(0, 62_000);
    expect(rate.currentUnitsPerSecond).toBeGreaterThan(500);
  });

  it.each([
    [[], 'table'],
    [['TableWriteProvisionedThroughputExceeded'], 'table'],
    [['TableWriteKeyRangeThroughputExceeded', 'IndexWriteKeyRangeThroughputExceeded'], 'partition'],
    [['TableWriteKeyRangeThroughputExceeded', 'TableWriteProvisionedThroughputExceeded'], 'table'],
    [['TableWriteAccountLimitExceeded'], 'account'],
    [['TableWriteMaxOnDemandThroughputExceeded'], 'account'],
  ] as const)('reads the reasons %j as a limit of the %s', (reasons, by) => {
    expect(refusedBy(reasons)).toBe(by);
  });
});

describe('full jitter', () => {
  it('draws from zero to the doubled base, up to the cap', () => {
    expect(fullJitterMs(0, 50, 5000, 0)).toBe(0);
    expect(fullJitterMs(3, 50, 5000, 0.999_999)).toBe(399);
    expect(fullJitterMs(30, 50, 5000, 0.999_999)).toBe(4999);
  });
});
