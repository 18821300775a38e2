import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCountFreshClicks } from '../../src/activities/countFreshClicks';
import { defaultReplaceOptions, type ReplaceOptions } from '../../src/activities/pacedReplace';
import { createPublishFreshLists } from '../../src/activities/publishFreshLists';
import type {
  CountedFreshClicks,
  CountFreshClicksInput,
  PublishedFreshLists,
  PublishFreshListsInput,
} from '../../src/contract';
import { anyDoor } from '../../src/domain/door';
import { parsePopular, parseScored } from '../../src/domain/freshItem';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { freshDoorPk, freshPopularPk, freshSectionPk, freshStatePrefix, nextListPk } from '../../src/domain/keys';
import { clickKey, clickObject, type TestClick } from '../support/clickObjects';
import { createMemoryFreshTable, type MemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';

const minuteMs = 60_000;
const noonMs = Date.parse('2026-11-23T12:00:00Z');
const options: ReplaceOptions = { ...defaultReplaceOptions, unitsPerSecond: 1e6, retryBaseMs: 1, retryCapMs: 5 };

function count(lake: MemoryLake, nowMs = noonMs): Promise<CountedFreshClicks> {
  const countFreshClicks = createCountFreshClicks({ lake });
  const input: CountFreshClicksInput = { settings: defaultFreshSettings, nowMs, maxBytes: 1e6 };
  return new MockActivityEnvironment().run<[CountFreshClicksInput], CountedFreshClicks, typeof countFreshClicks>(
    countFreshClicks,
    input,
  );
}

function publish(
  lake: MemoryLake,
  freshTable: MemoryFreshTable,
  changes: Partial<ReplaceOptions> = {},
  environment = new MockActivityEnvironment(),
): Promise<PublishedFreshLists> {
  const publishFreshLists = createPublishFreshLists({ lake, freshTable }, { ...options, ...changes });
  return environment.run<[PublishFreshListsInput], PublishedFreshLists, typeof publishFreshLists>(publishFreshLists, {
    keepMinutes: 180,
  });
}

/** Ten readers go from a1 to a2, four from a1 to a3, in a lake and a table of their own. */
async function house() {
  const lake = createMemoryLake();
  const clicks = Array.from({ length: 14 }, (_, reader): TestClick[] => [
    { user: `r${reader}`, article: 'a1', atMs: noonMs - 9 * minuteMs, section: 'sport' },
    { user: `r${reader}`, article: reader < 10 ? 'a2' : 'a3', atMs: noonMs - 8 * minuteMs, section: 'news' },
  ]).flat();
  await lake.put(clickKey(noonMs - 8 * minuteMs, 'one'), clickObject(clicks));
  const { beat } = await count(lake);
  return { lake, table: createMemoryFreshTable(), beat };
}

const listOf = (table: MemoryFreshTable, pk: string): string => table.items.get(pk)?.list ?? '';

describe('publishing the fresh lists', () => {
  it('writes the popular list, the lists of sections, and what is read next after an article', async () => {
    const { lake, table, beat } = await house();
    const published = await publish(lake, table);
    expect(published).toMatchObject({ beat, superseded: 0, unchanged: 0, sections: 2, top: ['a1', 'a2', 'a3'] });
    expect(published.written).toBe(table.items.size);
    expect(parsePopular(listOf(table, freshPopularPk)).articles).toEqual(['a1', 'a2', 'a3']);
    expect(parseScored(listOf(table, freshSectionPk('news'))).articles).toEqual(['a2', 'a3']);
    expect(parseScored(listOf(table, nextListPk('a1'))).articles).toEqual(['a2', 'a3']);
    expect(parseScored(listOf(table, freshDoorPk(anyDoor))).articles[0]).toBe('a1');
    expect(table.items.get(nextListPk('a1'))).toMatchObject({
      beat,
      atMs: noonMs,
      expiresAt: noonMs / 1000 + 180 * 60,
    });
    expect(table.written[0]).toBe(freshPopularPk);
  });

  it('changes nothing when it is tried again', async () => {
    const { lake, table } = await house();
    await publish(lake, table);
    const before = new Map(table.items);
    expect(await publish(lake, table)).toMatchObject({ written: 0, superseded: 1 });
    expect(table.items).toEqual(before);
  });

  it('writes at the next beat the popular list, whose time tells that the loop is alive, and else what has changed', async () => {
    const { lake, table } = await house();
    await publish(lake, table);
    const news = listOf(table, freshSectionPk('news'));
    const sport = [{ user: 'r99', article: 'a9', atMs: noonMs, section: 'sport' }];
    await lake.put(clickKey(noonMs, 'two'), clickObject(sport));
    await count(lake, noonMs + 1);
    table.written.length = 0;
    await publish(lake, table);
    expect(table.written).toContain(freshPopularPk);
    expect(table.written).toContain(freshSectionPk('sport'));
    expect(table.written).not.toContain(nextListPk('a1'));
    expect(listOf(table, freshSectionPk('news'))).toBe(news);
    expect(table.items.get(freshPopularPk)?.atMs).toBe(noonMs + 1);
  });

  it('writes an unchanged list again before it expires, and one that somebody removed', async () => {
    const { lake, table } = await house();
    await publish(lake, table);
    const item = table.items.get(nextListPk('a1'));
    if (item === undefined) throw new Error('a1 has no next list');
    await count(lake, noonMs + 1);
    table.items.delete(freshSectionPk('news'));
    table.items.set(item.pk, { ...item, expiresAt: noonMs / 1000 + 80 * 60 });
    table.written.length = 0;
    await publish(lake, table);
    expect(table.written.toSorted()).toEqual([freshPopularPk, freshSectionPk('news'), nextListPk('a1')]);
    expect(table.items.get(nextListPk('a1'))?.expiresAt).toBeGreaterThan(noonMs / 1000 + 179 * 60);
  });

  it('leaves alone what a later beat has published', async () => {
    const { lake, table } = await house();
    const later = { pk: freshPopularPk, list: 'later', beat: 4_000_000_000, atMs: noonMs, expiresAt: 4_000_000_000 };
    table.items.set(freshPopularPk, later);
    expect(await publish(lake, table)).toMatchObject({ superseded: 1 });
    expect(table.items.get(freshPopularPk)).toEqual(later);
  });

  it('publishes in the end what the table throttled at first', async () => {
    const { lake, table } = await house();
    const refusals = new Map<string, number>();
    table.throttle = ({ pk }) => {
      refusals.set(pk, (refusals.get(pk) ?? 0) + 1);
      return (refusals.get(pk) ?? 0) <= 2;
    };
    const { written } = await publish(lake, table);
    expect(written).toBe(table.items.size);
    expect(table.items.size).toBeGreaterThan(3);
  });

  it('fails, to be tried again, when the table throttles for too long', async () => {
    const { lake, table } = await house();
    table.throttle = ({ pk }) => pk === freshPopularPk;
    await expect(publish(lake, table, { refusedForMs: 30 })).rejects.toMatchObject({
      type: 'LoadThrottled',
      nonRetryable: false,
      message: expect.stringContaining(`pk=${freshPopularPk}`),
    });
  });

  it('ends at once when it is cancelled', async () => {
    const { lake, table } = await house();
    table.throttle = () => true;
    const environment = new MockActivityEnvironment();
    const publishing = publish(lake, table, {}, environment);
    setTimeout(() => environment.cancel('CANCELLED'), 20);
    await expect(publishing).rejects.toThrow(CancelledFailure);
  });

  it('says so when there is no state to publish from', async () => {
    const lake = createMemoryLake();
    await expect(publish(lake, createMemoryFreshTable())).rejects.toMatchObject({ type: 'FreshStateMissing' });
    await lake.put(`${freshStatePrefix}0000000001.gz`, 'no gzip');
    await expect(publish(lake, createMemoryFreshTable())).rejects.toMatchObject({ type: 'FreshStateMissing' });
  });
});
