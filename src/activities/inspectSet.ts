/** Reads the whole set, as it would be loaded, for the guards of the gate; a chunk of it is in memory at a time. */
import type { ObjectStore } from '../clients/objectStore';
import type { ModelInput } from '../contract';
import { type Catalogue, InvalidCatalogueLine, parseCatalogueLine } from '../domain/catalogue';
import { type Guard, type GuardSettings, SetTally } from '../domain/guards';
import { versionSk } from '../domain/keys';
import { endOfDayMs } from '../domain/runDate';
import { readShardItem, type ShardItem } from '../domain/shardItem';
import { InvalidShardLine } from '../domain/storedList';
import { failure } from '../failures';
import { type ModelFile, type ModelManifest, shardsOf } from './modelArtefact';
import type { Pulse } from './pulse';
import { streamShard } from './shardStream';

/** Throws `ModelArtefactInvalid` for a set that is not what the manifest says. */
export async function inspectSet(
  lake: ObjectStore,
  { jobName, runDate, version }: ModelInput,
  manifest: ModelManifest,
  settings: GuardSettings,
  pulse: Pulse,
): Promise<{ readonly guards: readonly Guard[]; readonly notes: readonly string[] }> {
  const file = manifest.files.find(({ kind }) => kind === 'catalogue');
  const catalogue = file === undefined ? undefined : await readCatalogue(lake, jobName, file);
  const tally = new SetTally(catalogue, settings, endOfDayMs(runDate));
  const sk = versionSk(version);
  for (const shard of shardsOf(manifest)) {
    for await (const lines of streamShard(lake, jobName, shard)) {
      for (const line of lines) tally.add(itemOf(line, sk, shard));
      await pulse();
    }
  }
  if (tally.readers !== manifest.readers) {
    throw failure(
      'ModelArtefactInvalid',
      `the shards have lists for ${tally.readers} readers, the manifest says ${manifest.readers} [job=${jobName}]`,
    );
  }
  return {
    guards: tally.guards(),
    notes:
      catalogue === undefined
        ? ['the artefact has no catalogue: coverage, age and unknown articles are not judged']
        : [],
  };
}

function itemOf(line: string, sk: string, shard: ModelFile): ShardItem {
  try {
    return readShardItem(line, sk);
  } catch (error) {
    throw error instanceof InvalidShardLine ? invalid(error, shard) : error;
  }
}

async function readCatalogue(lake: ObjectStore, jobName: string, file: ModelFile): Promise<Catalogue> {
  const catalogue = new Map<string, number>();
  for await (const lines of streamShard(lake, jobName, file)) {
    for (const line of lines) {
      try {
        catalogue.set(...parseCatalogueLine(line));
      } catch (error) {
        throw error instanceof InvalidCatalogueLine ? invalid(error, file) : error;
      }
    }
  }
  return catalogue;
}

function invalid(cause: Error, file: ModelFile): Error {
  return failure('ModelArtefactInvalid', `a line cannot be read: ${cause.message} [file=${file.path}]`, { cause });
}
