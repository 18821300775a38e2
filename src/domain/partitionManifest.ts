/** The partition manifest: the frozen list of lake objects that a run reads. Format in docs/formats.md. */
import type { RunDate } from './runDate';

export interface ManifestEntry {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface PartitionManifest {
  readonly schema: 1;
  readonly runDate: RunDate;
  readonly clicks: readonly ManifestEntry[];
  readonly interactions: readonly ManifestEntry[];
}

/** A manifest with its entries in key order and each key once, so that equal inputs give equal bytes. */
export function partitionManifest(
  runDate: RunDate,
  clicks: readonly ManifestEntry[],
  interactions: readonly ManifestEntry[],
): PartitionManifest {
  return { schema: 1, runDate, clicks: inKeyOrder(clicks), interactions: inKeyOrder(interactions) };
}

function inKeyOrder(entries: readonly ManifestEntry[]): ManifestEntry[] {
  const byKey = new Map(entries.map(({ key, etag, sizeBytes }) => [key, { key, etag, sizeBytes }]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The list in SageMaker's `ManifestFile` form: a prefix object, then the keys below it. */
export function channelManifest(bucket: string, entries: readonly ManifestEntry[]): string {
  return JSON.stringify([{ prefix: `s3://${bucket}/` }, ...entries.map((entry) => entry.key)]);
}

export function totalBytes(entries: readonly ManifestEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
}
