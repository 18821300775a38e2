/**
 * A disk in memory that keeps what was flushed apart from what was only written, so that its power can be cut. The rules
 * are those of POSIX: a file's bytes are safe when the file was flushed, its name when its folder was.
 */
import type { Random } from '../../local/newsroom/random';
import type { FileSystem, OpenFile } from '../../src/collector/fileSystem';

/** What a loss of power leaves of that which was not flushed: nothing, or whatever had reached the disk by chance. */
export type Leftovers = 'nothing' | 'a random part';

type FileChange = { readonly data: Buffer; readonly offset: number } | { readonly truncateToBytes: number };
type FolderChange = (names: Map<string, File>) => void;

interface File {
  content: Buffer;
  flushed: Buffer;
  unflushed: FileChange[];
}

export class MemoryDisk implements FileSystem {
  private folder = new Map<string, File>();
  private flushedFolder = new Map<string, File>();
  private unflushedFolder: FolderChange[] = [];
  private operationsLeft = Number.POSITIVE_INFINITY;
  private tellOfFailure: () => void = () => undefined;
  /** Resolves when the power fails. */
  readonly failed = new Promise<void>((resolve) => {
    this.tellOfFailure = resolve;
  });

  /** Of which files and folders this disk only pretends to flush, to see that somebody notices. */
  constructor(
    private readonly random: Random,
    private readonly pretends: (path: string) => boolean = () => false,
  ) {}

  /** The power fails in the midst of the operation that so many others precede. */
  failAfter(operations: number): void {
    this.operationsLeft = operations;
  }

  get isOff(): boolean {
    return this.operationsLeft < 0;
  }

  /** The disk as the next start finds it. */
  afterPowerLoss(leftovers: Leftovers): MemoryDisk {
    const chance = leftovers === 'nothing' ? 0 : this.random.next();
    const names = new Map(this.flushedFolder);
    for (const change of this.unflushedFolder) if (this.random.next() < chance) change(names);
    const next = new MemoryDisk(this.random, this.pretends);
    for (const [path, file] of names) {
      const content = leftovers === 'nothing' ? file.flushed : this.withSomeChanges(file);
      next.folder.set(path, { content, flushed: content, unflushed: [] });
    }
    next.flushedFolder = new Map(next.folder);
    return next;
  }

  makeFolder = async (): Promise<void> => undefined;
  names = (folder: string): Promise<string[]> =>
    this.operate(() => [...this.folder.keys()].map((path) => path.slice(folder.length + 1)));
  readText = (path: string): Promise<string | undefined> =>
    this.operate(() => this.folder.get(path)?.content.toString('utf8'));
  read = (path: string, offset: number, lengthBytes: number): Promise<Buffer> =>
    this.operate(() => Buffer.from(this.file(path).content.subarray(offset, offset + lengthBytes)));

  create = (path: string): Promise<OpenFile> =>
    this.operate(() => {
      const file = this.folder.get(path) ?? { content: Buffer.alloc(0), flushed: Buffer.alloc(0), unflushed: [] };
      if (!this.folder.has(path)) this.changeFolder((names) => names.set(path, file));
      changeFile(file, { truncateToBytes: 0 });
      return {
        write: (data, offset) => this.operate(() => changeFile(file, { data: Buffer.from(data), offset })),
        sync: () =>
          this.operate(() => {
            if (this.pretends(path)) return;
            file.flushed = file.content;
            file.unflushed = [];
          }),
        close: async () => undefined,
      };
    });

  truncate = (path: string, sizeBytes: number): Promise<void> =>
    this.operate(() => changeFile(this.file(path), { truncateToBytes: sizeBytes }));
  rename = (from: string, to: string): Promise<void> =>
    this.operate(() => {
      const file = this.file(from);
      this.changeFolder((names) => {
        names.delete(from);
        names.set(to, file);
      });
    });
  remove = (path: string): Promise<void> => this.operate(() => this.changeFolder((names) => names.delete(path)));
  syncFolder = (path: string): Promise<void> =>
    this.operate(() => {
      if (this.pretends(path)) return;
      this.flushedFolder = new Map(this.folder);
      this.unflushedFolder = [];
    });

  /** Of the operation in whose midst the power fails nobody hears; it was done or it was not. */
  private async operate<Result>(operation: () => Result): Promise<Result> {
    await new Promise((resolve) => setImmediate(resolve));
    this.operationsLeft -= 1;
    if (this.operationsLeft === -1) {
      if (this.random.next() < 0.5) operation();
      this.tellOfFailure();
    }
    if (this.isOff) throw Object.assign(new Error('EIO: the power is off'), { code: 'EIO' });
    return operation();
  }

  private file(path: string): File {
    const file = this.folder.get(path);
    if (file === undefined) throw Object.assign(new Error(`ENOENT: '${path}'`), { code: 'ENOENT' });
    return file;
  }

  private changeFolder(change: FolderChange): void {
    change(this.folder);
    this.unflushedFolder.push(change);
  }

  /** The unflushed changes up to a random one, and of that, if it is a write, a random part. */
  private withSomeChanges({ flushed, unflushed }: File): Buffer {
    const whole = this.random.below(unflushed.length + 1);
    const content = unflushed.slice(0, whole).reduce(applied, flushed);
    const torn = unflushed[whole];
    if (torn === undefined || !('data' in torn)) return content;
    return applied(content, { ...torn, data: torn.data.subarray(0, this.random.below(torn.data.length + 1)) });
  }
}

function changeFile(file: File, change: FileChange): void {
  file.content = applied(file.content, change);
  file.unflushed.push(change);
}

function applied(content: Buffer, change: FileChange): Buffer {
  const sizeBytes =
    'data' in change ? Math.max(content.length, change.offset + change.data.length) : change.truncateToBytes;
  const changed = Buffer.alloc(sizeBytes);
  content.copy(changed);
  if ('data' in change) change.data.copy(changed, change.offset);
  return changed;
}
