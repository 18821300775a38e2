/** The clicks of a day as they lie in the lake, to be replayed: all of them, or those of every n-th reader where they are too many. */
import type { ObjectStore } from '../clients/objectStore';
import { hashOfText } from '../domain/freshHash';
import type { LakeClick } from '../domain/lakeLine';
import { type ManifestEntry, totalBytes } from '../domain/partitionManifest';
import { endOfDayMs, type RunDate, startOfDayMs } from '../domain/runDate';
import { failure } from '../failures';
import { CorruptGzip } from './gzipLines';
import type { Pulse } from './pulse';
import { readClickObject } from './readClickObject';

export interface DaySample {
  /** In the order of time. */
  readonly clicks: readonly LakeClick[];
  /** 1 when every reader is in it, 2 when every second one is … */
  readonly readersOneIn: number;
}

/** Of objects as they are stored: one or two million clicks, some hundred megabytes in memory. */
const maxSampleBytes = 48 * 1024 * 1024;

/** Those of the day by event time. Throws `ClickObjectCorrupt`. */
export async function sampleDay(
  lake: ObjectStore,
  runDate: RunDate,
  entries: readonly ManifestEntry[],
  pulse: Pulse,
  maxBytes = maxSampleBytes,
): Promise<DaySample> {
  const readersOneIn = 2 ** Math.max(0, Math.ceil(Math.log2(totalBytes(entries) / maxBytes)));
  const [fromMs, untilMs] = [startOfDayMs(runDate), endOfDayMs(runDate)];
  const sampled: LakeClick[] = [];
  for (const { key } of entries) {
    for (const click of await clicksOf(lake, key)) {
      const { userId, occurredAtMs } = click;
      if (occurredAtMs >= fromMs && occurredAtMs < untilMs && isSampled(userId, readersOneIn)) sampled.push(click);
    }
    await pulse();
  }
  return { clicks: sampled.sort((a, b) => a.occurredAtMs - b.occurredAtMs), readersOneIn };
}

async function clicksOf(lake: ObjectStore, key: string): Promise<readonly LakeClick[]> {
  try {
    return (await readClickObject(lake, key, () => undefined)).clicks;
  } catch (error) {
    if (!(error instanceof CorruptGzip)) throw error;
    const uri = `s3://${lake.bucket}/${key}`;
    throw failure('ClickObjectCorrupt', `an object of clicks is no gzip file: ${error.message} [uri=${uri}]`, {
      cause: error,
    });
  }
}

/** Another hash than the replay's own, which tells readers apart by what is left of theirs after a division. */
const isSampled = (userId: string, oneIn: number): boolean => hashOfText(`sample ${userId}`) % oneIn === 0;
