/**
 * Where delivery stands in the spool: what is read next, and up to which number everything has been acknowledged by the
 * stream. Pieces are acknowledged in any order; only an unbroken beginning counts.
 */
import type { FileSystem } from './fileSystem';
import type { Segment } from './spoolSegment';

/** Whole lines of one segment. */
export interface Piece {
  readonly data: Buffer;
  readonly lastNumber: number;
}

export class DeliveryCursor {
  /** Pieces that were read, in order, by their last number; true once acknowledged. */
  private readonly inFlight = new Map<number, boolean>();
  private segment: Segment | undefined;
  private offset = 0;
  private readThrough: number;

  constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private readonly segments: readonly Segment[],
    private through: number,
  ) {
    this.readThrough = through;
  }

  get deliveredThrough(): number {
    return this.through;
  }

  /** Only before the first read: the place behind the lines that are known to be delivered. */
  startAt(segment: Segment, offset: number): void {
    this.segment = segment;
    this.offset = offset;
  }

  /** The next lines that are durable, or `undefined` when all were read. Throws what the disk throws, and can be called again. */
  async read(maxBytes: number): Promise<Piece | undefined> {
    const segment = this.segmentToRead();
    if (segment === undefined) return undefined;
    const length = Math.min(maxBytes, segment.sizeBytes - this.offset);
    const read = await this.files.read(`${this.folder}/${segment.name}`, this.offset, length);
    const data = read.subarray(0, read.lastIndexOf(10) + 1);
    if (data.length === 0) throw new Error(`no line at byte ${this.offset} of ${segment.name}`);
    this.offset += data.length;
    this.readThrough += linesIn(data);
    this.inFlight.set(this.readThrough, false);
    return { data, lastNumber: this.readThrough };
  }

  delivered(lastNumber: number): void {
    if (this.inFlight.has(lastNumber)) this.inFlight.set(lastNumber, true);
    for (const [number, done] of this.inFlight) {
      if (!done) return;
      this.inFlight.delete(number);
      this.through = number;
    }
  }

  private segmentToRead(): Segment | undefined {
    for (;;) {
      if (this.segment !== undefined && this.offset < this.segment.sizeBytes) return this.segment;
      const after = this.segment?.first ?? 0;
      const next = this.segments.find(({ first, lines }) => first > after && lines > 0);
      if (next === undefined) return undefined;
      this.segment = next;
      this.offset = 0;
    }
  }
}

function linesIn(data: Buffer): number {
  let lines = 0;
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) lines += 1;
  return lines;
}
