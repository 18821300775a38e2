/** Freezes the list of objects that a run reads. Whoever freezes first decides; every later try reads what was frozen. */
import { createHash } from 'node:crypto';
import type { ObjectInfo, ObjectStore } from '../clients/objectStore';
import type { Activities, FrozenManifest } from '../contract';
import {
  clicksChannelKey,
  clicksDayPrefix,
  clicksHourPrefix,
  interactionsChannelKey,
  interactionsKey,
  ledgerChannelKey,
  ledgerDayPrefix,
  ledgerHourPrefix,
  partitionManifestKey,
} from '../domain/keys';
import {
  channelManifest,
  hoursMissing,
  type PartitionManifest,
  partitionManifest,
  totalBytes,
} from '../domain/partitionManifest';
import { addDays, type RunDate } from '../domain/runDate';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { parseFrozenManifest } from './frozenManifest';

/** Safe to retry: the manifest is written once and conditionally; the channel files are a pure function of it. */
export function createFreezeManifest({ lake }: Pick<ActivityDependencies, 'lake'>): Activities['freezeManifest'] {
  return async ({ runDate, generation, historyDays }) => {
    const key = partitionManifestKey(runDate, generation);
    let frozen = await lake.get(key);
    if (frozen === undefined) {
      const manifest = await observe(lake, runDate, historyDays);
      if (manifest.clicks.length === 0) {
        throw failure(
          'PartitionsIncomplete',
          `there is nothing to freeze: no object below ${clicksDayPrefix(runDate)}`,
          { final: true },
        );
      }
      await lake.putIfAbsent(key, JSON.stringify(manifest), { contentType: 'application/json' });
      frozen = await lake.get(key);
    }
    return describe(lake, runDate, generation, frozen);
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
  return partitionManifest(runDate, { clicks, interactions, ledgers: await ledgersOf(lake, runDate) });
}

/** A day's raw objects, and those of the first hour after it: what was clicked before midnight may arrive after it. */
async function rawClicks(lake: ObjectStore, day: RunDate): Promise<ObjectInfo[]> {
  const ofDay = await lake.list(clicksDayPrefix(day));
  return ofDay.length === 0 ? [] : [...ofDay, ...(await lake.list(clicksHourPrefix(addDays(day, 1), 0)))];
}

/** What was acknowledged in the same hours. */
async function ledgersOf(lake: ObjectStore, day: RunDate): Promise<ObjectInfo[]> {
  return [...(await lake.list(ledgerDayPrefix(day))), ...(await lake.list(ledgerHourPrefix(addDays(day, 1), 0)))];
}

async function describe(
  lake: ObjectStore,
  runDate: RunDate,
  generation: number,
  frozen: Buffer | undefined,
): Promise<FrozenManifest> {
  const uri = `s3://${lake.bucket}/${partitionManifestKey(runDate, generation)}`;
  const manifest = parseFrozenManifest(frozen, runDate, uri);
  await lake.put(clicksChannelKey(runDate, generation), channelManifest(lake.bucket, manifest.clicks));
  if (manifest.interactions.length > 0) {
    await lake.put(interactionsChannelKey(runDate, generation), channelManifest(lake.bucket, manifest.interactions));
  }
  if (manifest.ledgers.length > 0) {
    await lake.put(ledgerChannelKey(runDate, generation), channelManifest(lake.bucket, manifest.ledgers));
  }
  return {
    uri,
    sha256: createHash('sha256')
      .update(frozen ?? '')
      .digest('hex'),
    clickObjects: manifest.clicks.length,
    clickBytes: totalBytes(manifest.clicks),
    interactionObjects: manifest.interactions.length,
    ledgerObjects: manifest.ledgers.length,
    missingHours: hoursMissing({ runDate, clicks: manifest.clicks }),
  };
}
