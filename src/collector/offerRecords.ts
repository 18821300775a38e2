/** One call to the delivery stream, counted: what comes of each record, and what is not certain counts as refused. */
import type { DeliveryStream } from '../clients/deliveryStream';
import type { Counters } from './counters';
import { withTimeout } from './withTimeout';

export interface OfferOptions {
  readonly stream: DeliveryStream;
  readonly counters: Counters;
  /** A call without an answer for so long counts as failed. */
  readonly timeoutMs: number;
}

export interface OfferOutcome {
  /** Positions of the records that were refused, or may have been. */
  readonly refused: ReadonlySet<number>;
  /** The stream's word on one of them. */
  readonly reason: string;
}

/** Firehose bills a record rounded up to a multiple of it. */
export const billedUnitBytes = 5 * 1024;

export async function offerRecords(records: readonly Buffer[], options: OfferOptions): Promise<OfferOutcome> {
  const { counters } = options;
  const outcome = await call(records, options);
  for (const [index, { length }] of records.entries()) {
    if (outcome.refused.has(index)) continue;
    counters.add('records_total');
    counters.add('record_bytes_total', length);
    counters.add('billed_units_total', Math.ceil(length / billedUnitBytes));
  }
  return outcome;
}

async function call(records: readonly Buffer[], { stream, counters, timeoutMs }: OfferOptions): Promise<OfferOutcome> {
  counters.add('puts_total');
  try {
    const refused = new Set<number>();
    let reason = '';
    (await withTimeout(stream.put(records), timeoutMs)).forEach((outcome, index) => {
      if (outcome.accepted) return;
      refused.add(index);
      reason = outcome.reason;
    });
    counters.add('records_refused_total', refused.size);
    return { refused, reason };
  } catch (error) {
    counters.add('put_failures_total');
    return { refused: new Set(records.keys()), reason: error instanceof Error ? error.message : String(error) };
  }
}
