/** Spools in folders of their own, and what a kill leaves of one. */
import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { Spool, type SpoolOptions } from '../../src/collector/spool';
import type { SpoolEntry } from '../../src/collector/spoolAppender';
import { clickLine } from '../../src/domain/click';
import { freshFolder } from './collectorFixture';

const opened: Spool[] = [];

export async function openSpool(options: Partial<SpoolOptions> = {}): Promise<{ spool: Spool; folder: string }> {
  const folder = options.folder ?? freshFolder();
  const spool = await Spool.open({ collectorId: 'test-1', maxBytes: 64 * 1024 * 1024, ...options, folder });
  opened.push(spool);
  return { spool, folder };
}

export async function closeSpools(): Promise<void> {
  await Promise.all(opened.splice(0).map((spool) => spool.close()));
}

export function entry(...eventIds: string[]): SpoolEntry {
  const lines = eventIds.map((eventId) =>
    clickLine({ event_id: eventId, user_id: 'r1', article_id: 'a1', occurred_at: '2026-11-23T10:00:00.000Z' }),
  );
  return { lines, eventIds };
}

export const ids = (count: number, prefix = 'e'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** The folder as a SIGKILL at this instant would leave it; its holder is another process, which has ended. */
export function afterKill(folder: string): string {
  const image = freshFolder();
  cpSync(folder, image, { recursive: true, filter: (path) => !basename(path).startsWith('lock') });
  return image;
}

export const segmentsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .map((name) => join(folder, name));

const storedSchema = z.object({ event_id: z.string(), ack: z.string().regex(/^test-1-[0-9a-f]{8}:\d+$/) });

/** `event_id#number` of the next clicks to be delivered, in the order of the spool; acknowledges them when told so. */
export async function nextClicks(spool: Spool, count: number, acknowledge = false): Promise<string[]> {
  const clicks: string[] = [];
  while (clicks.length < count) {
    const piece = await spool.read(64 * 1024);
    if (piece === undefined) break;
    for (const line of piece.data.toString().trimEnd().split('\n')) {
      const { event_id: eventId, ack } = storedSchema.parse(JSON.parse(line));
      clicks.push(`${eventId}#${ack.slice(ack.lastIndexOf(':') + 1)}`);
    }
    if (acknowledge) spool.delivered(piece);
  }
  return clicks;
}
