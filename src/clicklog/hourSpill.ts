/**
 * Sorts clicks into hours on disk, so that a log of any length needs little memory: each hour of event time has a file
 * of its own, written to in large pieces. What is needed later stands in front of each click's line.
 */
import { appendFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Click, clickLine } from '../domain/click';

/** Characters that are held back until they are written; with much more, collecting garbage takes longer than writing. */
const heldCharacters = 4_000_000;

export interface SpilledClick {
  readonly userId: string;
  readonly articleId: string;
  /** With its line end. */
  readonly line: string;
}

export class HourSpill {
  private readonly held = new Map<string, string[]>();
  private readonly counts = new Map<string, number>();
  private characters = 0;

  /** `dir` exists and is empty. */
  constructor(private readonly dir: string) {}

  /** Clicks of each hour, `YYYY-MM-DDTHH` in UTC. */
  hours(): ReadonlyMap<string, number> {
    return this.counts;
  }

  add(click: Click): void {
    const hour = click.occurred_at.slice(0, 13);
    // No id has a tab, and JSON writes one as \t. Time and event id come first, so that lines sort as they shall lie.
    const { occurred_at, event_id, user_id, article_id } = click;
    const line = `${occurred_at}\t${event_id}\t${user_id}\t${article_id}\t${clickLine(click)}`;
    const lines = this.held.get(hour);
    if (lines === undefined) this.held.set(hour, [line]);
    else lines.push(line);
    this.counts.set(hour, (this.counts.get(hour) ?? 0) + 1);
    this.characters += line.length;
    if (this.characters >= heldCharacters) this.flush();
  }

  private flush(): void {
    for (const [hour, lines] of this.held) appendFileSync(join(this.dir, hour), lines.join(''));
    this.held.clear();
    this.characters = 0;
  }

  /** The clicks of an hour, by time and then event id; they are gone from the spill afterwards. */
  async take(hour: string): Promise<SpilledClick[]> {
    this.flush();
    const file = join(this.dir, hour);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await rm(file);
    lines.pop();
    return lines.toSorted().map((line) => {
      const [, , userId = '', articleId = '', json = ''] = line.split('\t', 5);
      return { userId, articleId, line: `${json}\n` };
    });
  }

  /** Forgets the hours that were not taken. */
  async discard(): Promise<void> {
    this.held.clear();
    await rm(this.dir, { recursive: true });
  }
}
