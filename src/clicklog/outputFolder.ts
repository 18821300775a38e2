/**
 * A folder that appears whole or not at all: it is written beside its place under another name, and renamed when done.
 * What is there already is never overwritten.
 */
import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ClickLogError } from './clickLogError';
import { errorCode } from './errorCode';

export async function writeFolder<T>(to: string, write: (dir: string) => Promise<T>): Promise<T> {
  const place = resolve(to);
  const wasThere = await refuseUnlessEmpty(to);
  await mkdir(dirname(place), { recursive: true });
  const dir = await mkdtemp(`${place}.partial-`);
  try {
    const result = await write(dir);
    if (wasThere) await rmdir(place);
    await rename(dir, place);
    return result;
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function refuseUnlessEmpty(to: string): Promise<boolean> {
  try {
    if ((await readdir(to)).length === 0) return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new ClickLogError(`${to} is no folder: name a new one`);
  }
  throw new ClickLogError(`${to} is not empty: name a new folder, or remove this one`);
}
