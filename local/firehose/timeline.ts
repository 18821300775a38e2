/**
 * What happens when: buffers become due and minutes end, as the clock runs or because it is moved. A moved clock stops at
 * each due buffer in between, stands still while that is delivered, and so gives every object and metric its own time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { VirtualClock } from './clock';
import type { DeliveryStream } from './deliveryStream';
import type { MetricPublisher } from './metricPublisher';
import type { Streams } from './streams';

const minuteMs = 60_000;
const longestTimerMs = 2 ** 31 - 1;

/** S3 did not take the objects in time; they stay on their way. */
export class DeliveryTooSlow extends Error {
  override readonly name = 'DeliveryTooSlow';
}

export class Timeline {
  private timer: NodeJS.Timeout | undefined;
  private isMoving = false;
  private isEnded = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: VirtualClock,
    private readonly streams: Streams,
    private readonly publisher: MetricPublisher,
    private readonly waitSeconds: () => number,
  ) {}

  /** Does what is due by now, and sets the timer for what will be due next. */
  run(): void {
    clearTimeout(this.timer);
    if (this.isMoving || this.isEnded) return;
    this.passTo(this.clock.nowMs());
    this.schedule();
  }

  /** To be called when a buffer may be due earlier than before. */
  schedule(): void {
    clearTimeout(this.timer);
    const { speed } = this.clock;
    if (this.isMoving || this.isEnded || speed === 0) return;
    const nowMs = this.clock.nowMs();
    const minuteEndMs = (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
    const nextMs = Math.min(minuteEndMs, this.nextDueAtMs() ?? minuteEndMs);
    const waitMs = Math.min(Math.max(1, Math.ceil((nextMs - nowMs) / speed)), longestTimerMs);
    this.timer = setTimeout(() => this.run(), waitMs);
  }

  end(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
  }

  /** Resolves when what was due in between is in S3 and the metrics of the ended minutes are put. */
  async moveTo(targetMs: number, speed: number): Promise<void> {
    await this.inTurn(async () => {
      this.isMoving = true;
      clearTimeout(this.timer);
      try {
        const nowMs = this.clock.nowMs();
        this.clock.hold(nowMs, speed);
        if (targetMs < nowMs) await this.goBack(nowMs, targetMs, speed);
        else await this.goOn(targetMs, speed);
      } finally {
        this.isMoving = false;
        this.clock.release();
        this.run();
      }
      await this.publisher.send();
    });
  }

  /** Resolves when what the streams hold by now is in S3, whether or not it was due. */
  async flush(streams: readonly DeliveryStream[]): Promise<void> {
    await this.inTurn(async () => {
      for (const stream of streams) stream.close();
      await this.delivered(streams);
    });
  }

  private async goOn(targetMs: number, speed: number): Promise<void> {
    // What is on its way already arrives at the time that ends here.
    await this.delivered(this.streams.all());
    for (let dueAtMs = this.nextDueAtMs(); dueAtMs !== undefined && dueAtMs <= targetMs; dueAtMs = this.nextDueAtMs()) {
      const atMs = Math.max(dueAtMs, this.clock.nowMs());
      this.clock.hold(atMs, speed);
      this.passTo(atMs);
      await this.delivered(this.streams.all());
    }
    this.clock.hold(targetMs, speed);
    this.passTo(targetMs);
  }

  /** The metrics that told about the time between stay; after going back they tell of another past. */
  private async goBack(nowMs: number, targetMs: number, speed: number): Promise<void> {
    const streams = this.streams.all();
    for (const stream of streams) stream.close();
    await this.delivered(streams);
    for (const stream of this.streams.all()) {
      // What came in the meantime belongs to the time that ends here.
      stream.close();
      stream.faults.endDelay();
      stream.meter.jump(nowMs, targetMs);
    }
    this.clock.hold(targetMs, speed);
  }

  private passTo(nowMs: number): void {
    for (const stream of this.streams.all()) {
      stream.meter.passTo(nowMs);
      stream.closeDue(nowMs);
    }
  }

  private nextDueAtMs(): number | undefined {
    const dues = this.streams.all().flatMap((stream) => stream.dueAtMs() ?? []);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  private async delivered(streams: readonly DeliveryStream[]): Promise<void> {
    const waitSeconds = this.waitSeconds();
    const abort = new AbortController();
    const late = sleep(waitSeconds * 1000, true, { signal: abort.signal }).catch(() => false);
    const all = Promise.all(streams.map((stream) => stream.delivered())).then(() => false);
    const isLate = await Promise.race([late, all]);
    abort.abort();
    if (isLate) {
      throw new DeliveryTooSlow(`S3 did not take everything within ${waitSeconds} seconds; it is tried further`);
    }
  }

  /** Moves and flushes go one after the other. */
  private async inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    await mine;
  }
}
