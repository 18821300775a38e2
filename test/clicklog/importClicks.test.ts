/** Logs in our own format: what is read, how it is sorted and shifted, and what is left when it fails. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { daysOf, readHour } from '../../src/clicklog/hourFiles';
import { type ImportProgress, importClickLog } from '../../src/clicklog/importClickLog';
import { heartbeatLine } from '../../src/domain/click';
import { parseRunDate } from '../../src/domain/runDate';
import { clickAt, contentOf, folderOf, fullDay, linesOf, temporaryFolder } from './logFixtures';

let to: string;
beforeEach(() => {
  to = join(temporaryFolder(), 'imported');
});

const day = parseRunDate('2025-03-01');

test('clicks are put into the hour of their event time and sorted by time, then event id', async () => {
  const from = folderOf({
    'b.ndjson': linesOf(
      clickAt('2025-03-02T00:00:00.000Z', 'after-midnight'),
      clickAt('2025-03-01T23:59:59.999Z', 'b'),
      clickAt('2025-03-01T23:59:59.999Z', 'a'),
    ),
    'deep/er/a.ndjson.gz': linesOf(clickAt('2025-03-01T23:00:00.000Z', 'first')),
  });

  const summary = await importClickLog({ from, to });

  expect(Object.keys(contentOf(to))).toEqual(['dt=2025-03-01/hr=23.ndjson.gz', 'dt=2025-03-02/hr=00.ndjson.gz']);
  expect((await readHour(to, day, 23)).map((click) => click.event_id)).toEqual(['first', 'a', 'b']);
  expect(await daysOf(to)).toEqual(['2025-03-01', '2025-03-02']);
  expect(summary).toMatchObject({
    format: 'clicks',
    files: 2,
    clicks: 4,
    days: [
      { day: '2025-03-01', clicks: 3, readers: 3, articles: 1 },
      { day: '2025-03-02', clicks: 1, readers: 1, articles: 1 },
    ],
    shiftDays: 0,
  });
});

test('a click keeps all its fields, and an hour without clicks reads as empty', async () => {
  const click = clickAt('2025-03-01T10:00:00.000Z', 'e1', {
    section: 'sport',
    session_id: 's1',
    referrer: 'with "quotes", }{ and\u00e9 ünïcode',
  });
  await importClickLog({ from: folderOf({ 'log.ndjson': linesOf(click) }), to });
  expect(await readHour(to, day, 10)).toEqual([click]);
  expect(await readHour(to, day, 11)).toEqual([]);
});

test('lake objects are read with several gzip members, heartbeats, blank lines and clicks glued together', async () => {
  const [first, second, third] = ['1', '2', '3'].map((id) => linesOf(clickAt('2025-03-01T10:00:00.000Z', id)));
  const object = Buffer.concat([
    gzipSync(`${first?.trim()}${second}\n`),
    gzipSync(heartbeatLine('c1', 0)),
    gzipSync(third?.trim() ?? ''),
  ]);
  const summary = await importClickLog({ from: folderOf({ 'stream-1-2025-uuid.gz': object }), to });
  expect(summary.clicks).toBe(3);
});

test('one file is a log too, whatever its name', async () => {
  const dir = folderOf({ 'clicks.txt': linesOf(clickAt('2025-03-01T10:00:00.000Z', '1')) });
  expect(await importClickLog({ from: join(dir, 'clicks.txt'), to })).toMatchObject({ files: 1, clicks: 1 });
});

test('clicks with the same event id are all kept', async () => {
  const twice = linesOf(clickAt('2025-03-01T10:00:00.000Z', 'same'), clickAt('2025-03-01T10:00:00.000Z', 'same'));
  expect(await importClickLog({ from: folderOf({ 'log.ndjson': twice }), to })).toMatchObject({ clicks: 2 });
});

test('two imports of the same clicks are equal to the byte, however they are spread over files', async () => {
  const clicks = fullDay('2025-03-01', 40);
  const other = `${to}-again`;
  await importClickLog({ from: folderOf({ 'log.ndjson': linesOf(...clicks) }), to });
  await importClickLog({
    from: folderOf({
      '1.ndjson.gz': linesOf(...clicks.slice(500)),
      '2.ndjson': linesOf(...clicks.slice(0, 500).toReversed()),
    }),
    to: other,
  });
  expect(contentOf(other)).toEqual(contentOf(to));
});

describe('moved to a run date', () => {
  const runDate = parseRunDate('2026-11-23');
  const log = () =>
    folderOf({
      'log.ndjson': linesOf(
        clickAt('2025-02-27T08:00:00.250Z', 'history'),
        ...fullDay('2025-03-01'),
        clickAt('2025-03-02T00:00:00.000Z', 'later'),
      ),
    });

  test('the last full day becomes the run date, earlier days keep their distance, later ones are left out', async () => {
    const summary = await importClickLog({ from: log(), to, shiftToRunDate: runDate });
    expect(await daysOf(to)).toEqual(['2026-11-21', '2026-11-23']);
    expect(await readHour(to, parseRunDate('2026-11-21'), 8)).toEqual([clickAt('2026-11-21T08:00:00.250Z', 'history')]);
    expect(summary).toMatchObject({ logDay: '2025-03-01', runDate, shiftDays: 632, clicks: 25, clicksAfterLogDay: 1 });
  });

  test('the log day can be named', async () => {
    const logDay = parseRunDate('2025-02-27');
    const summary = await importClickLog({ from: log(), to, shiftToRunDate: runDate, logDay });
    expect(await daysOf(to)).toEqual(['2026-11-23']);
    expect(summary).toMatchObject({ logDay, clicks: 1, clicksAfterLogDay: 25 });
  });

  test('a named day without clicks is refused', async () => {
    const logDay = parseRunDate('2024-01-01');
    await expect(importClickLog({ from: log(), to, shiftToRunDate: runDate, logDay })).rejects.toThrow(
      /there is no click of 2024-01-01 in .*: it has 2025-02-27 to 2025-03-02/,
    );
  });

  test('a log without a full day asks for the day', async () => {
    const from = folderOf({ 'log.ndjson': linesOf(...fullDay('2025-03-01').slice(1)) });
    await expect(importClickLog({ from, to, shiftToRunDate: runDate })).rejects.toThrow(/name the day/);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['no JSON', 'hello', 'the line is not JSON'],
    ['a click without a reader', '{"event_id":"e","article_id":"a"}', 'user_id is missing'],
    ['an unknown field', '{"colour":"red"}', 'colour is not a field of a click'],
    ['a time without a zone', linesOf(clickAt('2025-03-01T10:00:00', 'e')).trim(), 'occurred_at must be a UTC time'],
  ])('%s is named with file, line and reason', async (_what, line, reason) => {
    const from = folderOf({ 'log.ndjson': `${linesOf(clickAt('2025-03-01T10:00:00.000Z', '1'))}\n${line}\n` });
    const message = await importClickLog({ from, to }).catch(String);
    expect(message).toContain(`${join(from, 'log.ndjson')}:3: ${reason}`);
  });

  test('bad lines are skipped and counted when that is asked for', async () => {
    const from = folderOf({ 'log.ndjson': `oops\n${linesOf(clickAt('2025-03-01T10:00:00.000Z', '1'))}{}\n` });
    const summary = await importClickLog({ from, to, skipBadLines: true });
    expect(summary).toMatchObject({
      clicks: 1,
      badLines: { count: 2, first: [expect.stringContaining('log.ndjson:1: the line'), expect.anything()] },
    });
  });

  test('a failed import leaves nothing behind', async () => {
    const from = folderOf({ '1.ndjson': linesOf(...fullDay('2025-03-01')), '2.ndjson': 'oops\n' });
    await expect(importClickLog({ from, to })).rejects.toThrow('2.ndjson:1');
    expect(readdirSync(dirname(to))).toEqual([]);
  });

  test('a gzip file that is cut off is named, even when bad lines are skipped', async () => {
    const from = folderOf({ 'log.ndjson.gz': linesOf(...fullDay('2025-03-01', 9)) });
    truncateSync(join(from, 'log.ndjson.gz'), 200);
    await expect(importClickLog({ from, to, skipBadLines: true })).rejects.toThrow(/log\.ndjson\.gz is cut off/);
    expect(existsSync(to)).toBe(false);
  });

  test('a damaged gzip file is named', async () => {
    const from = folderOf({ 'log.gz': Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8]) });
    await expect(importClickLog({ from, to })).rejects.toThrow(/log\.gz is damaged/);
  });

  test('a folder that does not exist, and one without a log, are named', async () => {
    await expect(importClickLog({ from: `${to}-none`, to })).rejects.toThrow(/-none does not exist/);
    await expect(importClickLog({ from: folderOf({ 'README.md': '' }), to })).rejects.toThrow(
      /there is no click log in/,
    );
  });

  test('a log without a click is refused', async () => {
    await expect(importClickLog({ from: folderOf({ 'log.ndjson': '\n' }), to })).rejects.toThrow(
      /there is no click in/,
    );
  });

  test('a folder that holds something is not written to, an empty one is', async () => {
    const from = folderOf({ 'log.ndjson': linesOf(clickAt('2025-03-01T10:00:00.000Z', '1')) });
    mkdirSync(to);
    await importClickLog({ from, to });
    expect(await daysOf(to)).toEqual(['2025-03-01']);
    await expect(importClickLog({ from, to })).rejects.toThrow(/imported is not empty/);

    writeFileSync(`${to}-file`, '');
    await expect(importClickLog({ from, to: `${to}-file` })).rejects.toThrow(/is no folder/);
  });
});

test('more than is held in memory at a time is sorted all the same', async () => {
  const file = join(folderOf({}), 'long.ndjson');
  const referrer = 'r'.repeat(250);
  for (let n = 19; n >= 0; n--) {
    const clicks = fullDay('2025-03-01', 25).map((click) => ({
      ...click,
      event_id: `${n}-${click.event_id}`,
      referrer,
    }));
    appendFileSync(file, linesOf(...clicks));
  }
  const seen: ImportProgress[] = [];
  const summary = await importClickLog({ from: dirname(file), to }, (progress) => seen.push(progress));

  expect(summary.clicks).toBe(12_000);
  const ids = (await readHour(to, day, 13)).map((click) => click.event_id);
  expect(ids).toHaveLength(500);
  expect(ids).toEqual(ids.toSorted());
  expect(seen.at(0)).toEqual({ step: 'reading', done: 1, total: 1 });
  expect(seen.at(-1)).toEqual({ step: 'writing', done: 24, total: 24 });
  expect(readdirSync(dirname(to))).toEqual([basename(to)]);
});
