/** Reading and moving the live pointer: the only thing that makes a set visible to readers. */

import type { LivePointer, RecommendationTable, SeenPointer } from '../clients/recommendationTable';
import type { Activities, LiveVersion } from '../contract';
import { modelPrefix, popularPk, versionSk } from '../domain/keys';
import { failure, notYet } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** Far longer than a move of the pointer can be under way. */
const moveHoldMs = 60 * 60_000;
/** Longer than a load may last. */
const loadHoldMs = 24 * 60 * 60_000;
const sweepLookSeconds = 30;

type TableOnly = Pick<ActivityDependencies, 'table'>;

/** Safe to retry: reads only. */
export function createReadLive({ table }: TableOnly): Activities['readLive'] {
  return async () => {
    const live = await table.live();
    return live === undefined ? null : toLiveVersion(live);
  };
}

/** Safe to retry: holding what is held holds it for longer. */
export function createHoldVersion({ table }: TableOnly): Activities['holdVersion'] {
  return async ({ version }) => {
    if ((await table.holdVersion(version, Date.now() + loadHoldMs)) !== 'being swept') return;
    throw notYet(
      'VersionBeingSwept',
      `version ${version} is being removed from the table, and can be loaded when that is over; 'frontpage sweep' goes on with it`,
      sweepLookSeconds,
    );
  };
}

/** Safe to retry: the move is conditional on what was live before, and a pointer that already stands right is done. */
export function createPublish({ lake, table }: Pick<ActivityDependencies, 'lake' | 'table'>): Activities['publish'] {
  return async (input) => {
    const publishedAt = new Date().toISOString();
    const blend =
      input.weights === undefined ? await blendOf(table, input.expectedLive) : JSON.stringify(input.weights);
    const registered = await table.recordVersion(
      {
        version: input.version,
        runDate: input.runDate,
        items: input.items,
        readers: input.readers,
        modelUri: `s3://${lake.bucket}/${modelPrefix(input.jobName)}`,
        publishedAt,
        ...(blend === undefined ? {} : { blend }),
      },
      Date.now() + moveHoldMs,
    );
    if (!registered) {
      throw failure(
        'VersionBeingSwept',
        `version ${input.version} is being removed from the table: nobody may be sent to it`,
        {
          final: true,
        },
      );
    }
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

/** Safe to retry: conditional like a publish. The version is held first, so that no sweep removes it under the move. */
export function createRollBack({ table }: TableOnly): Activities['rollBack'] {
  return async ({ from, toVersion, reason }) => {
    const held = await table.holdVersion(toVersion, Date.now() + moveHoldMs);
    if (held === 'being swept') {
      throw failure('VersionNotKept', `version ${toVersion} is being removed from the table; see 'frontpage versions'`);
    }
    const record = (await table.versions()).find((candidate) => candidate.version === toVersion);
    if (held === 'unknown' || record === undefined || !(await isServable(table, toVersion, Date.now()))) {
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

/** Whether serving would serve it: the TTL takes days to remove what has expired, and serving does not wait for it. */
async function isServable(table: RecommendationTable, version: string, nowMs: number): Promise<boolean> {
  const [popular] = await table.read([{ pk: popularPk, sk: versionSk(version) }]);
  return popular !== undefined && popular.expiresAt * 1000 > nowMs;
}

/** What a version is blended with goes on with the next one, where nothing better is known. */
async function blendOf(table: RecommendationTable, version: string | undefined): Promise<string | undefined> {
  if (version === undefined) return undefined;
  return (await table.versions()).find((record) => record.version === version)?.blend;
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
