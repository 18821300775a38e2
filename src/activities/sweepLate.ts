/**
 * Looks for objects that appeared below a day after its manifest was frozen: Firehose retries for 24 hours, and names
 * objects by the arrival of their oldest record. They are reported, since no run has read them.
 */
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import type { Activities, LateReport } from '../contract';
import { firstGeneration, maxGenerations } from '../domain/generation';
import { clicksDayPrefix, lateReportKey, partitionManifestKey, reportKey } from '../domain/keys';
import { notFrozen, totalBytes } from '../domain/partitionManifest';
import type { RunDate } from '../domain/runDate';
import type { ActivityDependencies } from './dependencies';
import { parseFrozenManifest } from './frozenManifest';

const succeeded = z.object({ outcome: z.enum(['published', 'kept newer', 'not published']) });

/** Safe to retry: reads, and writes the report of what it read to the same key. */
export function createSweepLate({ lake }: ActivityDependencies): Activities['sweepLate'] {
  return async ({ runDate }) => {
    const generation = await lastThatSucceeded(lake, runDate);
    const manifestUri = `s3://${lake.bucket}/${partitionManifestKey(runDate, generation)}`;
    const frozen = await lake.get(partitionManifestKey(runDate, generation));
    if (frozen === undefined) return null;
    const { clicks } = parseFrozenManifest(frozen, runDate, manifestUri);
    const objects = notFrozen(await lake.list(clicksDayPrefix(runDate)), clicks);
    const report: LateReport = { schema: 1, runDate, manifestUri, sizeBytes: totalBytes(objects), objects };
    const key = lateReportKey(runDate);
    await lake.put(key, `${JSON.stringify(report, undefined, 2)}\n`, { contentType: 'application/json' });
    return {
      runDate,
      generation,
      objects: objects.length,
      sizeBytes: report.sizeBytes,
      reportUri: `s3://${lake.bucket}/${key}`,
    };
  };
}

/** A later generation that failed has brought nothing to readers: what it should have read is late still. */
async function lastThatSucceeded(lake: ObjectStore, runDate: RunDate): Promise<number> {
  for (let generation = maxGenerations; generation > firstGeneration; generation--) {
    const report = await lake.get(reportKey(runDate, generation));
    if (report !== undefined && succeeded.safeParse(JSON.parse(report.toString('utf8'))).success) return generation;
  }
  return firstGeneration;
}
