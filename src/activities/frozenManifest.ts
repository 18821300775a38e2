/** The frozen partition manifest as it lies in the lake, checked as it is read. */
import { z } from 'zod';
import type { ManifestEntry } from '../domain/partitionManifest';
import type { RunDate } from '../domain/runDate';
import { failure } from '../failures';

export interface FrozenEntries {
  readonly clicks: readonly ManifestEntry[];
  readonly interactions: readonly ManifestEntry[];
  readonly ledgers: readonly ManifestEntry[];
}

const entries = z.array(z.object({ key: z.string(), etag: z.string(), sizeBytes: z.number() }));
const manifestSchema = z.object({
  schema: z.literal(1),
  runDate: z.string(),
  clicks: entries,
  interactions: entries,
  // Manifests that were frozen before there was a ledger have none.
  ledgers: entries.default([]),
});

/** Throws `ManifestInvalid` for anything but a manifest of this day. */
export function parseFrozenManifest(frozen: Buffer | undefined, runDate: RunDate, uri: string): FrozenEntries {
  const advice = `move it away to freeze a new one [manifest=${uri}]`;
  let value: unknown;
  try {
    value = JSON.parse(frozen?.toString('utf8') ?? '');
  } catch {
    throw failure('ManifestInvalid', `the partition manifest is not JSON: ${advice}`);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw failure('ManifestInvalid', `${z.prettifyError(parsed.error)}: ${advice}`);
  if (parsed.data.runDate !== runDate) {
    throw failure('ManifestInvalid', `it belongs to ${parsed.data.runDate}, not to ${runDate}: ${advice}`);
  }
  return parsed.data;
}
