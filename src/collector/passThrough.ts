/**
 * The way around a spool that does not take clicks: they are offered to the delivery stream at once, and count as taken
 * when that has acknowledged them. Nothing is offered again and nothing waits long: who is refused comes again later.
 * Such a click has no acknowledgement number, so the ledger does not know it.
 *
 * One call at a time, and what comes meanwhile shares the next. A request is never split, so the fate of a record is that
 * of its requests, and of no other.
 */
import { type DeliveryStream, maxBytesPerRecord } from '../clients/deliveryStream';
import type { Counters } from './counters';
import { GroupCommit } from './groupCommit';
import { billedUnitBytes, offerRecords } from './offerRecords';
import type { UnavailableReason } from './spoolUnavailable';

export interface PassThroughOptions {
  readonly stream: DeliveryStream;
  readonly counters: Counters;
  /** A request waits so long at most for its turn, and as long again for the stream's answer. */
  readonly patienceMs?: number;
  readonly now?: () => number;
  /** The first clicks of an episode were passed through, as the spool refused them for this reason. */
  readonly onBegin?: (reason: UnavailableReason) => void;
  /** The stream takes nothing, either; once for an outage of it. */
  readonly onTrouble?: (reason: string) => void;
}

interface Passing {
  readonly data: Buffer;
  readonly sizeBytes: number;
  readonly sinceMs: number;
  taken: boolean;
}

/** Smaller than those of the packer, so that a refused one turns fewer senders away. */
const recordBytes = 10 * billedUnitBytes;
/** What is encoded at once keeps the process from answering. */
const callBytes = 256 * 1024;
/** Of all requests that wait; beyond it they are turned away, so that memory stays bounded. */
const maxWaitingBytes = 4 * 1024 * 1024;
/** A stream that took nothing of so many calls, one after the other, is not asked for a second. */
const callsBeforeQuiet = 3;
const quietMs = 1000;
/** Clicks that are passed through belong to one episode while no more lies between them: a failing disk comes and goes. */
const episodeGapMs = 60_000;

export class PassThrough {
  private readonly calls = new GroupCommit<Passing>(callBytes, (requests) => this.offer(requests));
  private readonly patienceMs: number;
  private readonly now: () => number;
  /** Calls of which nothing was taken, since one of which something was. */
  private failures = 0;
  private quietUntilMs = Number.NEGATIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: PassThroughOptions) {
    this.patienceMs = options.patienceMs ?? 2_500;
    this.now = options.now ?? (() => performance.now());
  }

  /** The lines of one request, which the spool refused. Whether the stream has acknowledged them; if not, it may have them all the same. */
  async append(lines: readonly string[], reason: UnavailableReason): Promise<boolean> {
    if (this.isShut) return false;
    const data = Buffer.from(lines.join(''));
    if (data.length > maxBytesPerRecord || this.calls.pendingBytes + data.length > maxWaitingBytes) return false;
    const request = { data, sizeBytes: data.length, sinceMs: this.now(), taken: false };
    await this.calls.add(request);
    if (request.taken) this.count(lines.length, reason);
    return request.taken;
  }

  /** After an outage one request asks whether the stream is back, and nobody else waits for its answer. */
  private get isShut(): boolean {
    const asking = this.failures >= callsBeforeQuiet && this.calls.pendingBytes > 0;
    return asking || this.now() < this.quietUntilMs;
  }

  private async offer(requests: readonly Passing[]): Promise<void> {
    const nowMs = this.now();
    const inTime = requests.filter(({ sinceMs }) => nowMs - sinceMs <= this.patienceMs);
    if (inTime.length === 0 || nowMs < this.quietUntilMs) return;
    const { stream, counters, onTrouble } = this.options;
    const records = packed(inTime);
    const { refused, reason } = await offerRecords(
      records.map((record) => Buffer.concat(record.map(({ data }) => data))),
      { stream, counters, timeoutMs: this.patienceMs },
    );
    for (const request of records.filter((_, index) => !refused.has(index)).flat()) request.taken = true;
    this.failures = refused.size < records.length ? 0 : this.failures + 1;
    if (this.failures >= callsBeforeQuiet) this.quietUntilMs = this.now() + quietMs;
    if (this.failures === callsBeforeQuiet) onTrouble?.(reason);
  }

  private count(clicks: number, reason: UnavailableReason): void {
    this.options.counters.add('clicks_passed_through_total', clicks);
    const nowMs = this.now();
    if (nowMs - this.lastMs > episodeGapMs) this.options.onBegin?.(reason);
    this.lastMs = nowMs;
  }
}

/** Whole requests, in their order; one that is larger than a record should be has a record of its own. */
function packed(requests: readonly Passing[]): Passing[][] {
  const records: Passing[][] = [];
  let bytes = 0;
  for (const request of requests) {
    const open = records.at(-1);
    if (open === undefined || bytes + request.sizeBytes > recordBytes) {
      records.push([request]);
      bytes = request.sizeBytes;
    } else {
      open.push(request);
      bytes += request.sizeBytes;
    }
  }
  return records;
}
