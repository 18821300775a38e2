/** Conditional writes, some at a time, at a rate that gives way when the table throttles. Batches know no conditions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import type { FreshTable, FreshWrite } from '../clients/freshTable';
import type { FreshItem } from '../domain/currentItems';
import { fullJitterMs } from '../domain/jitter';
import { WriteRate } from '../domain/writeRate';
import { failure } from '../failures';

export interface ReplaceOptions {
  /** A fraction of what loads may use: a beat writes two thousand items at most. */
  readonly unitsPerSecond: number;
  readonly writesInFlight: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** An item that the table has refused for so long ends the beat; the next one comes soon. */
  readonly refusedForMs: number;
}

export const defaultReplaceOptions: ReplaceOptions = {
  unitsPerSecond: 400,
  writesInFlight: 16,
  retryBaseMs: 50,
  retryCapMs: 2_000,
  refusedForMs: 30_000,
};

export class PacedReplace {
  private readonly rate: WriteRate;
  private written = 0;
  private superseded = 0;

  constructor(
    private readonly table: FreshTable,
    private readonly context: Pick<Context, 'cancellationSignal' | 'heartbeat'>,
    private readonly options: ReplaceOptions,
  ) {
    this.rate = new WriteRate(options.unitsPerSecond, Date.now());
  }

  /** In order, as far as several at a time have one. The first failure ends all. */
  async replaceAll(items: readonly FreshItem[]): Promise<{ written: number; superseded: number }> {
    const left = items.values();
    const failed = new AbortController();
    const signal = AbortSignal.any([failed.signal, this.context.cancellationSignal]);
    const writeLeft = async (): Promise<void> => {
      try {
        for (const item of left) {
          signal.throwIfAborted();
          await this.replaceOne(item, signal);
          this.context.heartbeat({ items: this.written + this.superseded, ofItems: items.length });
        }
      } catch (error) {
        if (!signal.aborted) failed.abort(error);
        // A sleep that was ended says only that it was; why, the signal knows.
        throw signal.reason;
      }
    };
    await Promise.all(Array.from({ length: this.options.writesInFlight }, writeLeft));
    return { written: this.written, superseded: this.superseded };
  }

  private async replaceOne(item: FreshItem, signal: AbortSignal): Promise<void> {
    const startedAtMs = Date.now();
    for (let refusals = 1; ; refusals++) {
      const answer = await this.write(item, signal);
      if (answer.outcome !== 'throttled') {
        this[answer.outcome] += 1;
        return;
      }
      const refusedForMs = Date.now() - startedAtMs;
      if (refusedForMs > this.options.refusedForMs) {
        throw failure(
          'LoadThrottled',
          `the table has refused an item of the fresh lists for ${Math.round(refusedForMs / 1000)} seconds, ${refusals} times [pk=${item.pk}]`,
        );
      }
      const { retryBaseMs, retryCapMs } = this.options;
      await sleep(fullJitterMs(refusals, retryBaseMs, retryCapMs, Math.random()), undefined, { signal });
    }
  }

  private async write(item: FreshItem, signal: AbortSignal): Promise<FreshWrite> {
    const units = 1;
    const takenAtMs = Date.now();
    let waitMs = Math.max(this.rate.take(units, takenAtMs), this.rate.pausedForMs(takenAtMs));
    for (; waitMs > 0; waitMs = this.rate.pausedForMs(Date.now())) await sleep(waitMs, undefined, { signal });
    const answer = await this.table.replace(item);
    if (answer.outcome === 'throttled') this.rate.refused(answer.refusedBy, Date.now());
    else this.rate.settle(units, answer.consumedUnits, Date.now());
    return answer;
  }
}
