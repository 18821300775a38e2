import { createFreshPopular } from '../../src/serving/freshPopular';
import { FakeReader, popularTable } from './fakeReader';

const startMs = Date.parse('2026-11-23T06:00:00Z');
const ampleMs = 20_000;

function setUp() {
  const reader = new FakeReader();
  const clock = { nowMs: startMs };
  const failures: unknown[] = [];
  const fresh = createFreshPopular({
    read: () => reader.freshPopular(),
    rule: { cacheSeconds: 5, maxAgeSeconds: 900 },
    now: () => clock.nowMs,
    onFailure: (error) => failures.push(error),
  });
  const put = (beat: number, atMs = clock.nowMs): void => {
    reader.popular = { list: popularTable(`f${beat}`), beat, atMs, expiresAt: 4_000_000_000 };
  };
  const beat = async (): Promise<number | undefined> => (await fresh.current(ampleMs))?.beat;
  return { reader, clock, failures, fresh, put, beat };
}

/** Lets a look that nobody waits for come to its end. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the fresh popular list in memory', () => {
  it('is waited for when nothing is known, by all who ask in one look', async () => {
    const { beat, put, reader } = setUp();
    put(1);
    expect(await Promise.all([beat(), beat(), beat()])).toEqual([1, 1, 1]);
    expect(reader.asked).toHaveLength(1);
  });

  it('is looked at again after a few seconds, and nobody waits for that', async () => {
    const { beat, put, reader, clock, fresh } = setUp();
    put(1);
    await beat();
    put(2);
    clock.nowMs += 4_999;
    expect(await beat()).toBe(1);
    expect(reader.asked).toHaveLength(1);
    clock.nowMs += 1;
    expect(fresh.current(ampleMs)).toMatchObject({ beat: 1 });
    await settled();
    expect(fresh.current(ampleMs)).toMatchObject({ beat: 2 });
    expect(reader.asked).toHaveLength(2);
  });

  it('is waited for again in a process that nobody asked for a while', async () => {
    const { beat, put, clock } = setUp();
    put(1);
    await beat();
    put(2);
    clock.nowMs += 10_000;
    expect(await beat()).toBe(2);
  });

  it('does not go back to an earlier beat, nor to none, while the later one may be used', async () => {
    const { beat, put, clock, reader } = setUp();
    put(2);
    await beat();
    put(1);
    clock.nowMs += 10_000;
    expect(await beat()).toBe(2);
    reader.popular = undefined;
    clock.nowMs += 10_000;
    expect(await beat()).toBe(2);
  });

  it('begins anew with a loop that counts its beats from the start, once the last list may not be used any more', async () => {
    const { beat, put, clock } = setUp();
    put(500);
    await beat();
    clock.nowMs += 900_000;
    put(1);
    expect(await beat()).toBe(1);
  });

  it('stays in use while looks fail, until it is too old, and its age is known on', async () => {
    const { beat, put, clock, reader, failures, fresh } = setUp();
    expect(fresh.ageSeconds()).toBeUndefined();
    put(1);
    await beat();
    reader.failing.add('fresh popular');
    clock.nowMs += 899_000;
    expect(await beat()).toBe(1);
    expect(failures).toHaveLength(1);
    clock.nowMs += 1_000;
    expect(await beat()).toBeUndefined();
    expect(fresh.ageSeconds()).toBe(900);
  });

  it('is left alone for a while after a look that failed', async () => {
    const { beat, put, clock, reader } = setUp();
    reader.failing.add('fresh popular');
    expect(await beat()).toBeUndefined();
    reader.failing.clear();
    put(1);
    clock.nowMs += 4_999;
    expect(await beat()).toBeUndefined();
    clock.nowMs += 1;
    expect(await beat()).toBe(1);
  });
});
