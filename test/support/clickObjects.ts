/** Objects of the lake as Firehose writes them. */
import { gzipSync } from 'node:zlib';
import { heartbeatLine } from '../../src/domain/click';
import { clicksHourPrefix } from '../../src/domain/keys';
import { runDateOf } from '../../src/domain/runDate';

export interface TestClick {
  readonly user: string;
  readonly article: string;
  readonly atMs: number;
  readonly section?: string;
}

let events = 0;

export function storedClick({ user, article, atMs, section }: TestClick): string {
  events += 1;
  return JSON.stringify({
    event_id: `e${events}`,
    user_id: user,
    article_id: article,
    occurred_at: new Date(atMs).toISOString(),
    ...(section === undefined ? {} : { section }),
    ack: `web1-00000001:${events}`,
  });
}

/** Two gzip members with a heartbeat, a blank line, and clicks without a line end between them. */
export function clickObject(clicks: readonly TestClick[]): Buffer {
  const half = Math.ceil(clicks.length / 2);
  const first = `${heartbeatLine('web1', clicks[0]?.atMs ?? 0)}\n${clicks.slice(0, half).map(storedClick).join('')}\n`;
  const second = clicks.slice(half).map(storedClick).join('\n');
  return Buffer.concat([gzipSync(first), gzipSync(second)]);
}

/** The key of an object whose oldest record arrived then. */
export function clickKey(arrivedMs: number, name: string): string {
  const at = new Date(arrivedMs);
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  return `${clicksHourPrefix(runDateOf(arrivedMs), at.getUTCHours())}frontpage-clicks-1-${stamp}-${name}.gz`;
}
