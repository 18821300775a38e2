/** Reading a shard as it comes, whatever its size: a chunk of it is in memory at a time. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ObjectNotFound, type ObjectStore } from '../clients/objectStore';
import { modelPrefix } from '../domain/keys';
import { failure } from '../failures';
import { CorruptGzip, gzipLines } from './gzipLines';
import type { ModelFile } from './modelArtefact';

/**
 * The lines of a shard in order, some at a time. The object is read twice, first to know that its bytes are those of the
 * manifest: nothing of a corrupt shard is handed on. Throws `ModelArtefactInvalid`.
 */
export async function* streamShard(lake: ObjectStore, jobName: string, file: ModelFile): AsyncGenerator<string[]> {
  const key = modelPrefix(jobName) + file.path;
  const uri = `s3://${lake.bucket}/${key}`;
  await verifyBytes(await open(lake, key, uri), file, uri);
  let items = 0;
  try {
    for await (const lines of gzipLines(await open(lake, key, uri))) {
      items += lines.length;
      yield lines;
    }
  } catch (error) {
    throw error instanceof CorruptGzip
      ? failure('ModelArtefactInvalid', `a shard is no gzip file: ${error.message} [uri=${uri}]`, { cause: error })
      : error;
  }
  if (items !== file.items) {
    throw failure('ModelArtefactInvalid', `a shard has ${items} items, its manifest says ${file.items} [uri=${uri}]`);
  }
}

async function open(lake: ObjectStore, key: string, uri: string): Promise<Readable> {
  try {
    return await lake.stream(key);
  } catch (error) {
    if (!(error instanceof ObjectNotFound)) throw error;
    throw failure('ModelArtefactInvalid', `a file of the artefact is missing [uri=${uri}]`, { cause: error });
  }
}

async function verifyBytes(source: Readable, file: ModelFile, uri: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  const sha256 = hash.digest('hex');
  if (sha256 !== file.sha256) {
    throw failure(
      'ModelArtefactInvalid',
      `a file of the artefact is corrupt: SHA-256 is ${sha256}, the manifest says ${file.sha256} [uri=${uri}]`,
    );
  }
}
