/**
 * One record of the delivery stream while it is filled: NDJSON lines of many requests.
 * Firehose bills each record rounded up to 5 KB, so lines travel together.
 */
export class ClickRecord {
  /** Resolves when the stream has acknowledged the record. */
  readonly delivered: Promise<void>;
  private readonly parts: Buffer[] = [];
  private size = 0;
  private settle: (() => void) | undefined;

  constructor() {
    this.delivered = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  get sizeBytes(): number {
    return this.size;
  }

  add(lines: Buffer): void {
    this.parts.push(lines);
    this.size += lines.length;
  }

  data(): Buffer {
    const [only] = this.parts;
    return this.parts.length === 1 && only !== undefined ? only : Buffer.concat(this.parts);
  }

  acknowledge(): void {
    this.settle?.();
  }
}
