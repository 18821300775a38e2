/** A delivery stream in memory. Each call runs the next scripted behaviour; when the script is over, calls take everything. */
import type { DeliveryStream, PutOutcome } from '../../src/clients/deliveryStream';

/** What one call does: which records are refused (by position), and how the call itself ends. */
export interface PutBehaviour {
  readonly refuse?: (position: number) => boolean;
  /** Takes the records that are not refused, then fails as if the answer was lost. */
  readonly throwAfterTaking?: boolean;
  readonly hang?: boolean;
  /** The call answers only when this resolves. */
  readonly until?: Promise<unknown>;
}

export class FakeDeliveryStream implements DeliveryStream {
  /** The text of each record of each call, as offered. */
  readonly calls: string[][] = [];
  /** The text of each record that was taken, duplicates included. */
  readonly taken: string[] = [];
  callsInFlight = 0;
  mostCallsInFlight = 0;

  constructor(private readonly script: PutBehaviour[] = []) {}

  async put(records: readonly Buffer[]): Promise<PutOutcome[]> {
    const behaviour = this.script.shift() ?? {};
    const texts = records.map((record) => record.toString());
    this.calls.push(texts);
    this.callsInFlight += 1;
    this.mostCallsInFlight = Math.max(this.mostCallsInFlight, this.callsInFlight);
    try {
      if (behaviour.hang) await new Promise<never>(() => undefined);
      await behaviour.until;
      const outcomes = texts.map((_, position): PutOutcome => {
        const refused = behaviour.refuse?.(position) ?? false;
        return refused ? { accepted: false, reason: 'ServiceUnavailableException: Slow down.' } : { accepted: true };
      });
      this.taken.push(...texts.filter((_, position) => outcomes[position]?.accepted));
      if (behaviour.throwAfterTaking) throw new Error('socket hang up');
      return outcomes;
    } finally {
      this.callsInFlight -= 1;
    }
  }

  /** Every line taken, in order. */
  get lines(): string[] {
    return this.taken.flatMap((record) => record.split('\n').filter((line) => line !== ''));
  }
}
