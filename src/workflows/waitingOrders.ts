/** What an operator may order while a run waits for its day: go on with what is there, or give the day up. */
import { CancellationScope, defineUpdate, setHandler } from '@temporalio/workflow';
import type { OrderReason, WaitingOrder } from '../contract';

export interface GivenOrder extends OrderReason {
  readonly order: WaitingOrder;
}

export const proceedUpdate = defineUpdate<void, [OrderReason], 'proceed'>('proceed');
export const abandonUpdate = defineUpdate<void, [OrderReason], 'abandon'>('abandon');

export class WaitingOrders {
  private waiting: CancellationScope | undefined;
  private given: GivenOrder | undefined;

  constructor() {
    setHandler(proceedUpdate, (reason) => this.take({ order: 'proceed', ...reason }), {
      description: 'While the run waits: go on with the clicks that are there, and mark the run as degraded',
      validator: (reason) => this.refuseUnlessWaiting(reason),
    });
    setHandler(abandonUpdate, (reason) => this.take({ order: 'abandon', ...reason }), {
      description: 'While the run waits: end it; what is live stays live',
      validator: (reason) => this.refuseUnlessWaiting(reason),
    });
  }

  /** The result of `wait`, or the order that ended it. */
  async during<T>(wait: () => Promise<T>): Promise<T | GivenOrder> {
    this.waiting = new CancellationScope();
    try {
      const result = await this.waiting.run(wait);
      return this.given ?? result;
    } catch (error) {
      if (this.given === undefined) throw error;
      return this.given;
    } finally {
      this.waiting = undefined;
    }
  }

  private take(order: GivenOrder): void {
    this.given = order;
    this.waiting?.cancel();
  }

  private refuseUnlessWaiting({ by, reason }: OrderReason): void {
    if (this.waiting === undefined) throw new Error('the run is not waiting for clicks: there is nothing to decide');
    if (this.given !== undefined) throw new Error(`${this.given.by} has decided already: ${this.given.order}`);
    if (by.trim() === '' || reason.trim() === '') throw new Error('an order needs who gives it and why');
  }
}
