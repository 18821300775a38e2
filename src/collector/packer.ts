/**
 * Before the delivery stream: packs lines into records, records into calls, and resends what was refused, for as long as it
 * takes. Whoever gives it lines keeps them elsewhere, so nothing is lost when it is stopped.
 *
 * A record is closed when it is full or has waited `lingerMs`; closed records go out at once while a call slot is free,
 * and otherwise queue up, so that calls grow with the load. Only refused records are resent, in their order and before
 * younger ones get their slot. A call that failed as a whole is resent whole: what it may have stored twice is removed
 * later by `event_id`.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type DeliveryStream, maxBytesPerPut, maxRecordsPerPut } from '../clients/deliveryStream';
import { backoffMs } from './backoff';
import { ClickRecord } from './clickRecord';
import type { Counters } from './counters';
import { withTimeout } from './withTimeout';

/** A failed or partly refused call, as told to the log. */
export interface PutTrouble {
  readonly attempt: number;
  readonly records: number;
  readonly reason: string;
}

export interface PackerLimits {
  /** A multiple of 5,120 wastes nothing of a full record. */
  readonly maxRecordBytes?: number;
  /** Of a call: what is encoded at once keeps the process from answering. At most, and by default, what the stream takes. */
  readonly maxCallBytes?: number;
  readonly maxCallsInFlight?: number;
  /** A call without an answer for so long counts as failed. */
  readonly putTimeoutMs?: number;
}

export interface PackerOptions extends PackerLimits {
  readonly stream: DeliveryStream;
  readonly counters: Counters;
  readonly lingerMs: number;
  readonly onTrouble?: (trouble: PutTrouble) => void;
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export interface Packer {
  /** Resolves when the stream has acknowledged all lines, each ending with a newline; never, when the packer is stopped before. */
  deliver(lines: Buffer): Promise<void>;
  /** Sends at once what lingers, and waits until everything is acknowledged. */
  drain(): Promise<void>;
  /** Offers nothing again. */
  stop(): void;
}

const billedUnitBytes = 5 * 1024;
const defaultRecordBytes = 50 * billedUnitBytes;

export function createPacker(options: PackerOptions): Packer {
  const { stream, counters, lingerMs } = options;
  const maxRecordBytes = options.maxRecordBytes ?? defaultRecordBytes;
  const maxCallBytes = Math.min(maxBytesPerPut, options.maxCallBytes ?? maxBytesPerPut);
  const maxCallsInFlight = options.maxCallsInFlight ?? 8;
  const putTimeoutMs = options.putTimeoutMs ?? 10_000;
  const { random = Math.random, sleep = sleepUnlessStopped } = options;

  const queue: ClickRecord[] = [];
  const calls = new Set<Promise<void>>();
  const stopping = new AbortController();
  /** Halved by each refusal and raised by each success: a stream that throttles is not asked by all slots at once. */
  let slots = maxCallsInFlight;
  let open: { readonly record: ClickRecord; readonly linger: NodeJS.Timeout } | undefined;

  async function deliver(lines: Buffer): Promise<void> {
    const records: ClickRecord[] = [];
    for (let rest = lines; rest.length > 0; ) {
      const record = recordWithRoomFor(rest.indexOf(10) + 1);
      const part = rest.subarray(0, fittingBytes(rest, maxRecordBytes - record.sizeBytes));
      record.add(part);
      records.push(record);
      rest = rest.subarray(part.length);
    }
    await Promise.all(records.map((record) => record.delivered));
  }

  function recordWithRoomFor(lineBytes: number): ClickRecord {
    if (open !== undefined && open.record.sizeBytes + lineBytes > maxRecordBytes) closeRecord();
    open ??= { record: new ClickRecord(), linger: setTimeout(closeRecord, lingerMs) };
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
    while (queue.length > 0 && calls.size < slots && !stopping.signal.aborted) {
      const call: Promise<void> = sendUntilAcknowledged(takeBatch()).finally(() => {
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
      if (count === maxRecordsPerPut || (count > 0 && bytes + record.sizeBytes > maxCallBytes)) break;
      count += 1;
      bytes += record.sizeBytes;
    }
    return queue.splice(0, count);
  }

  async function sendUntilAcknowledged(batch: readonly ClickRecord[]): Promise<void> {
    let unsettled = batch.map((record) => ({ record, data: record.data() }));
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await put(unsettled.map(({ data }) => data));
      unsettled.filter((_, index) => !outcome.refused.has(index)).forEach(({ record }) => acknowledge(record));
      unsettled = unsettled.filter((_, index) => outcome.refused.has(index));
      slots = unsettled.length > 0 ? Math.max(1, Math.floor(slots / 2)) : Math.min(maxCallsInFlight, slots + 1);
      if (unsettled.length === 0) return;
      options.onTrouble?.({ attempt, records: unsettled.length, reason: outcome.reason });
      await sleep(backoffMs(attempt, random()), stopping.signal);
      if (stopping.signal.aborted) return;
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
    counters.add('records_total');
    counters.add('record_bytes_total', record.sizeBytes);
    counters.add('billed_units_total', Math.ceil(record.sizeBytes / billedUnitBytes));
    record.acknowledge();
  }

  return {
    deliver,
    async drain() {
      closeRecord();
      while (calls.size > 0) await Promise.all(calls);
    },
    stop() {
      stopping.abort();
      if (open !== undefined) clearTimeout(open.linger);
    },
  };
}

/** How many bytes of whole lines have room: the first line always has. */
function fittingBytes(lines: Buffer, roomBytes: number): number {
  if (lines.length <= roomBytes) return lines.length;
  const end = lines.lastIndexOf(10, Math.max(0, roomBytes - 1));
  return (end === -1 ? lines.indexOf(10) : end) + 1;
}

async function sleepUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch(() => undefined);
}
