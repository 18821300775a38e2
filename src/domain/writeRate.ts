/**
 * How fast to write: a token bucket with debt over the capacity that was really consumed. When the table throttles, the
 * rate falls to what the table took; then it comes back to the rate that was too high, fast at first and slower the nearer
 * it is, and beyond that it feels its way up with growing steps. Time is an argument, never read here.
 */

export interface WriteRateOptions {
  readonly minUnitsPerSecond: number;
  /** Of the rate, that stays after throttling: at least and at most. */
  readonly minShareKept: number;
  readonly maxShareKept: number;
  /** Answers to requests that were under way when the rate fell say nothing of the new rate. */
  readonly reactionMs: number;
  /** Nothing is sent for so long: what the table gets back meanwhile carries those that were let through at the old rate. */
  readonly pauseMs: number;
  /** What the bucket holds at most, in seconds of the rate. */
  readonly burstSeconds: number;
  /** The first step beyond the rate that was too high, as a share of it; each second the step doubles. */
  readonly firstStepShare: number;
  readonly lastStepShare: number;
  /** How long a limit of the account, which others share, is not tried again. */
  readonly accountPauseMs: number;
}

export const defaultWriteRate: WriteRateOptions = {
  minUnitsPerSecond: 5,
  minShareKept: 0.5,
  maxShareKept: 0.92,
  reactionMs: 500,
  pauseMs: 100,
  burstSeconds: 0.5,
  firstStepShare: 0.0025,
  lastStepShare: 0.08,
  accountPauseMs: 60_000,
};

/**
 * What refused a write: the table as a whole, one of its partitions (the rest has capacity left), or a limit that others
 * share, where pushing harder takes from them.
 */
export type RefusedBy = 'table' | 'partition' | 'account';

/** By the reason that DynamoDB gives, such as `TableWriteKeyRangeThroughputExceeded`. */
export function refusedBy(reasons: readonly string[]): RefusedBy {
  if (reasons.some((reason) => /(AccountLimit|MaxOnDemandThroughput)Exceeded$/.test(reason))) return 'account';
  if (reasons.length > 0 && reasons.every((reason) => /KeyRangeThroughputExceeded$/.test(reason))) return 'partition';
  return 'table';
}

export class WriteRate {
  private maxUnitsPerSecond = 0;
  private unitsPerSecond = 0;
  private balance = 0;
  private refilledAtMs: number;
  /** The rate that was too high when the table throttled last. */
  private ceiling: number | undefined;
  private stepShare: number;
  private steppedAtMs: number;
  private pausedUntilMs = Number.NEGATIVE_INFINITY;
  private settledFromMs = Number.NEGATIVE_INFINITY;
  private readonly taken: RecentUnits;

  constructor(
    maxUnitsPerSecond: number,
    nowMs: number,
    private readonly options: WriteRateOptions = defaultWriteRate,
  ) {
    this.refilledAtMs = nowMs;
    this.steppedAtMs = nowMs;
    this.stepShare = options.firstStepShare;
    this.taken = new RecentUnits(nowMs);
    this.allow(maxUnitsPerSecond, nowMs);
  }

  get currentUnitsPerSecond(): number {
    return this.unitsPerSecond;
  }

  /** Changes what is allowed. A rate that no throttling has lowered moves with it; a new bucket starts empty. */
  allow(maxUnitsPerSecond: number, nowMs: number): void {
    this.refill(nowMs);
    const free = this.unitsPerSecond === this.maxUnitsPerSecond;
    this.maxUnitsPerSecond = maxUnitsPerSecond;
    this.unitsPerSecond = free ? maxUnitsPerSecond : Math.min(this.unitsPerSecond, maxUnitsPerSecond);
    this.balance = Math.min(this.balance, this.mostInBucket);
  }

  /** Takes units out of the bucket, into debt if need be; milliseconds to wait before they may be used. */
  take(units: number, nowMs: number): number {
    this.refill(nowMs);
    const waitMs = this.balance >= 0 ? 0 : Math.ceil((-this.balance / this.unitsPerSecond) * 1000);
    this.balance -= units;
    return waitMs;
  }

  /** Milliseconds that whoever has waited must wait on, since the table throttled meanwhile. */
  pausedForMs(nowMs: number): number {
    return Math.max(0, this.pausedUntilMs - nowMs);
  }

  /** Corrects what was taken to what the request consumed. */
  settle(taken: number, consumed: number, nowMs: number): void {
    this.refill(nowMs);
    this.taken.add(consumed, nowMs);
    this.balance += taken - consumed;
  }

  /** The table refused a write. What was taken for it stays taken, so that refused writes are paced too. */
  refused(by: RefusedBy, nowMs: number): void {
    this.refill(nowMs);
    this.balance = Math.min(this.balance, 0);
    if (nowMs < this.settledFromMs) return;
    const { minShareKept, maxShareKept, minUnitsPerSecond, reactionMs, pauseMs, firstStepShare, accountPauseMs } =
      this.options;
    const before = this.unitsPerSecond;
    const mostKept = by === 'partition' ? before : before * maxShareKept;
    const kept = Math.min(mostKept, Math.max(before * minShareKept, this.taken.perSecond(nowMs)));
    this.unitsPerSecond = Math.max(Math.min(minUnitsPerSecond, this.maxUnitsPerSecond), kept);
    this.ceiling = before;
    this.stepShare = firstStepShare;
    this.settledFromMs = nowMs + reactionMs;
    this.pausedUntilMs = nowMs + pauseMs;
    this.steppedAtMs = by === 'account' ? nowMs + accountPauseMs : nowMs;
  }

  private get mostInBucket(): number {
    return this.unitsPerSecond * this.options.burstSeconds;
  }

  private refill(nowMs: number): void {
    const seconds = Math.max(0, (nowMs - this.refilledAtMs) / 1000);
    this.balance = Math.min(this.mostInBucket, this.balance + seconds * this.unitsPerSecond);
    this.refilledAtMs = nowMs;
    for (; nowMs - this.steppedAtMs >= 1000 && this.unitsPerSecond < this.maxUnitsPerSecond; this.steppedAtMs += 1000) {
      this.unitsPerSecond = Math.min(this.maxUnitsPerSecond, this.unitsPerSecond + this.nextStep());
    }
  }

  /** Units a second that another second without throttling allows more. */
  private nextStep(): number {
    const { firstStepShare, lastStepShare } = this.options;
    const ceiling = this.ceiling ?? this.maxUnitsPerSecond;
    const smallest = ceiling * firstStepShare;
    if (this.unitsPerSecond < ceiling) return Math.max(smallest, (ceiling - this.unitsPerSecond) / 3);
    const step = ceiling * this.stepShare;
    this.stepShare = Math.min(lastStepShare, this.stepShare * 2);
    return step;
  }
}

/** Units of about the last second. */
class RecentUnits {
  private current = 0;
  private previous = 0;

  constructor(private startedAtMs: number) {}

  add(units: number, nowMs: number): void {
    this.turn(nowMs);
    this.current += units;
  }

  perSecond(nowMs: number): number {
    this.turn(nowMs);
    return this.current + this.previous * (1 - (nowMs - this.startedAtMs) / 1000);
  }

  private turn(nowMs: number): void {
    const seconds = Math.floor((nowMs - this.startedAtMs) / 1000);
    if (seconds <= 0) return;
    this.previous = seconds === 1 ? this.current : 0;
    this.current = 0;
    this.startedAtMs += seconds * 1000;
  }
}
