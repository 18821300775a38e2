/** The holdout as it lies in the lake, checked as it is read; a chunk of it is in memory at a time. */
import type { ObjectStore } from '../clients/objectStore';
import {
  type HoldoutReader,
  InvalidHoldout,
  maxHoldoutReaders,
  parsePopularLine,
  parseReaderLine,
} from '../domain/holdout';
import { failure } from '../failures';
import type { ModelFile } from './modelArtefact';
import { streamShard } from './shardStream';

export interface HoldoutChunk {
  /** The same in each chunk: recently popular articles, best first. */
  readonly popular: readonly string[];
  readonly readers: readonly HoldoutReader[];
}

/** So many readers are in it. Throws `ModelArtefactInvalid` when they are more than can be kept in memory. */
export function readersOfHoldout(file: ModelFile): number {
  const readers = Math.max(0, (file.items ?? 0) - 1);
  if (readers > maxHoldoutReaders) throw invalid(file, `it has ${readers} readers, more than ${maxHoldoutReaders}`);
  return readers;
}

/** Throws `ModelArtefactInvalid`, naming the line. */
export async function* readHoldout(
  lake: ObjectStore,
  jobName: string,
  file: ModelFile,
): AsyncGenerator<HoldoutChunk, void> {
  readersOfHoldout(file);
  let popular: readonly string[] | undefined;
  let lastReader = '';
  let number = 0;
  for await (const lines of streamShard(lake, jobName, file)) {
    const readers: HoldoutReader[] = [];
    for (const line of lines) {
      number += 1;
      try {
        if (popular === undefined) popular = parsePopularLine(line);
        else {
          const reader = readerAfter(lastReader, line);
          lastReader = reader.reader;
          readers.push(reader);
        }
      } catch (error) {
        if (error instanceof InvalidHoldout) throw invalid(file, `line ${number}: ${error.message}`, error);
        throw error;
      }
    }
    if (popular !== undefined) yield { popular, readers };
  }
  if (popular === undefined) throw invalid(file, 'it has no line of popular articles');
}

/** In order of their ids: a reader who is there twice would count twice. */
function readerAfter(lastReader: string, line: string): HoldoutReader {
  const reader = parseReaderLine(line);
  if (reader.reader <= lastReader) throw new InvalidHoldout(`${reader.reader} is not after ${lastReader}`);
  return reader;
}

function invalid({ path }: ModelFile, reason: string, cause?: Error): Error {
  return failure(
    'ModelArtefactInvalid',
    `the holdout cannot be judged: ${reason} [file=${path}]`,
    cause === undefined ? {} : { cause },
  );
}
