/** The partition manifest: the frozen list of lake objects that a run reads. Format in docs/formats.md. */
import { hourOfClicksKey } from './keys';
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
  readonly ledgers: readonly ManifestEntry[];
}

/** A manifest with its entries in key order and each key once, so that equal inputs give equal bytes. */
export function partitionManifest(
  runDate: RunDate,
  { clicks, interactions, ledgers }: Pick<PartitionManifest, 'clicks' | 'interactions' | 'ledgers'>,
): PartitionManifest {
  return {
    schema: 1,
    runDate,
    clicks: inKeyOrder(clicks),
    interactions: inKeyOrder(interactions),
    ledgers: inKeyOrder(ledgers),
  };
}

function inKeyOrder(entries: readonly ManifestEntry[]): ManifestEntry[] {
  const byKey = new Map(entries.map(({ key, etag, sizeBytes }) => [key, { key, etag, sizeBytes }]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The list in SageMaker's `ManifestFile` form: a prefix object, then the keys below it. */
export function channelManifest(bucket: string, entries: readonly Pick<ManifestEntry, 'key'>[]): string {
  return JSON.stringify([{ prefix: `s3://${bucket}/` }, ...entries.map((entry) => entry.key)]);
}

/** The hours of the run date (0 to 23) of which the manifest has no object. */
export function hoursMissing({ runDate, clicks }: Pick<PartitionManifest, 'runDate' | 'clicks'>): number[] {
  const present = new Set(clicks.map(({ key }) => hourOfClicksKey(runDate, key)));
  return Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !present.has(hour));
}

/** What lies below a closed day, but was not there, or was another object, when its manifest was frozen. */
export function notFrozen(present: readonly ManifestEntry[], frozen: readonly ManifestEntry[]): ManifestEntry[] {
  const etags = new Map(frozen.map(({ key, etag }) => [key, etag]));
  return inKeyOrder(present).filter(({ key, etag }) => etags.get(key) !== etag);
}

export function totalBytes(entries: readonly ManifestEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
}
