/**
 * What the spool remembers beside its segments: its id, up to which number segments are gone, and the figures of those for
 * the ledger. Replaced as a whole before a segment is deleted. How far delivery has come is a file of its own, written
 * without waiting for the disk: when it is lost, clicks are delivered twice.
 *
 * A disk that is full must not keep a segment from being deleted, so a reserve is kept, and given up for the write.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type FileSystem, type OpenFile, replaceFile } from './fileSystem';
import type { RetiredHour } from './tally';

const stateSchema = z.object({
  schema: z.literal(1),
  spool: z.string(),
  retiredThrough: z.number().int().nonnegative(),
  hours: z.array(
    z.object({
      hour: z.string(),
      first: z.number().int().positive(),
      count: z.number().int().nonnegative(),
      digest: z.string().regex(/^[0-9a-f]{16}$/),
    }),
  ),
});

export interface SpoolState {
  /** Every acknowledgement up to this number was delivered and its segment given up. */
  readonly retiredThrough: number;
  readonly hours: readonly RetiredHour[];
}

export class SpoolDamaged extends Error {
  override readonly name = 'SpoolDamaged';
}

const reserveBytes = 256 * 1024;
const longestCollectorPart = 55;

export class StateFile {
  private reserved = false;
  private progress: OpenFile | undefined;

  private constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    readonly spool: string,
  ) {}

  /** Reads what is there, or begins a new spool. */
  static async open(
    files: FileSystem,
    folder: string,
    collectorId: string,
  ): Promise<{ file: StateFile; state: SpoolState; deliveredThrough: number }> {
    const text = await files.readText(`${folder}/state.json`);
    if (text === undefined) {
      const spool = `${collectorId.slice(0, longestCollectorPart)}-${randomBytes(4).toString('hex')}`;
      const file = new StateFile(files, folder, spool);
      await file.save({ retiredThrough: 0, hours: [] });
      return { file, state: { retiredThrough: 0, hours: [] }, deliveredThrough: 0 };
    }
    const state = readState(text, folder);
    const delivered = Number((await files.readText(`${folder}/delivered`)) ?? '');
    return {
      file: new StateFile(files, folder, state.spool),
      state,
      deliveredThrough: Number.isSafeInteger(delivered) ? delivered : 0,
    };
  }

  async save(state: SpoolState): Promise<void> {
    const content = `${JSON.stringify({ schema: 1, spool: this.spool, ...state })}\n`;
    try {
      await replaceFile(this.files, this.folder, 'state.json', content);
    } catch {
      this.reserved = false;
      await this.files.remove(this.reservePath);
      await replaceFile(this.files, this.folder, 'state.json', content);
    }
  }

  get hasReserve(): boolean {
    return this.reserved;
  }

  /** Whoever needs room that is not the spool's last must have this hold first. Throws while the disk has no room. */
  async ensureReserve(): Promise<void> {
    if (this.reserved) return;
    const file = await this.files.create(this.reservePath);
    try {
      await file.write(Buffer.alloc(reserveBytes), 0);
    } finally {
      await file.close();
    }
    this.reserved = true;
  }

  async noteDelivered(through: number): Promise<void> {
    this.progress ??= await this.files.create(`${this.folder}/delivered`);
    await this.progress.write(Buffer.from(`${String(through).padStart(16, '0')}\n`), 0);
  }

  async close(): Promise<void> {
    await this.progress?.close();
  }

  private get reservePath(): string {
    return `${this.folder}/reserve`;
  }
}

function readState(text: string, folder: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SpoolDamaged(`${folder}/state.json cannot be read: ${String(error)}`);
  }
}
