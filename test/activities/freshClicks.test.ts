import { gunzipSync, gzipSync } from 'node:zlib';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCountFreshClicks } from '../../src/activities/countFreshClicks';
import { createEraseReader } from '../../src/activities/eraseReader';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import { newestFreshState } from '../../src/clients/freshStates';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { CountedFreshClicks, CountFreshClicksInput } from '../../src/contract';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { freshStatePrefix } from '../../src/domain/keys';
import { clickKey, clickObject, storedClick } from '../support/clickObjects';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';

const minuteMs = 60_000;
const noonMs = Date.parse('2026-11-23T12:00:00Z');
const input: CountFreshClicksInput = { settings: defaultFreshSettings, nowMs: noonMs, maxBytes: 1e6 };

function count(
  lake: ObjectStore,
  changes: Partial<CountFreshClicksInput> = {},
  attempt = 1,
): Promise<CountedFreshClicks> {
  const countFreshClicks = createCountFreshClicks({ lake });
  return new MockActivityEnvironment({ attempt }).run<
    [CountFreshClicksInput],
    CountedFreshClicks,
    typeof countFreshClicks
  >(countFreshClicks, { ...input, ...changes });
}

/** Readers of `article`, one click each, in an object that arrived then. */
async function arrives(
  lake: MemoryLake,
  name: string,
  article: string,
  readers: number,
  atMs: number,
): Promise<string> {
  const key = clickKey(atMs, name);
  const clicks = Array.from({ length: readers }, (_, reader) => ({
    user: `${name}-r${reader}`,
    article,
    atMs: atMs - reader,
    section: 'sport',
  }));
  await lake.put(key, clickObject(clicks));
  return key;
}

async function listsOf(lake: ObjectStore, nowMs = noonMs) {
  const { record } = await newestFreshState(lake);
  return record?.state.lists(nowMs);
}

const stateKeys = (lake: MemoryLake): string[] =>
  [...lake.objects.keys()].filter((key) => key.startsWith(freshStatePrefix)).sort();

describe('a step of the fresh loop', () => {
  it('counts what lies in the lake as it lies there: several gzip members, blank lines, heartbeats, clicks without a line end', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 7, noonMs - 2 * minuteMs);
    await arrives(lake, 'two', 'a2', 4, noonMs - 3 * minuteMs);
    const counted = await count(lake);
    expect(counted).toMatchObject({ objects: 2, objectsLeft: 0, conflicts: 0, newestClickMs: noonMs - 2 * minuteMs });
    expect(counted.lines).toMatchObject({ counted: 11, malformed: 0 });
    expect((await listsOf(lake))?.popular.articles).toEqual(['a1', 'a2']);
    expect((await listsOf(lake))?.sections.get('sport')?.articles).toEqual(['a1', 'a2']);
  });

  it('reads an object once, however often it runs', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 7, noonMs - 2 * minuteMs);
    await count(lake);
    const again = await count(lake, { nowMs: noonMs + 5 * minuteMs });
    expect(again).toMatchObject({ objects: 0, lines: { counted: 0, duplicate: 0 } });
    const { record } = await newestFreshState(lake);
    expect(record?.state.size.clicks).toBe(7);
    expect(stateKeys(lake)).toHaveLength(2);
  });

  it('reads an object again that another one has replaced, and counts only what is new in it', async () => {
    const lake = createMemoryLake();
    const clicks = [1, 2, 3].map((reader) => ({ user: `r${reader}`, article: 'a1', atMs: noonMs - minuteMs }));
    const key = clickKey(noonMs - minuteMs, 'one');
    await lake.put(key, clickObject(clicks.slice(0, 2)));
    await count(lake);
    await lake.put(key, clickObject(clicks));
    expect((await count(lake)).lines).toMatchObject({ counted: 1, duplicate: 2 });
  });

  it('finds objects that arrive late below an earlier hour, and leaves those before the window alone', async () => {
    const lake = createMemoryLake();
    await count(lake);
    await arrives(lake, 'late', 'a1', 3, noonMs - 110 * minuteMs);
    await arrives(lake, 'old', 'a2', 3, noonMs - 4 * 60 * minuteMs);
    const counted = await count(lake);
    expect(counted).toMatchObject({ objects: 1, lines: { counted: 3 } });
  });

  it('leaves to the next step what arrived after the time that it was given', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'later', 'a1', 3, noonMs + 20 * minuteMs);
    expect(await count(lake)).toMatchObject({ objects: 0, objectsLeft: 0 });
    expect(await count(lake, { nowMs: noonMs + 21 * minuteMs })).toMatchObject({ objects: 1, lines: { counted: 3 } });
  });

  it('gives the same lists in whatever order objects come', async () => {
    const arrivals: [string, string, number, number][] = [
      ['one', 'a1', 5, noonMs - 50 * minuteMs],
      ['two', 'a2', 4, noonMs - 20 * minuteMs],
      ['three', 'a1', 3, noonMs - 5 * minuteMs],
    ];
    const inOrder = createMemoryLake();
    const backwards = createMemoryLake();
    for (const arrival of arrivals) {
      await arrives(inOrder, ...arrival);
      await count(inOrder);
    }
    for (const arrival of arrivals.toReversed()) {
      await arrives(backwards, ...arrival);
      await count(backwards);
    }
    expect((await listsOf(backwards))?.popular).toEqual((await listsOf(inOrder))?.popular);
  });

  it('reads the newest objects first, as many as a step may, and the rest in the next steps', async () => {
    const lake = createMemoryLake();
    for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      await arrives(lake, name, `article-${name}`, 2, noonMs - (50 - 10 * index) * minuteMs);
    }
    const first = await count(lake, { maxBytes: 1 });
    expect(first).toMatchObject({ objects: 1, objectsLeft: 4 });
    expect((await listsOf(lake))?.popular.articles).toEqual(['article-e']);
    const sizeBytes = first.sizeBytes;
    expect(await count(lake, { maxBytes: sizeBytes * 2.5 })).toMatchObject({ objects: 2, objectsLeft: 2 });
    expect(await count(lake)).toMatchObject({ objects: 2, objectsLeft: 0 });
    expect((await listsOf(lake))?.popular.articles).toHaveLength(5);
  });

  it('remembers no reader for longer than the window, and still knows what they read', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    await count(lake);
    const laterMs = noonMs + 3 * 60 * minuteMs;
    await count(lake, { nowMs: laterMs });
    const { record } = await newestFreshState(lake);
    expect(record?.state.size).toMatchObject({ readers: 0, clicks: 0, articles: 1 });
    expect(record?.objects.size).toBe(0);
    expect((await listsOf(lake, laterMs))?.popular.articles).toEqual(['a1']);
  });

  it('skips after a long outage what is too old to matter, and says from when to when it arrived', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'before', 'a1', 3, noonMs - minuteMs);
    await count(lake);
    await arrives(lake, 'in-the-outage', 'a2', 3, noonMs + 60 * minuteMs);
    await arrives(lake, 'after', 'a3', 3, noonMs + 9 * 60 * minuteMs);
    const counted = await count(lake, { nowMs: noonMs + 9 * 60 * minuteMs });
    expect(counted).toMatchObject({
      objects: 1,
      skipped: { fromMs: noonMs, untilMs: Date.parse('2026-11-23T18:00:00Z') },
    });
    expect(await count(lake, { nowMs: noonMs + 9 * 60 * minuteMs })).not.toHaveProperty('skipped');
  });

  it('counts lines that are no clicks, and goes on with those that are', async () => {
    const lake = createMemoryLake();
    const click = storedClick({ user: 'r1', article: 'a1', atMs: noonMs - minuteMs });
    const lines = ['{"user_id":', 'null', '{"user_id":"r2"}', click, click.replace('"a1"', '"a 1"')];
    await lake.put(clickKey(noonMs - minuteMs, 'mixed'), gzipSync(lines.join('\n')));
    expect((await count(lake)).lines).toMatchObject({ counted: 1, malformed: 4 });
  });

  it('fails naming a corrupt object and has counted nothing, then sets it aside and goes on without it', async () => {
    const lake = createMemoryLake();
    const torn = clickKey(noonMs - minuteMs, 'torn');
    await arrives(lake, 'whole', 'a1', 3, noonMs - 2 * minuteMs);
    const whole = clickObject([{ user: 'r1', article: 'a9', atMs: noonMs - minuteMs }]);
    await lake.put(torn, whole.subarray(0, whole.length - 10));
    for (const attempt of [1, 2]) {
      await expect(count(lake, {}, attempt)).rejects.toMatchObject({
        type: 'ClickObjectCorrupt',
        nonRetryable: false,
        message: expect.stringContaining(`s3://lake/${torn}`),
      });
    }
    expect(stateKeys(lake)).toEqual([]);
    expect(await count(lake, {}, 3)).toMatchObject({ objects: 2, setAside: [torn], lines: { counted: 3 } });
    expect(await count(lake)).toMatchObject({ objects: 0, setAside: [] });
    expect((await newestFreshState(lake)).record?.setAside).toEqual([torn]);
    await lake.put(torn, whole);
    expect(await count(lake)).toMatchObject({ objects: 1, lines: { counted: 1 } });
  });

  it('does not take a fault of the connection for a corrupt object', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 3, noonMs - 2 * minuteMs);
    const broken: ObjectStore = { ...lake, stream: () => Promise.reject(new Error('connection reset')) };
    await expect(count(broken, {}, 3)).rejects.toThrow('connection reset');
    expect(await count(lake)).toMatchObject({ objects: 1, setAside: [] });
  });

  it('goes on from what the winner wrote when two beats count at once, and nothing is counted twice', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    let raced = false;
    const slower: ObjectStore = {
      ...lake,
      putIfAbsent: async (key, body) => {
        if (!raced) {
          raced = true;
          await count(lake);
          await arrives(lake, 'two', 'a2', 2, noonMs - minuteMs);
        }
        return lake.putIfAbsent(key, body);
      },
    };
    expect(await count(slower, { nowMs: noonMs + 1 })).toMatchObject({
      objects: 1,
      conflicts: 1,
      lines: { counted: 2 },
    });
    const { record } = await newestFreshState(lake);
    expect(record?.state.size.clicks).toBe(7);
    expect(stateKeys(lake)).toHaveLength(2);
  });

  it('knows its own write again when the answer to it was lost', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    const forgetful: ObjectStore = {
      ...lake,
      putIfAbsent: async (key, body) => {
        await lake.putIfAbsent(key, body);
        return lake.putIfAbsent(key, body);
      },
    };
    expect(await count(forgetful)).toMatchObject({ objects: 1, conflicts: 0, lines: { counted: 5 } });
  });

  it('gives up, for others to look into it, when other beats write all the time', async () => {
    const lake = createMemoryLake();
    let others = 0;
    const crowded: ObjectStore = {
      ...lake,
      putIfAbsent: async (key, body) => {
        others += 1;
        await count(lake, { nowMs: noonMs + others });
        return lake.putIfAbsent(key, body);
      },
    };
    await expect(count(crowded)).rejects.toMatchObject({ type: 'FreshStateContended', nonRetryable: false });
  });

  it('has done nothing when it dies before its write, and everything when it dies after it', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    const dies = (when: 'before' | 'after'): ObjectStore => ({
      ...lake,
      putIfAbsent: async (key, body) => {
        if (when === 'after') await lake.putIfAbsent(key, body);
        throw new Error('killed');
      },
    });
    await expect(count(dies('before'))).rejects.toThrow('killed');
    expect(stateKeys(lake)).toEqual([]);
    await expect(count(dies('after'))).rejects.toThrow('killed');
    expect(await count(lake)).toMatchObject({ objects: 0, lines: { counted: 0 } });
    expect((await newestFreshState(lake)).record?.state.size.clicks).toBe(5);
  });

  it('keeps the last six states, and falls back on an earlier one, reading again what that has not counted', async () => {
    const lake = createMemoryLake();
    for (let beat = 0; beat < 9; beat++) {
      await arrives(lake, `o${beat}`, 'a1', 1, noonMs + beat * 5 * minuteMs);
      await count(lake, { nowMs: noonMs + beat * 5 * minuteMs });
    }
    const kept = stateKeys(lake);
    expect(kept).toHaveLength(6);
    const newest = kept.at(-1) ?? '';
    await lake.put(newest, (lake.objects.get(newest) ?? Buffer.alloc(0)).subarray(0, 200));
    const again = await count(lake, { nowMs: noonMs + 40 * minuteMs });
    expect(again).toMatchObject({ objects: 1, lines: { counted: 1 } });
    expect(stateKeys(lake).at(-1)?.localeCompare(newest)).toBe(1);
    expect((await newestFreshState(lake)).record?.state.size.clicks).toBe(9);
  });

  it('does not trust a state that was changed where it lies', async () => {
    const lake = createMemoryLake();
    const { beat } = await count(lake);
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    await count(lake);
    const [, newest = ''] = stateKeys(lake);
    const text = gunzipSync(lake.objects.get(newest) ?? '').toString('latin1');
    await lake.put(newest, gzipSync(Buffer.from(text.replace('"setAside":[]', '"setAside":[0]'), 'latin1')));
    const { record, unreadable } = await newestFreshState(lake);
    expect(record?.beat).toBe(beat);
    expect(unreadable).toEqual([expect.stringContaining(`s3://lake/${newest}: it is damaged`)]);
  });

  it('begins anew, above the numbers of before, when its states are gone or were made under other settings', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    const { beat } = await count(lake);
    const settings = { ...defaultFreshSettings, maxNextLists: 7 };
    expect(await count(lake, { settings })).toMatchObject({ beat: beat + 1, objects: 1, lines: { counted: 5 } });
    for (const key of stateKeys(lake)) await lake.remove(key);
    const anew = await count(lake, { nowMs: noonMs + minuteMs });
    expect(anew).toMatchObject({ objects: 1, lines: { counted: 5 } });
    expect(anew.beat).toBeGreaterThan(beat + 1);
  });

  it('does not go back in time', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    await count(lake);
    await count(lake, { nowMs: noonMs - 6 * 60 * minuteMs });
    const { record } = await newestFreshState(lake);
    expect(record).toMatchObject({ atMs: noonMs });
    expect(record?.objects.size).toBe(1);
  });

  it('ends at once when it is cancelled, and writes nothing', async () => {
    const lake = createMemoryLake();
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    const environment = new MockActivityEnvironment();
    environment.on('heartbeat', () => environment.cancel('CANCELLED'));
    const countFreshClicks = createCountFreshClicks({ lake });
    await expect(
      environment.run<[CountFreshClicksInput], CountedFreshClicks, typeof countFreshClicks>(countFreshClicks, input),
    ).rejects.toThrow(CancelledFailure);
    expect(stateKeys(lake)).toEqual([]);
  });
});

describe('a reader who is forgotten', () => {
  async function house() {
    const lake = createMemoryLake();
    const readerItems = createMemoryReaderItems();
    readerItems.requests.set(readerHash('one-r0'), 'one-r0');
    const erase = (store: ObjectStore = lake): Promise<{ deleted: number; left: number }> =>
      new MockActivityEnvironment().run(createEraseReader({ lake: store, readerItems }), {
        hash: readerHash('one-r0'),
      });
    await arrives(lake, 'one', 'a1', 5, noonMs - 3 * minuteMs);
    return { lake, erase };
  }

  it('is not counted from then on', async () => {
    const { lake } = await house();
    await registerErasure(lake, readerHash('one-r0'));
    expect((await count(lake)).lines).toMatchObject({ counted: 4, erased: 1 });
  });

  it('leaves the state, and every earlier one, also when the erasure is tried again', async () => {
    const { lake, erase } = await house();
    await count(lake);
    await count(lake, { nowMs: noonMs + minuteMs });
    await erase();
    const { record } = await newestFreshState(lake);
    expect(record?.state.size).toMatchObject({ readers: 4, clicks: 4 });
    expect(stateKeys(lake)).toHaveLength(1);
    await erase();
    expect(stateKeys(lake)).toHaveLength(1);
    expect(await count(lake, { nowMs: noonMs + 2 * minuteMs })).toMatchObject({ objects: 0 });
  });

  it('is out of the state of a beat that was under way at that moment', async () => {
    const { lake, erase } = await house();
    await count(lake, { maxBytes: 1 });
    await arrives(lake, 'two', 'a2', 2, noonMs - minuteMs);
    let raced = false;
    const slower: ObjectStore = {
      ...lake,
      putIfAbsent: async (key, body) => {
        if (!raced) {
          raced = true;
          await erase();
        }
        return lake.putIfAbsent(key, body);
      },
    };
    expect(await count(slower)).toMatchObject({ conflicts: 1, lines: { counted: 2 } });
    expect((await newestFreshState(lake)).record?.state.size.readers).toBe(6);
  });

  it('is out of the state also when a beat writes while the erasure does', async () => {
    const { lake, erase } = await house();
    await count(lake, { maxBytes: 1 });
    let raced = false;
    await erase({
      ...lake,
      putIfAbsent: async (key, body) => {
        if (!raced) {
          raced = true;
          await arrives(lake, 'two', 'a2', 2, noonMs - minuteMs);
          await count(lake);
        }
        return lake.putIfAbsent(key, body);
      },
    });
    expect((await newestFreshState(lake)).record?.state.size.readers).toBe(6);
    expect(stateKeys(lake)).toHaveLength(1);
  });
});
