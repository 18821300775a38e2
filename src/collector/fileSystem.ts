/**
 * What the spool needs of a disk. A port, so that tests can have a disk that is full or broken on demand; the real one is
 * beside it. Failures are thrown as they come, with the `code` of the operating system.
 */
export interface FileSystem {
  makeFolder(path: string): Promise<void>;
  names(folder: string): Promise<string[]>;
  /** The whole file, or `undefined` when there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Up to `lengthBytes` from `offset`; fewer only at the end of the file. */
  read(path: string, offset: number, lengthBytes: number): Promise<Buffer>;
  /** Creates the file, empty, whatever was there. */
  create(path: string): Promise<OpenFile>;
  truncate(path: string, sizeBytes: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens when there is no such file. */
  remove(path: string): Promise<void>;
  /** Makes the creations, renames and removals in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export interface OpenFile {
  /** Writes all of it or throws; then some of it may be in the file. */
  write(data: Buffer, offset: number): Promise<void>;
  /** Makes what was written durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** `ENOSPC`, `EIO` and the like; `undefined` for a failure that is not the operating system's. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** The file is there with all of the content, or as it was before, also after a loss of power. */
export async function replaceFile(files: FileSystem, folder: string, name: string, content: string): Promise<void> {
  const temporary = `${folder}/${name}.tmp`;
  const file = await files.create(temporary);
  try {
    await file.write(Buffer.from(content), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, `${folder}/${name}`);
  await files.syncFolder(folder);
}
