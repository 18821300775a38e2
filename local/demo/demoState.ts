/** What the demo keeps in its folder beside the cloud's state: who uses it now, and what was filled in. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pidFileIn } from '../cloud';
import { processStart } from '../processes';
import { endLeftovers } from '../supervisor';

const filledSchema = z.object({
  clicks: z.number(),
  /** Readers whose lists are shown: the busiest, one of the busiest tenth, and one in the middle. */
  readers: z.array(z.string()),
  titles: z.record(z.string(), z.string()),
});
/** Written once the run date is wholly in the lake. */
export type Filled = z.infer<typeof filledSchema>;

export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

const lockSchema = z.object({ pid: z.number(), startedAt: z.string().optional() });

/**
 * Makes this process the only one over the folder, emptied first when `fresh`; the returned function lets go of it.
 * Throws `FolderInUse`.
 */
export function lockFolder(dir: string, fresh: boolean): () => void {
  const file = join(dir, 'demo.lock');
  if (existsSync(file)) {
    const holder = lockSchema.safeParse(parse(readFileSync(file, 'utf8'))).data;
    if (holder?.startedAt !== undefined && processStart(holder.pid) === holder.startedAt) {
      throw new FolderInUse(
        `another demo is at work in ${dir} (process ${holder.pid}): end it, or choose another --date`,
      );
    }
  }
  if (fresh) {
    endLeftovers(pidFileIn(dir));
    rmSync(dir, { recursive: true, force: true });
  }
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: processStart(process.pid) }));
  return () => rmSync(file, { force: true });
}

export function readFilled(dir: string): Filled | undefined {
  const file = filledFile(dir);
  return existsSync(file) ? filledSchema.parse(parse(readFileSync(file, 'utf8'))) : undefined;
}

export function writeFilled(dir: string, filled: Filled): void {
  writeFileSync(filledFile(dir), JSON.stringify(filled));
}

const filledFile = (dir: string): string => join(dir, 'filled.json');

/** Text that is no JSON reads as nothing: a file that a kill left half written. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Three readers to show: the busiest, the one a tenth down the ranking, the one in its middle. */
export function exampleReaders(clicksOfReader: ReadonlyMap<string, number>): string[] {
  const ranked = [...clicksOfReader].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([reader]) => reader);
  const positions = [0, Math.floor(ranked.length / 10), Math.floor(ranked.length / 2)];
  return [...new Set(positions.flatMap((position) => ranked[position] ?? []))];
}
