/**
 * One file of frames that only grows. `append` resolves when the frame is on disk; frames that come while a write runs
 * share the next write and its sync, so many callers cost few syncs.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeFrames, type Frame } from './frame';

interface Waiting {
  readonly frame: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Journal {
  private handle: FileHandle | undefined;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  /** `sizeBytes`: of the whole frames that the file has; anything behind them is cut off by the first append. */
  constructor(
    readonly path: string,
    private sizeBytes = 0,
  ) {}

  append(frame: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ frame, resolve, reject });
      this.writing ??= this.writeAll();
    });
  }

  async frames(): Promise<Frame[]> {
    return decodeFrames((await readFile(this.path)).subarray(0, this.sizeBytes)).frames;
  }

  /** Waits for what is being written; the file stays. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle?.close();
    this.handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        await this.write(group.map(({ frame }) => frame));
        for (const { resolve } of group) resolve();
      } catch (error) {
        // The next group is written over what this one may have left.
        for (const { reject } of group) reject(error);
      }
    }
    this.writing = undefined;
  }

  private async write(frames: readonly Buffer[]): Promise<void> {
    this.handle ??= await openAt(this.path, this.sizeBytes);
    const [only = Buffer.alloc(0)] = frames;
    const bytes = frames.length === 1 ? only : Buffer.concat(frames);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.sizeBytes + done);
      done += bytesWritten;
    }
    await this.handle.datasync();
    this.sizeBytes += bytes.length;
  }
}

async function openAt(path: string, sizeBytes: number): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  await handle.truncate(sizeBytes);
  if (sizeBytes === 0) {
    // A new file's name is on disk only when its folder is.
    const folder = await open(dirname(path), 'r');
    await folder.sync();
    await folder.close();
  }
  return handle;
}
