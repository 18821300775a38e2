/**
 * The spool: clicks that were answered 202, on this machine's disk until the delivery stream has taken them.
 *
 * Appending: all requests that wait share one flush, and only then is there an acknowledgement number.
 * Delivering: what is durable is read back in order (`read`), and a segment is deleted when all of it is `delivered`.
 * Memory holds neither the one nor the other beyond what is under way. The files are a contract with the next start, which
 * may follow a SIGKILL at any instant: `spoolRecovery.ts` reads them.
 */
import type { Ledger } from '../domain/ledger';
import type { Piece } from './deliveryCursor';
import type { FileSystem } from './fileSystem';
import { nodeFileSystem } from './nodeFileSystem';
import { SegmentWriter } from './segmentWriter';
import { SpoolAppender, type SpoolEntry } from './spoolAppender';
import { SpoolKeeper } from './spoolKeeper';
import { lockSpool } from './spoolLock';
import { type RecoveredSpool, recoverSpool } from './spoolRecovery';
import { SpoolUnavailable } from './spoolUnavailable';

export interface SpoolOptions {
  readonly folder: string;
  readonly collectorId: string;
  /** What may lie on the disk undelivered. */
  readonly maxBytes: number;
  readonly files?: FileSystem;
  readonly now?: () => number;
  /** The disk began to fail, or a write in the background failed. */
  readonly onTrouble?: (error: unknown) => void;
  readonly onFlush?: () => void;
}

/** Waiting for a disk that hangs; beyond it requests are turned away, so that memory stays bounded. */
const maxWaitingBytes = 16 * 1024 * 1024;
const maxSegmentBytes = 16 * 1024 * 1024;
/** Segments are deleted whole: with sixteen of them, room comes back in small steps. */
const segmentsInSpool = 16;

export class Spool {
  private readonly writer: SegmentWriter;
  private readonly keeper: SpoolKeeper;
  private readonly appender: SpoolAppender;
  private readonly now: () => number;
  private closing = false;
  private ended = false;
  private wakeReader: () => void = () => undefined;

  private constructor(
    private readonly maxBytes: number,
    private readonly found: RecoveredSpool,
    private readonly unlock: () => void,
    { folder, files = nodeFileSystem, now = Date.now, onTrouble = ignore, onFlush = ignore }: SpoolOptions,
  ) {
    this.now = now;
    const segmentBytes = Math.min(maxSegmentBytes, Math.ceil(maxBytes / segmentsInSpool));
    const writer = new SegmentWriter(files, folder, found.segments, segmentBytes);
    const keeper = new SpoolKeeper({ found, writer, files, folder, onTrouble });
    this.writer = writer;
    this.keeper = keeper;
    this.appender = new SpoolAppender({
      found,
      writer,
      keeper,
      now,
      onFlush: () => {
        onFlush();
        this.wakeReader();
      },
      onTrouble,
    });
  }

  /** Throws `SpoolLocked` or `SpoolDamaged`. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, collectorId, files = nodeFileSystem } = options;
    await files.makeFolder(folder);
    // A full disk has no room for a lock either.
    await files.remove(`${folder}/reserve`);
    const unlock = lockSpool(folder);
    try {
      const spool = new Spool(options.maxBytes, await recoverSpool(files, folder, collectorId), unlock, options);
      await spool.keeper.begin();
      return spool;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  get name(): string {
    return this.found.state.spool;
  }

  /** Resolves when the lines are durable and have their numbers; rejects with `SpoolUnavailable`. */
  append(entry: SpoolEntry): Promise<void> {
    const sizeBytes = this.appender.sizeOf(entry);
    const refusal = this.refusalOf(sizeBytes);
    return refusal === undefined ? this.appender.append(entry, sizeBytes) : Promise.reject(refusal);
  }

  /** The next lines in order, whole ones and at most so many bytes; waits for them. `undefined` when appends have ended and all was read. */
  async read(maxBytes: number): Promise<Piece | undefined> {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        this.wakeReader = resolve;
      });
      const piece = await this.found.cursor.read(maxBytes);
      if (piece !== undefined || this.ended) return piece;
      await woken;
    }
  }

  /** The stream has acknowledged a piece that was read. */
  delivered(piece: Piece): void {
    this.found.cursor.delivered(piece.lastNumber);
    this.keeper.progressed();
  }

  /** The figures of every hour that is still of interest; also of this one, when nothing was acknowledged in it yet. */
  async ledgers(): Promise<Ledger[]> {
    this.appender.enterHour();
    await this.keeper.save();
    return this.found.tally.ledgers(this.name, this.appender.openHour);
  }

  /** The closed ledger of the hour is in the lake. */
  forgetHour(hour: string): void {
    this.found.tally.forget(hour);
  }

  state(): { readonly usedBytes: number; readonly undeliveredClicks: number; readonly oldestUndeliveredMs: number } {
    const { cursor, ages } = this.found;
    const undeliveredClicks = this.appender.lastNumber - cursor.deliveredThrough;
    return {
      usedBytes: this.usedBytes,
      undeliveredClicks,
      oldestUndeliveredMs: undeliveredClicks === 0 ? 0 : ages.oldestAgeMs(cursor.deliveredThrough, this.now()),
    };
  }

  /** Takes nothing new, and waits until everything taken is durable or refused. */
  async endAppends(): Promise<void> {
    this.closing = true;
    await this.appender.settled();
    this.ended = true;
    this.wakeReader();
  }

  /** Leaves on disk what is not delivered. */
  async close(): Promise<void> {
    await this.endAppends();
    await this.writer.seal();
    await this.keeper.end();
    this.unlock();
  }

  private refusalOf(sizeBytes: number): SpoolUnavailable | undefined {
    const { pendingBytes } = this.appender;
    if (this.closing) return new SpoolUnavailable('closing', 'the collector is shutting down');
    if (this.usedBytes + pendingBytes + sizeBytes > this.maxBytes) {
      return new SpoolUnavailable('spool-full', 'too much waits for delivery; come again later');
    }
    if (pendingBytes + sizeBytes > maxWaitingBytes) {
      return new SpoolUnavailable('busy', 'the disk is behind; come again later');
    }
    return undefined;
  }

  private get usedBytes(): number {
    return this.found.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
}

function ignore(): void {}
