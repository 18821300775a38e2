/** Small invented logs in a temporary folder, and what lies in a folder afterwards. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Click, clickLine } from '../../src/domain/click';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'frontpage-clicklog-'));

/** Writes each file, gzipped when its name says so, and returns the folder. A Buffer is written as it is. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const dir = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' && name.endsWith('.gz') ? gzipSync(content) : content);
  }
  return dir;
}

export function clickAt(time: string, id: string, more: Partial<Click> = {}): Click {
  return { event_id: id, user_id: `reader-${id}`, article_id: 'a1', occurred_at: time, ...more };
}

export const linesOf = (...clicks: readonly Click[]): string => clicks.map(clickLine).join('');

/** A click in each hour of a UTC day. */
export const fullDay = (day: string, clicksInAnHour = 1): Click[] =>
  Array.from({ length: 24 * clicksInAnHour }, (_, n) =>
    clickAt(`${day}T${String(n % 24).padStart(2, '0')}:30:00.000Z`, `${day}-${n}`),
  );

export const globoHeader =
  'user_id,session_id,session_start,session_size,click_article_id,click_timestamp,click_environment,' +
  'click_deviceGroup,click_os,click_country,click_region,click_referrer_type';

export function globoRow(
  reader: number,
  session: number,
  article: number,
  atMs: number | string,
  referrer = 2,
): string {
  return `${reader},${session},1500000000000,2,${article},${atMs},4,1,17,1,9,${referrer}`;
}

/** Every file below a folder with its bytes. */
export function contentOf(dir: string): Record<string, Buffer> {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map((name) => join(dir, name));
  return Object.fromEntries(
    files
      .filter((file) => statSync(file).isFile())
      .toSorted()
      .map((file) => [relative(dir, file), readFileSync(file)]),
  );
}
