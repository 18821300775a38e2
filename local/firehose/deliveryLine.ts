/**
 * The closed buffers of one stream on their way to S3: one after the other, oldest first, and each again and again until
 * it is there, for nothing that was accepted is dropped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { DeliveryTarget, RecordBuffer } from './recordBuffer';

export interface DeliveryContext {
  readonly bucket: (name: string) => ObjectStore;
  readonly retrySeconds: () => number;
  /** Called while the buffer still counts as waiting. */
  readonly onPut: (records: number, sizeBytes: number) => void;
  readonly onPutFailed: () => void;
  readonly warn: (message: string) => void;
}

const compress = promisify(gzip);

export class DeliveryLine {
  private readonly buffers: RecordBuffer[] = [];
  private deliveries: Promise<void> = Promise.resolve();
  private readonly ending = new AbortController();

  constructor(private readonly context: DeliveryContext) {}

  /** Closed, and not in S3 yet. */
  get waiting(): readonly RecordBuffer[] {
    return this.buffers;
  }

  /** `kept` resolves when the target is on disk: not before that may S3 have the object. */
  add(buffer: RecordBuffer, target: DeliveryTarget, kept: Promise<void>): void {
    this.buffers.push(buffer);
    const safelyKept = kept.catch((error: unknown) => {
      this.context.warn(`the name of ${uriOf(target)} is not on disk: ${String(error)}`);
    });
    this.deliveries = this.deliveries.then(async () => {
      await safelyKept;
      await this.deliver(buffer, target);
    });
  }

  /** Resolves when everything that is waiting by now is in S3, or the line has ended. */
  async delivered(): Promise<void> {
    await this.deliveries;
  }

  /** Begins no further attempt; what is waiting stays on disk. */
  async end(): Promise<void> {
    this.ending.abort();
    await this.deliveries;
    await Promise.all(this.buffers.map((buffer) => buffer.release()));
  }

  private async deliver(buffer: RecordBuffer, target: DeliveryTarget): Promise<void> {
    // Without records when none of them came onto the disk.
    if (buffer.records > 0 && !(await this.putUntilThere(buffer, target))) return;
    this.buffers.splice(this.buffers.indexOf(buffer), 1);
    await buffer.remove().catch((error: unknown) => {
      this.context.warn(`the journal of ${uriOf(target)} stays, the next start delivers it again: ${String(error)}`);
    });
  }

  /** Answers `false` when the line ended before. */
  private async putUntilThere(buffer: RecordBuffer, target: DeliveryTarget): Promise<boolean> {
    let written = 0;
    while (written < target.keys.length && !this.ending.signal.aborted) {
      try {
        await this.put(buffer, target, written);
        written += 1;
      } catch (error) {
        this.context.onPutFailed();
        this.context.warn(`${uriOf(target)} could not be delivered yet: ${String(error)}`);
        await this.pause();
      }
    }
    return written === target.keys.length;
  }

  private async put(buffer: RecordBuffer, target: DeliveryTarget, index: number): Promise<void> {
    const { keys, isShared, isCompressed } = target;
    const { bytes, records } = await buffer.content(isShared ? { index, of: keys.length } : undefined);
    // There were fewer calls than objects asked for.
    if (records === 0) return;
    const body = isCompressed ? await packed(bytes, target.members) : bytes;
    await this.context.bucket(target.bucket).put(keys[index] ?? '', body, {
      contentType: 'application/octet-stream',
      ...(isCompressed ? { contentEncoding: 'gzip' } : {}),
    });
    this.context.onPut(records, body.length);
  }

  private async pause(): Promise<void> {
    const { signal } = this.ending;
    await sleep(this.context.retrySeconds() * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** In so many members, cut wherever it falls: whoever reads them joins them before anything else. */
async function packed(content: Buffer, members: number): Promise<Buffer> {
  const sizeBytes = Math.ceil(content.length / members);
  const parts = Array.from({ length: members }, (_, index) =>
    compress(content.subarray(index * sizeBytes, (index + 1) * sizeBytes), {
      // Fast rather than small: the lake of a laptop does not grow old.
      level: constants.Z_BEST_SPEED,
    }),
  );
  return Buffer.concat(await Promise.all(parts));
}

function uriOf({ bucket, keys }: DeliveryTarget): string {
  return `s3://${bucket}/${keys[0] ?? ''}`;
}
