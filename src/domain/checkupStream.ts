/** What the delivery stream must be like, so that what it writes lies where the pipeline reads. */
import { minuteMs } from './durations';
import { broken, doubtful, fine, type Judgement, together } from './finding';
import { clicksPrefixExpression, errorsPrefixExpression } from './keys';
import type { FreshnessPoint } from './readiness';

export interface StreamDescription {
  readonly status: string;
  /** Absent: it does not deliver to S3. */
  readonly lake?: {
    readonly bucket: string;
    readonly prefix: string;
    readonly errorPrefix: string;
    readonly compression: string;
    readonly intervalSeconds: number;
    readonly sizeMb: number;
    /** IANA name. */
    readonly timeZone: string;
    /** Records are changed, or sorted into prefixes by what is in them. */
    readonly processed: boolean;
  };
}

/** As the environment and the settings have it; what is absent is not known, and not compared. */
export interface WantedStream {
  readonly bucket?: string;
  /** What the choice of the blend takes a click to need on its way to the lake. */
  readonly deliverySeconds?: number;
}

export function judgeStream(
  { status, lake }: StreamDescription,
  { bucket, deliverySeconds = Number.POSITIVE_INFINITY }: WantedStream,
): Judgement {
  if (lake === undefined) {
    return broken('the stream does not deliver to S3', 'make a stream whose destination is the bucket of the lake');
  }
  const problems: Judgement[] = [];
  const must = (what: string, is: string, wanted: string): void => {
    if (is !== wanted) {
      problems.push(broken(`${what} is '${is}', wanted '${wanted}'`, 'change it with aws firehose update-destination'));
    }
  };
  if (status !== 'ACTIVE') problems.push(broken(`the stream is ${status}`, 'wait until it is ACTIVE, or make it anew'));
  if (bucket !== undefined) must('the bucket', lake.bucket, bucket);
  must('the prefix', lake.prefix, clicksPrefixExpression);
  must('the prefix of errors', lake.errorPrefix, errorsPrefixExpression);
  must('the compression', lake.compression, 'GZIP');
  // Hours of the lake are hours of UTC.
  must('the time zone', lake.timeZone, 'UTC');
  if (lake.processed) {
    problems.push(
      broken(
        'the stream processes records',
        'switch record processing and dynamic partitioning off: lines are read as sent',
      ),
    );
  }
  if (lake.intervalSeconds > deliverySeconds) {
    problems.push(
      doubtful(
        `it delivers after ${lake.intervalSeconds} s, and fresh.deliverySeconds says ${deliverySeconds}`,
        `set fresh.deliverySeconds to at least ${lake.intervalSeconds}, or buffer for a shorter time`,
      ),
    );
  }
  return together(problems, `delivers to ${lake.bucket} after ${lake.intervalSeconds} s or ${lake.sizeMb} MB`);
}

/** Collectors beat each minute, and a beat that was delivered makes a point; the service tells of it minutes later. */
const silentMs = 20 * minuteMs;

/** Of the last hour. */
export function judgeFreshness(points: readonly FreshnessPoint[], nowMs: number): Judgement {
  const mend = 'look whether a collector runs (/healthz), and whether the stream delivers';
  const newest = points.at(-1);
  if (newest === undefined) return doubtful('the stream has told of no delivery for an hour', mend);
  const minutes = Math.round((nowMs - newest.atMs) / minuteMs);
  const found = `told of a delivery ${minutes} min ago, its oldest record ${newest.ageSeconds} s old`;
  return nowMs - newest.atMs > silentMs ? doubtful(found, mend) : fine(found);
}
