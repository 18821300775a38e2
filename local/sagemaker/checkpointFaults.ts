/** Faults of the checkpoint agent that a test asks for. Kept in memory only. */

export interface CorruptUploads {
  /** Absent: of any job. */
  readonly job?: string | undefined;
  readonly uploads: number;
  /** Of files whose name ends with this. */
  readonly suffix: string;
  /** `cut`: the first half arrives, as an agent that died leaves it. `flip`: one bit in the middle is another. */
  readonly how: 'cut' | 'flip';
}

export interface Stall {
  /** Absent: of every job. */
  readonly job?: string | undefined;
  /** Infinity: for good. */
  readonly untilMs: number;
}

export class CheckpointFaults {
  private stalled: Stall | undefined;
  private corrupted: CorruptUploads | undefined;

  /** Nothing is uploaded or deleted until then; replaces an earlier stall. */
  stall(stall: Stall): void {
    this.stalled = stall;
  }

  corrupt(corrupted: CorruptUploads): void {
    this.corrupted = corrupted;
  }

  clear(): void {
    this.stalled = undefined;
    this.corrupted = undefined;
  }

  isStalled(job: string): boolean {
    if (this.stalled === undefined) return false;
    const { job: only = job, untilMs } = this.stalled;
    return only === job && Date.now() < untilMs;
  }

  /** What arrives in S3 of a file. */
  uploadBody(job: string, path: string, body: Buffer): Buffer {
    const fault = this.corrupted;
    if (fault === undefined || fault.uploads === 0 || !path.endsWith(fault.suffix)) return body;
    if ((fault.job ?? job) !== job) return body;
    this.corrupted = { ...fault, uploads: fault.uploads - 1 };
    const middle = Math.floor(body.length / 2);
    if (fault.how === 'cut') return body.subarray(0, middle);
    const flipped = Buffer.from(body);
    if (flipped.length > 0) flipped.writeUInt8(flipped.readUInt8(middle) ^ 1, middle);
    return flipped;
  }

  state(): object {
    const { untilMs = 0, job } = this.stalled ?? {};
    return {
      uploadsStalled: Date.now() < untilMs,
      ...(job === undefined ? {} : { stalledJob: job }),
      corruptUploads: this.corrupted?.uploads ?? 0,
    };
  }
}
