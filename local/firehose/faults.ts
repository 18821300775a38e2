/** Faults of one stream that a test asks for. Kept in memory only. */
import { z } from 'zod';

const count = z.number().int().min(1);
const stream = z.string().optional();
const calls = count.default(1);
const several = z.number().int().min(2).max(100).default(3);

export const faultSchema = z.discriminatedUnion('fault', [
  z
    .strictObject({
      fault: z.literal('partial-failure'),
      stream,
      calls,
      /** Of the records of each batch. */
      share: z.number().min(0).max(1).optional(),
      /** Records of each batch. */
      count: count.optional(),
    })
    .refine((fault) => (fault.share === undefined) !== (fault.count === undefined), {
      error: 'give exactly one of share and count',
    }),
  z.strictObject({ fault: z.literal('throttle'), stream, calls }),
  z.strictObject({ fault: z.literal('fail-after-storing'), stream, calls }),
  z.strictObject({ fault: z.literal('delay-delivery'), stream, seconds: z.number().min(0) }),
  z.strictObject({ fault: z.literal('duplicate-delivery'), stream, objects: count.default(1) }),
  /** As at high throughput, where several hosts of the service deliver: what is one object otherwise comes in parts. */
  z.strictObject({ fault: z.literal('several-objects'), stream, objects: count.default(1), parts: several }),
  z.strictObject({ fault: z.literal('several-gzip-members'), stream, objects: count.default(1), members: several }),
]);
export type Fault = z.infer<typeof faultSchema>;

interface PartialFailure {
  readonly share?: number | undefined;
  readonly count?: number | undefined;
}

const never = Number.NEGATIVE_INFINITY;

export class StreamFaults {
  private partialFailure: PartialFailure = { count: 0 };
  private partialFailureCalls = 0;
  private throttledCalls = 0;
  private failuresAfterStoring = 0;
  private objectsToDuplicate = 0;
  private objectsToSplit = 0;
  private parts = 1;
  private objectsInMembers = 0;
  private members = 1;
  private delayedUntil = never;

  arm(fault: Fault, nowMs: number): void {
    switch (fault.fault) {
      case 'partial-failure':
        this.partialFailure = fault;
        this.partialFailureCalls = fault.calls;
        return;
      case 'throttle':
        this.throttledCalls = fault.calls;
        return;
      case 'fail-after-storing':
        this.failuresAfterStoring = fault.calls;
        return;
      case 'delay-delivery':
        this.delayedUntil = nowMs + fault.seconds * 1000;
        return;
      case 'duplicate-delivery':
        this.objectsToDuplicate = fault.objects;
        return;
      case 'several-objects':
        this.objectsToSplit = fault.objects;
        this.parts = fault.parts;
        return;
      case 'several-gzip-members':
        this.objectsInMembers = fault.objects;
        this.members = fault.members;
    }
  }

  clear(): void {
    this.partialFailureCalls = 0;
    this.throttledCalls = 0;
    this.failuresAfterStoring = 0;
    this.objectsToDuplicate = 0;
    this.objectsToSplit = 0;
    this.objectsInMembers = 0;
    this.endDelay();
  }

  /** No buffer is due before this instant. */
  get delayedUntilMs(): number {
    return this.delayedUntil;
  }

  endDelay(): void {
    this.delayedUntil = never;
  }

  takeThrottle(): boolean {
    if (this.throttledCalls === 0) return false;
    this.throttledCalls -= 1;
    return true;
  }

  /** Which records of a batch are refused: as many as asked for, spread evenly. */
  takeRefusedPositions(batchLength: number): Set<number> {
    if (this.partialFailureCalls === 0) return new Set();
    this.partialFailureCalls -= 1;
    const { share = 0, count: exactly = Math.round(share * batchLength) } = this.partialFailure;
    const refused = Math.min(batchLength, exactly);
    return new Set(Array.from({ length: refused }, (_, index) => Math.floor((index * batchLength) / refused)));
  }

  takeFailureAfterStoring(): boolean {
    if (this.failuresAfterStoring === 0) return false;
    this.failuresAfterStoring -= 1;
    return true;
  }

  /** How many objects a buffer becomes, and whether they share its records or all have all of them. */
  takeObjects(): { readonly objects: number; readonly isShared: boolean } {
    if (this.objectsToDuplicate > 0) {
      this.objectsToDuplicate -= 1;
      return { objects: 2, isShared: false };
    }
    if (this.objectsToSplit === 0) return { objects: 1, isShared: false };
    this.objectsToSplit -= 1;
    return { objects: this.parts, isShared: true };
  }

  takeMembers(): number {
    if (this.objectsInMembers === 0) return 1;
    this.objectsInMembers -= 1;
    return this.members;
  }

  state(nowMs: number): object {
    return {
      partialFailureCalls: this.partialFailureCalls,
      throttledCalls: this.throttledCalls,
      failuresAfterStoring: this.failuresAfterStoring,
      objectsToDuplicate: this.objectsToDuplicate,
      objectsToSplit: this.objectsToSplit,
      objectsInMembers: this.objectsInMembers,
      deliveryDelaySeconds: Math.max(0, this.delayedUntil - nowMs) / 1000,
    };
  }
}
