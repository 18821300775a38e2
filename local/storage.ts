/** The S3 that jobs read and write: one object store for each bucket that an s3:// URI names. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AwsEndpoint } from '../src/clients/awsEndpoint';
import type { ObjectStore } from '../src/clients/objectStore';
import { createS3ObjectStore } from '../src/clients/objectStore.s3';

/** Transfers of one directory or channel that run at the same time. */
const parallelTransfers = 8;

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri);
  if (!match) throw new Error(`'${uri}' is not of the form s3://bucket/key`);
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

/** Joins with exactly one slash. */
export function joinUri(base: string, ...parts: readonly string[]): string {
  return [base.replace(/\/+$/, ''), ...parts].join('/');
}

export class Storage {
  private readonly stores = new Map<string, ObjectStore>();

  constructor(private readonly endpoint: AwsEndpoint) {}

  bucket(name: string): ObjectStore {
    const known = this.stores.get(name);
    if (known) return known;
    const store = createS3ObjectStore(name, this.endpoint);
    this.stores.set(name, store);
    return store;
  }

  async download({ bucket, key }: S3Location, root: string, relativePath: string): Promise<void> {
    const path = resolve(root, relativePath);
    if (!path.startsWith(resolve(root) + sep)) throw new Error(`key '${key}' leads outside of its folder`);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await this.bucket(bucket).stream(key), createWriteStream(path));
  }

  /** Uploads every file below `dir` under the same relative names; returns how many. */
  async uploadDirectory(dir: string, uri: string): Promise<number> {
    const { bucket, key } = parseS3Uri(uri);
    const paths = await filesBelow(dir);
    await inParallel(paths, async (path) => {
      await this.bucket(bucket).put(joinUri(key, path), await readFile(join(dir, path)));
    });
    return paths.length;
  }

  async uploadFile(file: string, uri: string): Promise<void> {
    const { bucket, key } = parseS3Uri(uri);
    await this.bucket(bucket).put(key, await readFile(file));
  }
}

/** Regular files below a folder, as relative paths with forward slashes, sorted. */
export async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}

export async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  async function drain(): Promise<void> {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  }
  await Promise.all(Array.from({ length: parallelTransfers }, drain));
}
