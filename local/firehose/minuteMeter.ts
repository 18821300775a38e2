/**
 * What one stream did in the running minute of the server's clock; a minute that is over becomes datapoints.
 *
 * DataFreshness is the greatest age that the oldest held record reached within the minute. A record counts as held from
 * its arrival until its object is in S3, and the last instant of a minute counts, so `start of the minute - age` never
 * passes a record that is not in S3.
 */

export interface Datapoint {
  readonly stream: string;
  readonly metric: string;
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'None';
  /** Start of the minute. */
  readonly atMs: number;
  readonly value: number;
}

const minuteMs = 60_000;

interface Counts {
  incomingRecords: number;
  incomingBytes: number;
  throttledRecords: number;
  deliveredRecords: number;
  deliveredBytes: number;
  puts: number;
  failedPuts: number;
  maxAgeMs: number | undefined;
}

export class MinuteMeter {
  private counts = nothing();
  private minuteStartMs: number;

  constructor(
    private readonly stream: string,
    private readonly oldestHeldAtMs: () => number | undefined,
    private readonly emit: (points: readonly Datapoint[]) => void,
    nowMs: number,
  ) {
    this.minuteStartMs = minuteOf(nowMs);
  }

  /** Ends the minutes that are over. Minutes in which nothing happened and nothing was held have no datapoint. */
  passTo(nowMs: number): void {
    while (this.minuteStartMs + minuteMs <= nowMs) {
      this.endMinute(this.minuteStartMs + minuteMs);
      this.minuteStartMs = this.oldestHeldAtMs() === undefined ? minuteOf(nowMs) : this.minuteStartMs + minuteMs;
    }
  }

  /** Ends the running minute early; the next one begins at `nextMs`, which may lie before it. */
  jump(nowMs: number, nextMs: number): void {
    this.passTo(nowMs);
    this.endMinute(nowMs);
    this.minuteStartMs = minuteOf(nextMs);
  }

  received(nowMs: number, records: number, sizeBytes: number): void {
    this.passTo(nowMs);
    this.counts.incomingRecords += records;
    this.counts.incomingBytes += sizeBytes;
  }

  throttled(nowMs: number, records: number): void {
    this.passTo(nowMs);
    this.counts.throttledRecords += records;
  }

  putFailed(nowMs: number): void {
    this.passTo(nowMs);
    this.counts.puts += 1;
    this.counts.failedPuts += 1;
  }

  /** To be called while the delivered records still count as held. */
  delivered(nowMs: number, records: number, sizeBytes: number): void {
    this.passTo(nowMs);
    this.counts.puts += 1;
    this.counts.deliveredRecords += records;
    this.counts.deliveredBytes += sizeBytes;
    this.noteAge(nowMs);
  }

  private noteAge(nowMs: number): void {
    const oldestAtMs = this.oldestHeldAtMs();
    if (oldestAtMs === undefined) return;
    this.counts.maxAgeMs = Math.max(this.counts.maxAgeMs ?? 0, nowMs - oldestAtMs);
  }

  private endMinute(endMs: number): void {
    this.noteAge(endMs);
    const points = pointsOf(this.counts).map((point) => ({
      ...point,
      stream: this.stream,
      atMs: this.minuteStartMs,
    }));
    this.counts = nothing();
    if (points.length > 0) this.emit(points);
  }
}

type Point = Pick<Datapoint, 'metric' | 'unit' | 'value'>;

function pointsOf(counts: Counts): Point[] {
  const { incomingRecords, throttledRecords, puts, failedPuts, maxAgeMs } = counts;
  const points: Point[] = [];
  if (incomingRecords + throttledRecords > 0) {
    points.push({ metric: 'IncomingRecords', unit: 'Count', value: incomingRecords });
    points.push({ metric: 'IncomingBytes', unit: 'Bytes', value: counts.incomingBytes });
    points.push({ metric: 'ThrottledRecords', unit: 'Count', value: throttledRecords });
  }
  if (puts > 0) {
    points.push({ metric: 'DeliveryToS3.Records', unit: 'Count', value: counts.deliveredRecords });
    points.push({ metric: 'DeliveryToS3.Bytes', unit: 'Bytes', value: counts.deliveredBytes });
    points.push({ metric: 'DeliveryToS3.Success', unit: 'None', value: (puts - failedPuts) / puts });
  }
  if (maxAgeMs !== undefined) {
    // Whole seconds, rounded to the older side.
    points.push({ metric: 'DeliveryToS3.DataFreshness', unit: 'Seconds', value: Math.ceil(maxAgeMs / 1000) });
  }
  return points;
}

function nothing(): Counts {
  return {
    incomingRecords: 0,
    incomingBytes: 0,
    throttledRecords: 0,
    deliveredRecords: 0,
    deliveredBytes: 0,
    puts: 0,
    failedPuts: 0,
    maxAgeMs: undefined,
  };
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs) * minuteMs;
}
