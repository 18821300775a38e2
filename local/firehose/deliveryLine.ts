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
  readonly onPut: (buffer: RecordBuffer, sizeBytes: number) => void;
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
    const keys = [...target.keys];
    let body: Buffer | undefined;
    while (keys.length > 0 && !this.ending.signal.aborted) {
      try {
        body ??= await bodyOf(buffer, target);
        await this.putAll(buffer, target, body, keys);
      } catch (error) {
        this.context.onPutFailed();
        this.context.warn(`${uriOf(target)} could not be delivered yet: ${String(error)}`);
        await this.pause();
      }
    }
    return keys.length === 0;
  }

  /** Takes the keys that are written off the list. */
  private async putAll(buffer: RecordBuffer, target: DeliveryTarget, body: Buffer, keys: string[]): Promise<void> {
    const options = {
      contentType: 'application/octet-stream',
      ...(target.isCompressed ? { contentEncoding: 'gzip' } : {}),
    };
    for (let key = keys[0]; key !== undefined && !this.ending.signal.aborted; key = keys[0]) {
      await this.context.bucket(target.bucket).put(key, body, options);
      this.context.onPut(buffer, body.length);
      keys.shift();
    }
  }

  private async pause(): Promise<void> {
    const { signal } = this.ending;
    await sleep(this.context.retrySeconds() * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function bodyOf(buffer: RecordBuffer, { isCompressed }: DeliveryTarget): Promise<Buffer> {
  const content = await buffer.content();
  // Fast rather than small: the lake of a laptop does not grow old.
  return isCompressed ? compress(content, { level: constants.Z_BEST_SPEED }) : content;
}

function uriOf({ bucket, keys }: DeliveryTarget): string {
  return `s3://${bucket}/${keys[0] ?? ''}`;
}
