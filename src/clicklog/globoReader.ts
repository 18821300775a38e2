/** Reads the published CSV files of the Globo log. Columns are found by the header, so their order does not matter. */
import { type ClickCheck, validateClick } from '../domain/click';
import { ClickLogError } from './clickLogError';
import type { LineReader } from './lineReader';

const columns = ['user_id', 'session_id', 'click_article_id', 'click_timestamp', 'click_referrer_type'] as const;
type Column = (typeof columns)[number];

interface Header {
  readonly width: number;
  readonly positions: Readonly<Record<Column, number>>;
}

const latestMs = Date.UTC(10_000, 0) - 1;

export function globoReader(file: string): LineReader {
  let header: Header | undefined;
  return (line) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (header === undefined) {
      header = readHeader(file, text);
      return [];
    }
    return text === '' ? [] : [readRow(header, text)];
  };
}

function readHeader(file: string, line: string): Header {
  const names = line.replace(/^\uFEFF/, '').split(',');
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new ClickLogError(`${file} is no file of the Globo log: its header lacks ${missing.join(', ')}`);
  }
  const at = (column: Column): number => names.indexOf(column);
  return {
    width: names.length,
    positions: {
      user_id: at('user_id'),
      session_id: at('session_id'),
      click_article_id: at('click_article_id'),
      click_timestamp: at('click_timestamp'),
      click_referrer_type: at('click_referrer_type'),
    },
  };
}

function readRow({ width, positions }: Header, line: string): ClickCheck {
  const cells = line.split(',');
  if (cells.length !== width) {
    return { ok: false, field: '', reason: `has ${cells.length} columns where the header has ${width}` };
  }
  const timestamp = cells[positions.click_timestamp] ?? '';
  if (!/^\d{1,15}$/.test(timestamp) || Number(timestamp) > latestMs) {
    return { ok: false, field: 'click_timestamp', reason: 'must be epoch milliseconds' };
  }
  const sessionId = cells[positions.session_id] ?? '';
  const articleId = cells[positions.click_article_id] ?? '';
  return validateClick({
    // No two rows of the published log have these three in common, so the id is the same whenever it is imported.
    event_id: `${sessionId}-${timestamp}-${articleId}`,
    user_id: `g${cells[positions.user_id]}`,
    article_id: articleId,
    occurred_at: new Date(Number(timestamp)).toISOString(),
    session_id: sessionId,
    referrer: `type-${cells[positions.click_referrer_type]}`,
  });
}
