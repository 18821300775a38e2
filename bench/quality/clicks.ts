/** A click log in memory, in the order of time. */
import { BadLines } from '../../src/clicklog/badLines';
import { findLogFiles } from '../../src/clicklog/logFiles';
import { readLogFile } from '../../src/clicklog/readLogFile';
import type { ServedClick } from '../../src/domain/asServed';
import { doorOf } from '../../src/domain/door';

/** Each event once; a click is delivered `delayMs` after it happened. */
export async function readClicks(from: string, untilMs: number, delayMs: number): Promise<ServedClick[]> {
  const { format, files } = await findLogFiles(from);
  const clicks: ServedClick[] = [];
  const seen = new Set<string>();
  const ids = new Map<string, string>();
  // One string for each id, however many clicks name it.
  const shared = (id: string): string => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    ids.set(id, id);
    return id;
  };
  for (const file of files) {
    await readLogFile(
      file,
      format,
      new BadLines(true),
      ({ event_id, user_id, article_id, occurred_at, section, referrer }) => {
        const occurredAtMs = Date.parse(occurred_at);
        if (occurredAtMs > untilMs || seen.has(event_id)) return;
        seen.add(event_id);
        clicks.push({
          userId: shared(user_id),
          articleId: shared(article_id),
          occurredAtMs,
          deliveredAtMs: occurredAtMs + delayMs,
          door: doorOf(referrer),
          ...(section === undefined ? {} : { section: shared(section) }),
        });
      },
    );
  }
  return clicks.sort(byTime);
}

function byTime(a: ServedClick, b: ServedClick): number {
  return a.occurredAtMs - b.occurredAtMs || (a.userId < b.userId ? -1 : 1);
}
