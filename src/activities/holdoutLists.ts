/** The candidate's lists as they were when the holdout began. */
import type { ObjectStore } from '../clients/objectStore';
import { InvalidHoldout, parsePopularLine, parseReaderLine } from '../domain/holdout';
import { failure } from '../failures';
import { holdoutOf, type ModelManifest } from './modelArtefact';
import type { Pulse } from './pulse';
import { streamShard } from './shardStream';

export interface HoldoutLists {
  readonly popular: readonly string[];
  /** Of readers who opened something new in the holdout: all of them, or as many as were drawn. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** Throws `ModelArtefactInvalid`. */
export async function readHoldoutLists(
  lake: ObjectStore,
  jobName: string,
  manifest: ModelManifest,
  pulse: Pulse,
): Promise<HoldoutLists> {
  const file = holdoutOf(manifest, jobName);
  const lists = new Map<string, readonly string[]>();
  let popular: readonly string[] | undefined;
  try {
    for await (const lines of streamShard(lake, jobName, file)) {
      for (const line of lines) {
        if (popular === undefined) popular = parsePopularLine(line);
        else {
          const { reader, list } = parseReaderLine(line);
          lists.set(reader, list);
        }
      }
      await pulse();
    }
  } catch (error) {
    if (!(error instanceof InvalidHoldout)) throw error;
    throw failure('ModelArtefactInvalid', `the holdout cannot be read: ${error.message} [file=${file.path}]`, {
      cause: error,
    });
  }
  return { popular: popular ?? [], lists };
}
