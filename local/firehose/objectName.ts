/** Names of delivered objects: `<prefix><stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`. */
import type { Destination } from './destination';
import { compileTimePattern } from './javaTime';
import { compilePrefix } from './prefix';

export interface ObjectNameInput {
  readonly stream: string;
  readonly version: number;
  readonly destination: Destination;
  /** Decides the prefix. */
  readonly oldestAtMs: number;
  /** Decides the time in the name; which instant the service shows there is not documented. */
  readonly closedAtMs: number;
  readonly uuid: string;
}

const nameTime = compileTimePattern('yyyy-MM-dd-HH-mm-ss');

export function objectKey({ stream, version, destination, oldestAtMs, closedAtMs, uuid }: ObjectNameInput): string {
  const prefix = compilePrefix(destination.Prefix ?? '').evaluate({ oldestAtMs });
  // A given extension replaces that of the compression; an empty one counts as none.
  const extension = destination.FileExtension || (destination.CompressionFormat === 'GZIP' ? '.gz' : '');
  return `${prefix}${stream}-${version}-${nameTime(closedAtMs)}-${uuid}${extension}`;
}

export function bucketOf({ BucketARN }: Destination): string {
  return BucketARN.slice(BucketARN.lastIndexOf(':') + 1);
}
