/**
 * A buffer of records that will become one object. Its content lies in its journal only, so a buffer that grows for
 * hours costs disk, not memory. Closing fixes the object's key: a delivery repeated after a crash writes the same key.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeFrames, encodeFrame } from './frame';
import { Journal } from './journal';

const targetSchema = z.object({
  bucket: z.string(),
  /** More than one only when a test asked for duplicates, or for several objects. */
  keys: z.array(z.string()).min(1),
  /** Each key gets its share of the calls, instead of all of them. */
  isShared: z.boolean().default(false),
  isCompressed: z.boolean(),
  /** Into how many gzip members a compressed body is packed. */
  members: z.number().int().min(1).default(1),
});
/** Where a closed buffer goes. */
export type DeliveryTarget = z.infer<typeof targetSchema>;

/** What one object holds, before compression. */
export interface Content {
  readonly bytes: Buffer;
  readonly records: number;
}

const journalSuffix = '.journal';

export class RecordBuffer {
  private constructor(
    private readonly journal: Journal,
    public records: number,
    public sizeBytes: number,
    /** Arrival of the first record. */
    readonly oldestAtMs: number,
    public target: DeliveryTarget | undefined,
  ) {}

  static create(dir: string, oldestAtMs: number): RecordBuffer {
    const journal = new Journal(join(dir, `${randomUUID()}${journalSuffix}`));
    return new RecordBuffer(journal, 0, 0, oldestAtMs, undefined);
  }

  /** `undefined` when the file holds no whole frame of records: then nothing in it was ever accepted. */
  static load(path: string): RecordBuffer | undefined {
    const { frames, validBytes } = decodeFrames(readFileSync(path));
    const records = frames.filter(({ kind }) => kind === 'records');
    const [oldest] = records;
    if (!oldest) return undefined;
    const closing = frames.find(({ kind }) => kind === 'closed');
    return new RecordBuffer(
      new Journal(path, validBytes),
      records.reduce((sum, frame) => sum + frame.records, 0),
      records.reduce((sum, frame) => sum + frame.payload.length, 0),
      oldest.arrivedAtMs,
      closing && targetSchema.parse(JSON.parse(closing.payload.toString('utf8'))),
    );
  }

  /** Counts at once, so that nothing stored is ever uncounted; resolves when the records are on disk. */
  async append(payload: readonly Buffer[], records: number, arrivedAtMs: number): Promise<void> {
    const frame = encodeFrame('records', records, arrivedAtMs, payload);
    const sizeBytes = payload.reduce((sum, part) => sum + part.length, 0);
    this.records += records;
    this.sizeBytes += sizeBytes;
    try {
      await this.journal.append(frame);
    } catch (error) {
      this.records -= records;
      this.sizeBytes -= sizeBytes;
      throw error;
    }
  }

  /** Nothing may be appended afterwards; resolves when the target is on disk, behind all records. */
  async close(target: DeliveryTarget, closedAtMs: number): Promise<void> {
    this.target = target;
    await this.journal.append(encodeFrame('closed', 0, closedAtMs, [Buffer.from(JSON.stringify(target))]));
    await this.journal.close();
  }

  /** The records of every call, or of the share of one of several objects: the calls are dealt out to them in turns. */
  async content(share = { index: 0, of: 1 }): Promise<Content> {
    const calls = (await this.journal.frames())
      .filter(({ kind }) => kind === 'records')
      .filter((_, call) => call % share.of === share.index);
    return {
      bytes: Buffer.concat(calls.map(({ payload }) => payload)),
      records: calls.reduce((sum, { records }) => sum + records, 0),
    };
  }

  /** Leaves the file for the next start. */
  async release(): Promise<void> {
    await this.journal.close();
  }

  async remove(): Promise<void> {
    await this.journal.remove();
  }
}

/** In order of their oldest records; files without any are removed. */
export function loadBuffers(dir: string): RecordBuffer[] {
  const buffers: RecordBuffer[] = [];
  for (const file of readdirSync(dir).filter((name) => name.endsWith(journalSuffix))) {
    const path = join(dir, file);
    const buffer = RecordBuffer.load(path);
    if (buffer) buffers.push(buffer);
    else rmSync(path);
  }
  return buffers.sort((a, b) => a.oldestAtMs - b.oldestAtMs);
}
