/** The published CSV files of the Globo log, by invented rows. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readHour } from '../../src/clicklog/hourFiles';
import { importClickLog } from '../../src/clicklog/importClickLog';
import { parseRunDate } from '../../src/domain/runDate';
import { contentOf, folderOf, globoHeader, globoRow, temporaryFolder } from './logFixtures';

let to: string;
beforeEach(() => {
  to = join(temporaryFolder(), 'imported');
});

const atMs = Date.UTC(2017, 9, 3, 4, 5, 6, 789);
const csv = (...rows: readonly string[]): string => `${[globoHeader, ...rows].join('\n')}\n`;

test('a row becomes a click with an id of its own', async () => {
  const from = folderOf({
    'clicks_hour_000.csv': csv(globoRow(7, 1500000000000001, 4711, atMs, 5), globoRow(7, 1500000000000001, 99, atMs)),
  });
  const summary = await importClickLog({ from, to });
  expect(summary).toMatchObject({ format: 'globo', files: 1, clicks: 2 });
  expect(await readHour(to, parseRunDate('2017-10-03'), 4)).toEqual([
    {
      event_id: `1500000000000001-${atMs}-4711`,
      user_id: 'g7',
      article_id: '4711',
      occurred_at: '2017-10-03T04:05:06.789Z',
      session_id: '1500000000000001',
      referrer: 'type-5',
    },
    expect.objectContaining({ event_id: `1500000000000001-${atMs}-99`, article_id: '99', referrer: 'type-2' }),
  ]);
});

test('ids are the same for plain and gzip files, other line ends and other columns', async () => {
  const rows = [1, 2, 3].map((n) => globoRow(n, n, n, atMs + n));
  const reversed = csv(...rows)
    .trim()
    .split('\n')
    .map((line) => line.split(',').toReversed().join(','))
    .join('\r\n');
  const packed = Buffer.concat([gzipSync(csv(...rows).slice(0, 200)), gzipSync(csv(...rows).slice(200))]);
  const contents = [];
  for (const [name, content] of [
    ['clicks_hour_000.csv', csv(...rows)],
    ['clicks_hour_017.csv.gz', packed],
    ['deep/clicks_hour_000.csv', `\uFEFF${reversed}`],
  ] as const) {
    await importClickLog({ from: folderOf({ [name]: content }), to: `${to}-${contents.length}` });
    contents.push(contentOf(`${to}-${contents.length}`));
  }
  expect(contents[1]).toEqual(contents[0]);
  expect(contents[2]).toEqual(contents[0]);
});

test('files of other names are left alone', async () => {
  const from = folderOf({
    'clicks_hour_000.csv': csv(globoRow(1, 1, 1, atMs)),
    'articles_metadata.csv': 'article_id\n1\n',
    'notes.ndjson': 'no click',
  });
  expect(await importClickLog({ from, to })).toMatchObject({ files: 1, clicks: 1 });
});

test('a header that lacks columns is named with the file and the columns', async () => {
  const from = folderOf({ 'clicks_hour_003.csv': 'user_id,click_article_id,click_timestamp\n1,2,3\n' });
  const message = await importClickLog({ from, to }).catch(String);
  expect(message).toContain(join(from, 'clicks_hour_003.csv'));
  expect(message).toContain('its header lacks session_id, click_referrer_type');
});

test.each([
  ['too few columns', '1,2,3', 'the line has 3 columns where the header has 12'],
  ['a time that is no number', globoRow(1, 1, 1, 'noon'), 'click_timestamp must be epoch milliseconds'],
  ['a time beyond the calendar', globoRow(1, 1, 1, '999999999999999'), 'click_timestamp must be epoch milliseconds'],
  ['no article', globoRow(1, 1, 1, atMs).replace(',2,1,', ',2,,'), 'article_id must be'],
])('a row with %s stops the import, or is counted', async (_what, row, reason) => {
  const from = folderOf({ 'clicks_hour_000.csv.gz': csv(globoRow(1, 1, 1, atMs), row) });
  const where = `${join(from, 'clicks_hour_000.csv.gz')}:3: ${reason}`;
  expect(await importClickLog({ from, to }).catch(String)).toContain(where);

  const summary = await importClickLog({ from, to, skipBadLines: true });
  expect(summary).toMatchObject({ clicks: 1, badLines: { count: 1, first: [expect.stringContaining(where)] } });
});
