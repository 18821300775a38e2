/**
 * Sends the lines of one shard to the table: several batches under way at a time, at the shared rate, what was refused
 * again after a jittered delay and in company of new lines.
 */
import type { RecommendationTable } from '../clients/recommendationTable';
import { type BatchWindow, type PendingItem, unitsOf } from '../domain/batches';
import { fullJitterMs } from '../domain/jitter';
import type { ShardItem } from '../domain/shardItem';
import type { WriteRate } from '../domain/writeRate';
import { failure } from '../failures';

export interface SenderOptions {
  readonly batchesInFlight: number;
  /** Lines read and not yet in the table: what another worker may have to write again, and what memory holds. */
  readonly linesInFlight: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** An item that the table has refused for so long ends the load. */
  readonly refusedForMs: number;
}

export const defaultSenderOptions: SenderOptions = {
  batchesInFlight: 4,
  linesInFlight: 1000,
  retryBaseMs: 50,
  retryCapMs: 5_000,
  refusedForMs: 10 * 60_000,
};

export interface SenderHouse {
  /** Does to the lists what is to be done to them: the table writes them, or takes them out. */
  readonly write: RecommendationTable['write'];
  readonly rate: WriteRate;
  /** Names the shard in failures. */
  readonly place: string;
}

export class BatchSender {
  private inFlight = 0;
  private failure: { readonly error: unknown } | undefined;
  private wake: (() => void) | undefined;
  /** Batches that wait until the rate lets them through. */
  private readonly held = new Set<() => void>();
  private refusedAnswers = 0;

  constructor(
    private readonly house: SenderHouse,
    private readonly window: BatchWindow,
    private readonly options: SenderOptions = defaultSenderOptions,
  ) {}

  /** Answers that left something unwritten. */
  get throttledBatches(): number {
    return this.refusedAnswers;
  }

  /** Whether the line may be added now; if not, `makeRoom` first. */
  hasRoomFor(item: ShardItem): boolean {
    return this.window.size < this.options.linesInFlight && !this.window.holds(item);
  }

  async makeRoom(item: ShardItem): Promise<void> {
    while (!this.hasRoomFor(item)) await this.step();
  }

  /** Sends full batches as soon as fewer than the allowed number are under way. */
  async sendFull(): Promise<void> {
    while (this.window.hasFullBatch) if (!this.send()) await this.changed();
  }

  /** Until everything added is in the table. */
  async drain(): Promise<void> {
    while (this.window.size > 0) await this.step();
  }

  /** Until nothing is under way any more, whatever became of it. */
  async settle(): Promise<void> {
    while (this.inFlight > 0) await this.changed();
  }

  /** Whoever adds or waits is told so, and nothing more is sent. */
  fail(error: unknown): void {
    this.failure ??= { error };
    for (const release of this.held) release();
    this.wake?.();
  }

  private async step(): Promise<void> {
    if (this.send()) return;
    // With all places taken, only an answer helps.
    const dueAtMs = this.inFlight < this.options.batchesInFlight ? this.window.nextDueAtMs : undefined;
    const timer =
      dueAtMs === undefined ? undefined : setTimeout(() => this.wake?.(), Math.max(1, dueAtMs - Date.now()));
    await this.changed();
    clearTimeout(timer);
  }

  /** False when nothing may be sent now. */
  private send(): boolean {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.inFlight >= this.options.batchesInFlight) return false;
    const batch = this.window.takeBatch(Date.now());
    if (batch.length === 0) return false;
    this.inFlight += 1;
    void this.write(batch);
    return true;
  }

  /** Never rejects: what went wrong is thrown to whoever adds or waits. */
  private async write(batch: readonly PendingItem[]): Promise<void> {
    const { write, rate } = this.house;
    try {
      const units = unitsOf(batch);
      const startedAtMs = Date.now();
      let waitMs = Math.max(rate.take(units, startedAtMs), rate.pausedForMs(startedAtMs));
      for (; waitMs > 0; waitMs = rate.pausedForMs(Date.now())) await this.hold(waitMs);
      if (this.failure !== undefined) {
        rate.settle(units, 0, Date.now());
        return;
      }
      const answer = await write(batch.map(({ item }) => item));
      const nowMs = Date.now();
      if (answer.unprocessed.length === 0) {
        rate.settle(units, answer.consumedUnits, nowMs);
        for (const pending of batch) this.window.wasWritten(pending);
        return;
      }
      this.refusedAnswers += 1;
      rate.settle(Math.min(units, answer.consumedUnits), answer.consumedUnits, nowMs);
      rate.refused(answer.refusedBy ?? 'table', nowMs);
      this.takeBack(batch, new Set(answer.unprocessed.map(({ pk }) => pk)), nowMs);
    } catch (error) {
      this.fail(error);
    } finally {
      this.inFlight -= 1;
      this.wake?.();
    }
  }

  private takeBack(batch: readonly PendingItem[], refused: ReadonlySet<string>, nowMs: number): void {
    const { retryBaseMs, retryCapMs, refusedForMs } = this.options;
    // One delay for what was refused together, so that it can travel together again.
    const random = Math.random();
    for (const pending of batch) {
      if (!refused.has(pending.item.pk)) {
        this.window.wasWritten(pending);
        continue;
      }
      this.window.wasRefused(pending, nowMs, (refusals) => fullJitterMs(refusals, retryBaseMs, retryCapMs, random));
      if (nowMs - pending.firstRefusedAtMs > refusedForMs) {
        throw failure(
          'LoadThrottled',
          `the table has refused an item for ${Math.round((nowMs - pending.firstRefusedAtMs) / 1000)} seconds, ${pending.refusals} times; the load goes on from its cursor when it is tried again [${this.house.place}, line=${pending.place + 1}]`,
        );
      }
    }
  }

  private hold(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        this.held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, ms);
      this.held.add(release);
    });
  }

  /** Until a batch has been answered, or something failed. */
  private changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
