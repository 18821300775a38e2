/** The real disk, which fails on demand, counts what is done, and can be made small. */
import type { FileSystem, OpenFile } from '../../src/collector/fileSystem';
import { nodeFileSystem } from '../../src/collector/nodeFileSystem';

export type DiskOperation = 'create' | 'write' | 'sync' | 'truncate' | 'remove' | 'read';

interface Failure {
  readonly code: string;
  readonly only: (path: string) => boolean;
}

export const ofSegment = (path: string): boolean => path.endsWith('.ndjson');

export class FaultyDisk implements FileSystem {
  readBytes = 0;
  readonly removed: string[] = [];
  /** Every sync of a segment waits for it. */
  syncGate: Promise<void> = Promise.resolve();
  private readonly failures = new Map<DiskOperation, Failure>();
  private readonly sizes = new Map<string, number>();

  /** With `roomBytes`, a file system that holds no more than so many bytes in all. */
  constructor(private readonly roomBytes = Number.POSITIVE_INFINITY) {}

  fail(operation: DiskOperation, code: string, only: (path: string) => boolean = () => true): void {
    this.failures.set(operation, { code, only });
  }

  heal(): void {
    this.failures.clear();
  }

  makeFolder = (path: string): Promise<void> => nodeFileSystem.makeFolder(path);
  names = (folder: string): Promise<string[]> => nodeFileSystem.names(folder);
  readText = (path: string): Promise<string | undefined> => nodeFileSystem.readText(path);
  syncFolder = (path: string): Promise<void> => nodeFileSystem.syncFolder(path);

  async read(path: string, offset: number, lengthBytes: number): Promise<Buffer> {
    this.check('read', path);
    const data = await nodeFileSystem.read(path, offset, lengthBytes);
    this.readBytes += data.length;
    return data;
  }

  async create(path: string): Promise<OpenFile> {
    this.check('create', path);
    const file = await nodeFileSystem.create(path);
    this.sizes.set(path, 0);
    return {
      write: async (data, offset) => {
        const failing = this.failures.get('write')?.only(path) === true;
        const room = this.roomBytes - this.used() + (this.sizes.get(path) ?? 0) - offset;
        if (failing || room < data.length) {
          // As a real disk does: some of it arrives.
          const part = data.subarray(0, failing ? data.length / 2 : Math.max(0, room));
          await file.write(part, offset);
          this.grow(path, offset + part.length);
          throw systemError(failing ? (this.failures.get('write')?.code ?? '') : 'ENOSPC', 'write', path);
        }
        await file.write(data, offset);
        this.grow(path, offset + data.length);
      },
      sync: async () => {
        if (ofSegment(path)) await this.syncGate;
        this.check('sync', path);
        await file.sync();
      },
      close: () => file.close(),
    };
  }

  async truncate(path: string, sizeBytes: number): Promise<void> {
    this.check('truncate', path);
    await nodeFileSystem.truncate(path, sizeBytes);
    this.sizes.set(path, sizeBytes);
  }

  async rename(from: string, to: string): Promise<void> {
    await nodeFileSystem.rename(from, to);
    this.sizes.set(to, this.sizes.get(from) ?? 0);
    this.sizes.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.check('remove', path);
    await nodeFileSystem.remove(path);
    this.sizes.delete(path);
    this.removed.push(path);
  }

  private used(): number {
    return [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  private grow(path: string, sizeBytes: number): void {
    this.sizes.set(path, Math.max(this.sizes.get(path) ?? 0, sizeBytes));
  }

  private check(operation: DiskOperation, path: string): void {
    const failure = this.failures.get(operation);
    if (failure?.only(path)) throw systemError(failure.code, operation, path);
  }
}

function systemError(code: string, operation: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code });
}
