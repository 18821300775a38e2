/** The lake as the rest of the house sees it: one bucket of immutable objects, addressed by key. */
import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface ObjectStore {
  readonly bucket: string;
  /** All objects below a prefix, in key order; reads every page. */
  list(prefix: string): Promise<ObjectInfo[]>;
  /** The whole object, or `undefined` when there is none. */
  get(key: string): Promise<Buffer | undefined>;
  /** The object as a stream of its stored bytes (never decompressed); throws `ObjectNotFound`. */
  stream(key: string): Promise<Readable>;
  put(key: string, body: Buffer | string, options?: PutOptions): Promise<void>;
  /** Writes only when no object has this key yet; `false` says that one had. */
  putIfAbsent(key: string, body: Buffer | string, options?: PutOptions): Promise<boolean>;
  copy(fromKey: string, toKey: string): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface PutOptions {
  readonly contentType?: string;
  readonly contentEncoding?: string;
}

export class ObjectNotFound extends Error {
  override readonly name = 'ObjectNotFound';
  constructor(readonly uri: string) {
    super(`object not found [uri=${uri}]`);
  }
}
