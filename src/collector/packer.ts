/**
 * Between requests and the delivery stream: packs lines of many requests into records, records into calls, and resends
 * what was refused. A request is answered only when the stream has acknowledged every record that holds a line of it.
 *
 * A record is closed when it is full or has waited `lingerMs`; closed records go out at once while a call slot is free,
 * and otherwise queue up, so that calls grow with the load. Only refused records are resent. A call that failed as a
 * whole is resent whole: what it may have stored twice is removed later by `event_id`.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type DeliveryStream, maxBytesPerPut, maxRecordsPerPut } from '../clients/deliveryStream';
import { backoffMs } from './backoff';
import { ClickRecord } from './clickRecord';
import type { Counters } from './counters';

/** The stream cannot take the lines now; the sender should come again after a pause. */
export class DeliveryUnavailable extends Error {
  override readonly name = 'DeliveryUnavailable';
}

/** A failed or partly refused call, as told to the log. */
export interface PutTrouble {
  readonly attempt: number;
  readonly records: number;
  readonly reason: string;
}

export interface PackerLimits {
  /** A multiple of 5,120 wastes nothing of a full record. */
  readonly maxRecordBytes?: number;
  /** Bytes of lines taken and not yet settled; beyond it requests are turned away. */
  readonly maxPendingBytes?: number;
  readonly maxCallsInFlight?: number;
  /** A call without an answer for so long counts as failed. */
  readonly putTimeoutMs?: number;
  /** No record is offered again later than this after its first line came in. */
  readonly giveUpMs?: number;
}

export interface PackerOptions extends PackerLimits {
  readonly stream: DeliveryStream;
  readonly counters: Counters;
  readonly lingerMs: number;
  readonly onTrouble?: (trouble: PutTrouble) => void;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Packer {
  /**
   * Resolves when the stream has acknowledged all lines, each ending with a newline. Throws `DeliveryUnavailable` when
   * too much is pending, the stream refused for too long, or the packer is drained; some lines may then be stored.
   */
  deliver(lines: readonly string[]): Promise<void>;
  pendingBytes(): number;
  /** Takes nothing new, sends what is pending and waits until all of it is settled. */
  drain(): Promise<void>;
}

const billedUnitBytes = 5 * 1024;

export function createPacker(options: PackerOptions): Packer {
  const { stream, counters, lingerMs } = options;
  const maxRecordBytes = options.maxRecordBytes ?? 50 * billedUnitBytes;
  const maxPendingBytes = options.maxPendingBytes ?? 32 * 1024 * 1024;
  const maxCallsInFlight = options.maxCallsInFlight ?? 8;
  const putTimeoutMs = options.putTimeoutMs ?? 10_000;
  const giveUpMs = options.giveUpMs ?? 20_000;
  const { now = Date.now, random = Math.random, sleep = sleepFor } = options;

  const queue: ClickRecord[] = [];
  const calls = new Set<Promise<void>>();
  let open: { readonly record: ClickRecord; readonly linger: NodeJS.Timeout } | undefined;
  let pendingBytes = 0;
  let draining = false;

  async function deliver(lines: readonly string[]): Promise<void> {
    const sizes = lines.map((line) => Buffer.byteLength(line));
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    if (draining) throw new DeliveryUnavailable('the collector is shutting down');
    if (pendingBytes + sizeBytes > maxPendingBytes) {
      throw new DeliveryUnavailable(`too much is pending: ${pendingBytes} of ${maxPendingBytes} bytes`);
    }
    pendingBytes += sizeBytes;
    const records = new Set<ClickRecord>();
    lines.forEach((line, index) => {
      const lineBytes = sizes[index] ?? 0;
      const record = recordWithRoomFor(lineBytes);
      record.add(line, lineBytes);
      records.add(record);
    });
    await Promise.all([...records].map((record) => record.delivered));
  }

  function recordWithRoomFor(lineBytes: number): ClickRecord {
    if (open !== undefined && open.record.sizeBytes + lineBytes > maxRecordBytes) closeRecord();
    open ??= { record: new ClickRecord(now() + giveUpMs), linger: setTimeout(closeRecord, lingerMs) };
    return open.record;
  }

  function closeRecord(): void {
    if (open === undefined) return;
    clearTimeout(open.linger);
    queue.push(open.record);
    open = undefined;
    startCalls();
  }

  function startCalls(): void {
    while (queue.length > 0 && calls.size < maxCallsInFlight) {
      const call: Promise<void> = sendUntilSettled(takeBatch()).finally(() => {
        calls.delete(call);
        startCalls();
      });
      calls.add(call);
    }
  }

  function takeBatch(): ClickRecord[] {
    let count = 0;
    let bytes = 0;
    for (const record of queue) {
      if (count === maxRecordsPerPut || (count > 0 && bytes + record.sizeBytes > maxBytesPerPut)) break;
      count += 1;
      bytes += record.sizeBytes;
    }
    return queue.splice(0, count);
  }

  async function sendUntilSettled(batch: readonly ClickRecord[]): Promise<void> {
    let unsettled = batch.map((record) => ({ record, data: record.data() }));
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await put(unsettled.map(({ data }) => data));
      unsettled.filter((_, index) => !outcome.refused.has(index)).forEach(({ record }) => acknowledge(record));
      unsettled = unsettled.filter((_, index) => outcome.refused.has(index));
      if (unsettled.length === 0) return;
      options.onTrouble?.({ attempt, records: unsettled.length, reason: outcome.reason });

      const waitMs = backoffMs(attempt, random());
      const againAtMs = now() + waitMs;
      unsettled
        .filter(({ record }) => record.deadlineAtMs < againAtMs)
        .forEach(({ record }) => {
          giveUp(record, outcome.reason);
        });
      unsettled = unsettled.filter(({ record }) => record.deadlineAtMs >= againAtMs);
      if (unsettled.length === 0) return;
      await sleep(waitMs);
    }
  }

  /** One call: the positions of the records that must be offered again, and the stream's word on one of them. */
  async function put(records: readonly Buffer[]): Promise<{ refused: Set<number>; reason: string }> {
    counters.add('puts_total');
    try {
      const refused = new Set<number>();
      let reason = '';
      (await withTimeout(stream.put(records), putTimeoutMs)).forEach((outcome, index) => {
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

  function acknowledge(record: ClickRecord): void {
    pendingBytes -= record.sizeBytes;
    counters.add('records_total');
    counters.add('record_bytes_total', record.sizeBytes);
    counters.add('billed_units_total', Math.ceil(record.sizeBytes / billedUnitBytes));
    record.succeed();
  }

  function giveUp(record: ClickRecord, reason: string): void {
    pendingBytes -= record.sizeBytes;
    counters.add('records_given_up_total');
    record.fail(
      new DeliveryUnavailable(`the delivery stream did not take the clicks within ${giveUpMs} ms: ${reason}`),
    );
  }

  return {
    deliver,
    pendingBytes: () => pendingBytes,
    async drain() {
      draining = true;
      closeRecord();
      while (calls.size > 0) await Promise.all(calls);
    },
  };
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
