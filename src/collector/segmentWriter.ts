/**
 * Appends to the newest segment, and begins a new one when it is full, its hour is over, or the disk failed. After a failure
 * the file is cut back and left alone: what a disk says about a file once it has failed to flush it is not to be trusted.
 */
import type { FileSystem, OpenFile } from './fileSystem';
import { newSegment, type Segment } from './spoolSegment';

export interface Appendage {
  readonly data: Buffer;
  readonly lines: number;
  /** Number of the first line. */
  readonly first: number;
  readonly hour: string;
}

export class SegmentWriter {
  private active: { readonly segment: Segment; readonly file: OpenFile } | undefined;

  constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    /** All segments, oldest first. */
    private readonly segments: Segment[],
    private readonly maxSegmentBytes: number,
  ) {}

  isActive(segment: Segment): boolean {
    return this.active?.segment === segment;
  }

  /** Durable when it resolves; when it throws, nothing of the appendage counts. */
  async append({ data, lines, first, hour }: Appendage): Promise<Segment> {
    const { segment, file } = await this.segmentFor(first, hour, data.length);
    try {
      await file.write(data, segment.sizeBytes);
      await file.sync();
    } catch (error) {
      await this.abandon();
      throw error;
    }
    segment.lines += lines;
    segment.sizeBytes += data.length;
    return segment;
  }

  /** Ends the newest segment; the next append begins another. */
  async seal(): Promise<void> {
    const file = this.active?.file;
    this.active = undefined;
    await file?.close();
  }

  private async segmentFor(first: number, hour: string, sizeBytes: number) {
    if (this.active !== undefined) {
      const { segment } = this.active;
      const full = segment.sizeBytes > 0 && segment.sizeBytes + sizeBytes > this.maxSegmentBytes;
      if (full || segment.hour !== hour) await this.seal();
    }
    this.active ??= await this.begin(first, hour);
    return this.active;
  }

  private async begin(first: number, hour: string) {
    const segment = newSegment(first, hour);
    const file = await this.files.create(`${this.folder}/${segment.name}`);
    try {
      await this.files.syncFolder(this.folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.segments.push(segment);
    return { segment, file };
  }

  /** Also when none of this works: a scan leaves out lines whose numbers were given to a later segment. */
  private async abandon(): Promise<void> {
    if (this.active === undefined) return;
    const { segment, file } = this.active;
    this.active = undefined;
    const path = `${this.folder}/${segment.name}`;
    await file.close().catch(() => undefined);
    if (segment.lines > 0) {
      await this.files.truncate(path, segment.sizeBytes).catch(() => undefined);
      return;
    }
    this.segments.splice(this.segments.indexOf(segment), 1);
    await this.files.remove(path).catch(() => undefined);
  }
}
