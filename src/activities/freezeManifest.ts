/** Freezes the list of objects that a run reads. Whoever freezes first decides; every later try reads what was frozen. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ObjectInfo, ObjectStore } from '../clients/objectStore';
import type { Activities, FrozenManifest } from '../contract';
import {
  clicksChannelKey,
  clicksDayPrefix,
  clicksHourPrefix,
  interactionsChannelKey,
  interactionsKey,
  partitionManifestKey,
} from '../domain/keys';
import { channelManifest, type PartitionManifest, partitionManifest, totalBytes } from '../domain/partitionManifest';
import { addDays, type RunDate } from '../domain/runDate';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';

const entries = z.array(z.object({ key: z.string(), etag: z.string(), sizeBytes: z.number() }));
const manifestSchema = z.object({ schema: z.literal(1), runDate: z.string(), clicks: entries, interactions: entries });

/** Safe to retry: the manifest is written once and conditionally; the channel files are a pure function of it. */
export function createFreezeManifest({ lake }: ActivityDependencies): Activities['freezeManifest'] {
  return async ({ runDate, historyDays }) => {
    const key = partitionManifestKey(runDate);
    let frozen = await lake.get(key);
    if (frozen === undefined) {
      const manifest = await observe(lake, runDate, historyDays);
      if (manifest.clicks.length === 0) {
        throw failure(
          'PartitionsIncomplete',
          `there is nothing to freeze: no object below ${clicksDayPrefix(runDate)}`,
        );
      }
      await lake.putIfAbsent(key, JSON.stringify(manifest), { contentType: 'application/json' });
      frozen = await lake.get(key);
    }
    return describe(lake, runDate, key, frozen);
  };
}

/** What the lake holds for this run at this moment. */
async function observe(lake: ObjectStore, runDate: RunDate, historyDays: number): Promise<PartitionManifest> {
  const clicks: ObjectInfo[] = await rawClicks(lake, runDate);
  const interactions: ObjectInfo[] = [];
  for (let back = 1; back <= historyDays; back++) {
    const day = addDays(runDate, -back);
    const compacted = await lake.list(interactionsKey(day));
    if (compacted.length > 0) interactions.push(...compacted);
    else clicks.push(...(await rawClicks(lake, day)));
  }
  return partitionManifest(runDate, clicks, interactions);
}

/** A day's raw objects, and those of the first hour after it: what was clicked before midnight may arrive after it. */
async function rawClicks(lake: ObjectStore, day: RunDate): Promise<ObjectInfo[]> {
  const ofDay = await lake.list(clicksDayPrefix(day));
  return ofDay.length === 0 ? [] : [...ofDay, ...(await lake.list(clicksHourPrefix(addDays(day, 1), 0)))];
}

async function describe(
  lake: ObjectStore,
  runDate: RunDate,
  key: string,
  frozen: Buffer | undefined,
): Promise<FrozenManifest> {
  const uri = `s3://${lake.bucket}/${key}`;
  const manifest = parse(frozen, runDate, uri);
  await lake.put(clicksChannelKey(runDate), channelManifest(lake.bucket, manifest.clicks));
  if (manifest.interactions.length > 0) {
    await lake.put(interactionsChannelKey(runDate), channelManifest(lake.bucket, manifest.interactions));
  }
  return {
    uri,
    sha256: createHash('sha256')
      .update(frozen ?? '')
      .digest('hex'),
    clickObjects: manifest.clicks.length,
    clickBytes: totalBytes(manifest.clicks),
    interactionObjects: manifest.interactions.length,
  };
}

function parse(frozen: Buffer | undefined, runDate: RunDate, uri: string): z.infer<typeof manifestSchema> {
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
