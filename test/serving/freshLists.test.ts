import { createFreshLists, type FreshListsOptions, type LookUp } from '../../src/serving/freshLists';
import { CircuitOpen } from '../../src/serving/guardedReads';
import { FakeReader, scored } from './fakeReader';

const startMs = Date.parse('2026-11-23T06:00:00Z');
const ampleMs = 20_000;

function setUp(options: Partial<FreshListsOptions> = {}) {
  const reader = new FakeReader();
  const clock = { nowMs: startMs };
  const failures: unknown[] = [];
  const lookUps: string[] = [];
  const lists = createFreshLists({
    read: (articleId) => reader.nextList(articleId),
    guardedRead: (read) => read(),
    cacheSeconds: 5,
    maxEntries: 3,
    now: () => clock.nowMs,
    onFailure: (error) => failures.push(error),
    onLookUp: ({ result, from }: LookUp) => lookUps.push(`${result} ${from}`),
    ...options,
  });
  const put = (articleId: string, articles: string, beat = 1, expiresAt = 4_000_000_000): void =>
    reader.putFresh(`next ${articleId}`, articles, { beat, atMs: startMs, expiresAt });
  /** The articles of one list. */
  const find = async (name: string): Promise<string | undefined> =>
    (await lists.find([name], ampleMs)).lists.get(name)?.articles.join(' ');
  return { reader, clock, failures, lookUps, lists, put, find };
}

describe('fresh lists in memory', () => {
  it('are read at once, and each is kept for a moment, also that there is none', async () => {
    const { lists, reader, put, clock, lookUps } = setUp();
    put('c1', 'n1 n2');
    const found = { lists: new Map([['c1', scored('n1 n2')]]), complete: true };
    expect(await lists.find(['c1', 'c2'], ampleMs)).toEqual(found);
    clock.nowMs += 4_999;
    expect(await lists.find(['c1', 'c2'], ampleMs)).toEqual(found);
    expect(reader.asked).toEqual(['next c1', 'next c2']);
    clock.nowMs += 1;
    await lists.find(['c2'], ampleMs);
    expect(reader.asked).toEqual(['next c1', 'next c2', 'next c2']);
    expect(lookUps).toEqual(['found table', 'absent table', 'found memory', 'absent memory', 'absent table']);
  });

  it('take no more memory than they may: what was read longest ago goes first', async () => {
    const { find, reader, put, clock } = setUp();
    for (const name of ['c1', 'c2', 'c3', 'c4']) put(name, name);
    for (const name of ['c1', 'c2', 'c3']) await find(name);
    clock.nowMs += 5_000;
    for (const name of ['c1', 'c4', 'c1', 'c2']) expect(await find(name)).toBe(name);
    expect(reader.asked.slice(3)).toEqual(['next c1', 'next c4', 'next c2']);
  });

  it('do not go back to an earlier beat, nor to none, while the later one may be used', async () => {
    const { find, put, clock, reader } = setUp();
    put('c1', 'later', 2, startMs / 1000 + 60);
    await find('c1');
    put('c1', 'earlier', 1);
    clock.nowMs += 5_000;
    expect(await find('c1')).toBe('later');
    reader.fresh.clear();
    clock.nowMs += 5_000;
    expect(await find('c1')).toBe('later');
    put('c1', 'earlier', 1);
    clock.nowMs += 50_000;
    expect(await find('c1')).toBe('earlier');
  });

  it('are absent when they have expired, in memory as in the table', async () => {
    const { find, put, clock } = setUp();
    put('c1', 'n1', 1, startMs / 1000 + 2);
    expect(await find('c1')).toBe('n1');
    clock.nowMs += 2_000;
    expect(await find('c1')).toBeUndefined();
    clock.nowMs += 5_000;
    expect(await find('c1')).toBeUndefined();
  });

  it('are those last known where the table does not answer, and missing where none is known', async () => {
    const { lists, reader, put, clock, failures, lookUps } = setUp();
    put('c1', 'n1');
    await lists.find(['c1'], ampleMs);
    clock.nowMs += 5_000;
    reader.failing.add('*');
    expect(await lists.find(['c1'], ampleMs)).toEqual({ lists: new Map([['c1', scored('n1')]]), complete: true });
    expect(await lists.find(['c2'], ampleMs)).toEqual({ lists: new Map(), complete: false });
    expect(failures).toHaveLength(2);
    expect(lookUps).toEqual(['found table', 'found table', 'failed table']);
    reader.failing.clear();
    expect((await lists.find(['c2'], ampleMs)).complete).toBe(true);
  });

  it('are missing without being told of one by one while the circuit is open', async () => {
    const { lists, failures } = setUp({ guardedRead: () => Promise.reject(new CircuitOpen('left alone')) });
    expect(await lists.find(['c1'], ampleMs)).toEqual({ lists: new Map(), complete: false });
    expect(failures).toEqual([]);
  });

  it('that cannot be read are told of, and not asked for again at once', async () => {
    const { lists, reader, failures } = setUp();
    reader.unreadable.add('next c1');
    for (let request = 0; request < 3; request++) {
      expect(await lists.find(['c1'], ampleMs)).toEqual({ lists: new Map(), complete: true });
    }
    expect(failures).toMatchObject([{ message: 'next c1 cannot be read' }]);
  });
});
