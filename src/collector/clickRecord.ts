/**
 * One record of the delivery stream while it is filled: NDJSON lines of many requests.
 * Firehose bills each record rounded up to 5 KB, so lines travel together.
 */
export class ClickRecord {
  /** Settles when the record's fate is known; every request with a line in the record waits for it. */
  readonly delivered: Promise<void>;
  private readonly lines: string[] = [];
  private size = 0;
  private settle: { resolve: () => void; reject: (reason: Error) => void } | undefined;

  constructor(readonly deadlineAtMs: number) {
    this.delivered = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  get sizeBytes(): number {
    return this.size;
  }

  add(line: string, lineBytes: number): void {
    this.lines.push(line);
    this.size += lineBytes;
  }

  data(): Buffer {
    return Buffer.from(this.lines.join(''));
  }

  succeed(): void {
    this.settle?.resolve();
  }

  fail(reason: Error): void {
    this.settle?.reject(reason);
  }
}
