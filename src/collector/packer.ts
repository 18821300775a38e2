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
import { fullJitterMs } from '../domain/jitter';
import { ClickRecord } from './clickRecord';
import type { Counters } from './counters';
import { billedUnitBytes, offerRecords } from './offerRecords';

/** Waits after refusals: drawn from a range that doubles from the one to the other. */
const backoffBaseMs = 50;
const backoffCapMs = 5_000;

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

const defaultRecordBytes = 50 * billedUnitBytes;
/**
 * Of a successful call. An offer that is refused costs as much as one that is taken: with this a stream of 1 MiB/s refuses
 * about as much as it takes, and is still used to nine tenths.
 */
const reliefPerCall = 0.5;
/** Beyond it pauses grow no more. */
const maxStrain = 7;

export function createPacker(options: PackerOptions): Packer {
  const { stream, counters, lingerMs } = options;
  const maxRecordBytes = options.maxRecordBytes ?? defaultRecordBytes;
  const maxCallBytes = Math.min(maxBytesPerPut, options.maxCallBytes ?? maxBytesPerPut);
  const maxCallsInFlight = options.maxCallsInFlight ?? 8;
  const timeoutMs = options.putTimeoutMs ?? 10_000;
  const { random = Math.random, sleep = sleepUnlessStopped } = options;

  const queue: ClickRecord[] = [];
  const calls = new Set<Promise<void>>();
  const stopping = new AbortController();
  /** Halved by each refusal and raised by each success: a stream that throttles is not asked by all slots at once. */
  let slots = maxCallsInFlight;
  /** Where the next refused call begins to back off: what calls before it have learned of the stream. */
  let strain = 0;
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
    for (let attempt = 0, backoff = strain; ; attempt += 1, backoff += 1) {
      const offered = unsettled.map(({ data }) => data);
      const outcome = await offerRecords(offered, { stream, counters, timeoutMs });
      unsettled.filter((_, index) => !outcome.refused.has(index)).forEach(({ record }) => record.acknowledge());
      unsettled = unsettled.filter((_, index) => outcome.refused.has(index));
      slots = unsettled.length > 0 ? Math.max(1, Math.floor(slots / 2)) : Math.min(maxCallsInFlight, slots + 1);
      if (unsettled.length === 0) {
        strain = Math.max(0, strain - reliefPerCall);
        return;
      }
      options.onTrouble?.({ attempt, records: unsettled.length, reason: outcome.reason });
      strain = Math.min(maxStrain, Math.max(strain, backoff + 1));
      await sleep(fullJitterMs(backoff, backoffBaseMs, backoffCapMs, random()), stopping.signal);
      if (stopping.signal.aborted) return;
    }
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
