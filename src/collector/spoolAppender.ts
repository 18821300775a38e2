/** The way onto the disk: groups of requests get their numbers and their hour, and become durable together. */
import { storedClickLine } from '../domain/click';
import { utcHour } from '../domain/ledger';
import { systemCode } from './fileSystem';
import { GroupCommit } from './groupCommit';
import type { SegmentWriter } from './segmentWriter';
import type { SpoolKeeper } from './spoolKeeper';
import type { RecoveredSpool } from './spoolRecovery';
import { SpoolUnavailable } from './spoolUnavailable';
import { digestOf } from './tally';

/** Lines made by `clickLine`, with the ids of their events, in the same order. */
export interface SpoolEntry {
  readonly lines: readonly string[];
  readonly eventIds: readonly string[];
}

export interface AppenderOptions {
  readonly found: RecoveredSpool;
  readonly writer: SegmentWriter;
  readonly keeper: SpoolKeeper;
  readonly now: () => number;
  readonly onFlush: () => void;
  readonly onTrouble: (error: unknown) => void;
}

const maxGroupBytes = 4 * 1024 * 1024;
/** The field `ack` with the longest number, without the spool's name. */
const ackFieldBytes = 28;

export class SpoolAppender {
  private readonly commits: GroupCommit<SpoolEntry & { readonly sizeBytes: number }>;
  private next: number;
  /** The hour of a commit under way; it may end after its hour has. */
  private committingHour: string | undefined;
  private failing = false;

  constructor(private readonly options: AppenderOptions) {
    this.next = options.found.next;
    this.commits = new GroupCommit(maxGroupBytes, (entries) => this.commit(entries));
  }

  get lastNumber(): number {
    return this.next - 1;
  }

  get pendingBytes(): number {
    return this.commits.pendingBytes;
  }

  /** No acknowledgement will be added to hours before this one. */
  get openHour(): string {
    return this.committingHour ?? this.options.found.tally.latestHour;
  }

  sizeOf({ lines }: SpoolEntry): number {
    const ackBytes = ackFieldBytes + this.options.found.state.spool.length;
    return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + ackBytes, 0);
  }

  append(entry: SpoolEntry, sizeBytes: number): Promise<void> {
    return this.commits.add({ ...entry, sizeBytes });
  }

  settled(): Promise<void> {
    return this.commits.settled();
  }

  /** The hour by the clock, which never goes back: numbers of one hour must follow each other. A commit ends in its hour. */
  enterHour(): string {
    const { found, now } = this.options;
    if (this.committingHour !== undefined) return this.committingHour;
    const byClock = utcHour(now());
    const hour = found.tally.latestHour > byClock ? found.tally.latestHour : byClock;
    found.tally.enter(hour, this.next);
    return hour;
  }

  private async commit(entries: readonly SpoolEntry[]): Promise<void> {
    const { onFlush, onTrouble } = this.options;
    try {
      await this.write(entries);
      this.failing = false;
      onFlush();
    } catch (error) {
      // Once for an outage: every request of it fails in the same way.
      if (!this.failing) onTrouble(error);
      this.failing = true;
      const code = systemCode(error) ?? 'unknown';
      throw new SpoolUnavailable('disk', `the disk did not take the clicks (${code}); come again later`);
    } finally {
      this.committingHour = undefined;
    }
  }

  private async write(entries: readonly SpoolEntry[]): Promise<void> {
    const { found, writer, keeper, now } = this.options;
    const { tally, ages, state } = found;
    await keeper.ensureReserve();
    const hour = this.enterHour();
    this.committingHour = hour;
    const eventIds = entries.flatMap((entry) => entry.eventIds);
    const digest = digestOf(eventIds);
    const first = this.next;
    const stored = entries
      .flatMap(({ lines }) => lines)
      .map((line, index) => storedClickLine(line, state.spool, first + index));
    const segment = await writer.append({ data: Buffer.from(stored.join('')), lines: stored.length, first, hour });
    ages.add(first, now());
    tally.add(hour, segment.name, stored.length, digest);
    this.next = first + stored.length;
  }
}
