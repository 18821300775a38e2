/**
 * Group commit: everything that waits while the disk is busy goes to it together, so that one flush pays for many requests.
 * One commit at a time; the slower the disk, the larger the groups.
 */

export interface Committable {
  readonly sizeBytes: number;
}

interface Waiting<Entry> {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class GroupCommit<Entry extends Committable> {
  private waiting: Waiting<Entry>[] = [];
  private running: Promise<void> | undefined;
  private bytes = 0;

  /** `commit` makes a group durable, or throws, and then nothing of it counts. */
  constructor(
    private readonly maxGroupBytes: number,
    private readonly commit: (entries: readonly Entry[]) => Promise<void>,
  ) {}

  /** Bytes of all that has not been settled. */
  get pendingBytes(): number {
    return this.bytes;
  }

  /** Resolves when the entry is durable. */
  add(entry: Entry): Promise<void> {
    this.bytes += entry.sizeBytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, resolve, reject });
      this.running ??= this.run();
    });
  }

  /** Resolves when everything added so far is settled. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    // Requests that came in the same turn of the event loop belong to the first group already.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.takeGroup();
      try {
        await this.commit(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      this.bytes -= group.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
    }
    this.running = undefined;
  }

  private takeGroup(): Waiting<Entry>[] {
    let count = 0;
    let bytes = 0;
    for (const { entry } of this.waiting) {
      if (count > 0 && bytes + entry.sizeBytes > this.maxGroupBytes) break;
      count += 1;
      bytes += entry.sizeBytes;
    }
    return this.waiting.splice(0, count);
  }
}
