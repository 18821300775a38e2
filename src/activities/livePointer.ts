/** Reading and moving the live pointer: the only thing that makes a set visible to readers. */

import type { LivePointer, SeenPointer } from '../clients/recommendationTable';
import type { Activities, LiveVersion } from '../contract';
import { modelPrefix, popularPk, versionSk } from '../domain/keys';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** Safe to retry: reads only. */
export function createReadLive({ table }: ActivityDependencies): Activities['readLive'] {
  return async () => {
    const live = await table.live();
    return live === undefined ? null : toLiveVersion(live);
  };
}

/** Safe to retry: the move is conditional on what was live before, and a pointer that already stands right is done. */
export function createPublish({ lake, table }: ActivityDependencies): Activities['publish'] {
  return async (input) => {
    const publishedAt = new Date().toISOString();
    await table.recordVersion({
      version: input.version,
      runDate: input.runDate,
      items: input.items,
      readers: input.readers,
      modelUri: `s3://${lake.bucket}/${modelPrefix(input.jobName)}`,
      publishedAt,
    });
    await movePointer(
      table,
      {
        version: input.version,
        runDate: input.runDate,
        publishedAt,
        reason: 'published by the daily run',
        ...(input.expectedLive === undefined ? {} : { previous: input.expectedLive }),
      },
      input.expectedLive === undefined ? undefined : seen(input.expectedLive, input.expectedSince),
    );
  };
}

/** Safe to retry: conditional like a publish. */
export function createRollBack({ table }: ActivityDependencies): Activities['rollBack'] {
  return async ({ from, toVersion, reason }) => {
    const record = (await table.versions()).find((candidate) => candidate.version === toVersion);
    const [popular] = await table.read([{ pk: popularPk, sk: versionSk(toVersion) }]);
    if (record === undefined || popular === undefined) {
      throw failure('VersionNotKept', `version ${toVersion} is not in the table any more; see 'frontpage versions'`);
    }
    await movePointer(
      table,
      {
        version: toVersion,
        runDate: record.runDate,
        publishedAt: new Date().toISOString(),
        reason,
        previous: from.version,
      },
      seen(from.version, from.since),
    );
  };
}

function seen(version: string, publishedAt: string | undefined): SeenPointer {
  return { version, ...(publishedAt === undefined ? {} : { publishedAt }) };
}

async function movePointer(
  table: ActivityDependencies['table'],
  to: LivePointer,
  expected: SeenPointer | undefined,
): Promise<void> {
  if (await table.moveLive(to, expected)) return;
  // Refused: either our own earlier try succeeded and its answer was lost, or somebody else moved the pointer.
  const live = await table.live();
  if (live?.version === to.version) return;
  throw failure(
    'PublishConflict',
    `the live pointer stands at ${live?.version ?? 'nothing'}, expected ${expected?.version ?? 'nothing'}; it was not moved to ${to.version} [standsSince=${live?.publishedAt}, expectedSince=${expected?.publishedAt}]`,
  );
}

function toLiveVersion(live: LivePointer): LiveVersion {
  return {
    version: live.version,
    runDate: live.runDate,
    since: live.publishedAt,
    ...(live.previous === undefined ? {} : { previous: live.previous }),
  };
}
