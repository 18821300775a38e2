/** Compares what the table holds with what the shards say, before any reader can see it. */
import { heartbeat } from '@temporalio/activity';
import type { Activities } from '../contract';
import { type StoredList, sameList } from '../domain/storedList';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, readShard, shardsOf } from './modelArtefact';

/** Safe to retry: reads only. */
export function createVerifyLoad({ lake, table }: ActivityDependencies): Activities['verifyLoad'] {
  return async ({ itemsLoaded, samplePerShard, ...input }) => {
    const manifest = await readModelManifest(lake, input);
    if (itemsLoaded !== manifest.items) {
      throw failure(
        'LoadVerificationFailed',
        `${itemsLoaded} items were loaded, the artefact has ${manifest.items} [version=${input.version}]`,
      );
    }
    let sampled = 0;
    for (const shard of shardsOf(manifest)) {
      const sample = spread(await readShard(lake, input.jobName, shard), samplePerShard);
      const stored = new Map((await table.read(sample)).map((list) => [list.pk, list]));
      for (const wanted of sample) {
        const found = stored.get(wanted.pk);
        if (found === undefined || !sameList(found, wanted)) {
          throw failure(
            'LoadVerificationFailed',
            `an item of ${shard.path} is ${found === undefined ? 'missing from' : 'different in'} the table [version=${input.version}]`,
          );
        }
      }
      sampled += sample.length;
      heartbeat({ sampled });
    }
    return { sampled };
  };
}

/** Up to `size` lists, evenly spread over the shard, first and last included. */
function spread(lists: readonly StoredList[], size: number): StoredList[] {
  if (lists.length <= size) return [...lists];
  const step = (lists.length - 1) / (size - 1);
  return Array.from({ length: size }, (_, i) => lists[Math.round(i * step)]).filter((list) => list !== undefined);
}
