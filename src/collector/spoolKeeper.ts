/**
 * Keeps the folder: deletes segments that are delivered, and writes down what the next start must know. One write of the
 * state at a time; a failed one is tried again with the next, and nothing is deleted before it has succeeded.
 */
import type { FileSystem } from './fileSystem';
import type { SegmentWriter } from './segmentWriter';
import type { RecoveredSpool } from './spoolRecovery';
import { lastNumberOf, type Segment } from './spoolSegment';

export interface KeeperOptions {
  readonly found: RecoveredSpool;
  readonly writer: SegmentWriter;
  readonly files: FileSystem;
  readonly folder: string;
  readonly onTrouble: (error: unknown) => void;
}

const noteDeliveredEveryMs = 200;

export class SpoolKeeper {
  private retiredThrough: number;
  private writing: Promise<void> = Promise.resolve();
  private noteTimer: NodeJS.Timeout | undefined;
  /** A late answer of the stream must not touch a folder that another process may have by now. */
  private ended = false;

  constructor(private readonly options: KeeperOptions) {
    this.retiredThrough = options.found.retiredThrough;
  }

  /** Delivery has come further: notes it soon, and deletes what it has left behind. */
  progressed(): void {
    if (this.ended) return;
    this.noteTimer ??= setTimeout(() => {
      this.noteTimer = undefined;
      this.inBackground(() => this.noteDelivered());
    }, noteDeliveredEveryMs).unref();
    const [head] = this.options.found.segments;
    if (head !== undefined && this.isSpent(head)) this.inBackground(() => this.retireSpent());
  }

  /** Throws while the disk has no room for it. */
  async ensureReserve(): Promise<void> {
    const { state } = this.options.found;
    if (!state.hasReserve) await this.exclusively(() => state.ensureReserve());
  }

  async save(): Promise<void> {
    await this.exclusively(() => this.saveState());
    this.inBackground(() => this.retireSpent());
  }

  /** At a start; a disk that refuses the note costs duplicates at the next. */
  begin(): Promise<void> {
    this.inBackground(() => this.noteDelivered());
    this.inBackground(() => this.retireSpent());
    return this.writing;
  }

  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.noteTimer);
    await this.begin();
    await this.options.found.state.close();
  }

  private isSpent(segment: Segment): boolean {
    const { writer, found } = this.options;
    return !writer.isActive(segment) && lastNumberOf(segment) <= found.cursor.deliveredThrough;
  }

  private async retireSpent(): Promise<void> {
    const { found, files, folder } = this.options;
    const { segments, tally } = found;
    const firstKept = segments.findIndex((segment) => !this.isSpent(segment));
    const spent = segments.slice(0, firstKept === -1 ? segments.length : firstKept);
    if (spent.length === 0) return;
    for (const segment of spent) {
      tally.retire(segment.hour, segment.name);
      this.retiredThrough = Math.max(this.retiredThrough, lastNumberOf(segment));
    }
    await this.saveState();
    for (const segment of spent) {
      await files.remove(`${folder}/${segment.name}`);
      segments.splice(segments.indexOf(segment), 1);
    }
  }

  private saveState(): Promise<void> {
    const { state, tally } = this.options.found;
    return state.save({ retiredThrough: this.retiredThrough, hours: tally.retired() });
  }

  private noteDelivered(): Promise<void> {
    const { state, cursor } = this.options.found;
    return state.noteDelivered(cursor.deliveredThrough);
  }

  private inBackground(work: () => Promise<void>): void {
    this.exclusively(work).catch(this.options.onTrouble);
  }

  private exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => undefined);
    return done;
  }
}
