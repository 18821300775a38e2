/** The disk of this machine. */
import { mkdir, open, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { type FileSystem, systemCode } from './fileSystem';

export const nodeFileSystem: FileSystem = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
  names: (folder) => readdir(folder),
  async readText(path) {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  async read(path, offset, lengthBytes) {
    const file = await open(path, 'r');
    try {
      const data = Buffer.allocUnsafe(lengthBytes);
      let done = 0;
      while (done < lengthBytes) {
        const { bytesRead } = await file.read(data, done, lengthBytes - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return data.subarray(0, done);
    } finally {
      await file.close();
    }
  },
  async create(path) {
    const file = await open(path, 'w');
    return {
      async write(data, offset) {
        for (let done = 0; done < data.length; ) {
          done += (await file.write(data, done, data.length - done, offset + done)).bytesWritten;
        }
      },
      // Also the length of the file is made durable, as it is needed to read the data back.
      sync: () => file.datasync(),
      close: () => file.close(),
    };
  },
  truncate: (path, sizeBytes) => truncate(path, sizeBytes),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  async syncFolder(path) {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
