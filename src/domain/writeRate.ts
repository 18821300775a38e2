/**
 * How fast to write: a token bucket with debt over the capacity that was really consumed, whose rate falls by a factor
 * when the table throttles and rises by a step for each second without it (AIMD). Time is an argument, never read here.
 */

export interface WriteRateOptions {
  /** Write capacity units a second, never exceeded on average. */
  readonly maxUnitsPerSecond: number;
  readonly minUnitsPerSecond: number;
  readonly decreaseFactor: number;
  readonly increaseUnitsPerSecond: number;
}

export const defaultWriteRate = {
  minUnitsPerSecond: 5,
  decreaseFactor: 0.7,
  increaseUnitsPerSecond: 20,
} as const;

export class WriteRate {
  private unitsPerSecond: number;
  private balance: number;
  private refilledAtMs: number;
  private raisedAtMs: number;

  constructor(
    private readonly options: WriteRateOptions,
    nowMs: number,
  ) {
    this.unitsPerSecond = options.maxUnitsPerSecond;
    this.balance = options.maxUnitsPerSecond;
    this.refilledAtMs = nowMs;
    this.raisedAtMs = nowMs;
  }

  get currentUnitsPerSecond(): number {
    return this.unitsPerSecond;
  }

  /** Milliseconds to wait before the next batch may be sent; 0 while the balance is not in debt. */
  delayMs(nowMs: number): number {
    this.refill(nowMs);
    return this.balance > 0 ? 0 : Math.ceil(((1 - this.balance) / this.unitsPerSecond) * 1000);
  }

  /** Charges what a batch consumed; the balance may go into debt. */
  charge(units: number, nowMs: number): void {
    this.refill(nowMs);
    this.balance -= units;
  }

  throttled(nowMs: number): void {
    this.refill(nowMs);
    this.unitsPerSecond = Math.max(this.options.minUnitsPerSecond, this.unitsPerSecond * this.options.decreaseFactor);
    this.raisedAtMs = nowMs;
  }

  private refill(nowMs: number): void {
    const seconds = Math.max(0, (nowMs - this.refilledAtMs) / 1000);
    this.balance = Math.min(this.unitsPerSecond, this.balance + seconds * this.unitsPerSecond);
    this.refilledAtMs = nowMs;
    const cleanSeconds = Math.floor((nowMs - this.raisedAtMs) / 1000);
    if (cleanSeconds > 0) {
      this.unitsPerSecond = Math.min(
        this.options.maxUnitsPerSecond,
        this.unitsPerSecond + cleanSeconds * this.options.increaseUnitsPerSecond,
      );
      this.raisedAtMs += cleanSeconds * 1000;
    }
  }
}

/** Full jitter: a delay drawn evenly from 0 to `base * 2^attempt`, at most `cap` (AWS architecture blog, "Exponential backoff and jitter"). */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number, random: number): number {
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** attempt));
}
