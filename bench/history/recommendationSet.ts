/** A recommendation set of any number of readers that costs no disk: each of its shards has the same bytes. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { ObjectNotFound, type ObjectStore } from '../../src/clients/objectStore';
import type { ModelInput } from '../../src/contract';
import { modelPrefix, readerPk, versionSk } from '../../src/domain/keys';
import { shardLineOf } from '../../src/domain/shardItem';
import type { StoredList } from '../../src/domain/storedList';

export const readersPerShard = 5000;
const listLength = 20;
const articles = 20_000;

/** The lists of any shard of this version. */
export function listsOfShard(version: string): StoredList[] {
  return Array.from({ length: readersPerShard }, (_, reader) => {
    const id = createHash('md5').update(`reader ${reader}`).digest('hex').slice(0, 16);
    let drawn = Number.parseInt(id.slice(0, 8), 16);
    const ids = Array.from({ length: listLength }, () => {
      drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
      return `a${(drawn >>> 8) % articles}`;
    });
    return { pk: readerPk(id), sk: versionSk(version), articles: ids.join(' '), expiresAt: 4_000_000_000 };
  });
}

/** A lake that holds the artefact of one model, and takes what is written without keeping it. */
export function createSetLake({ runDate, jobName, version }: ModelInput, shards: number): ObjectStore {
  const lines = listsOfShard(version).map((list) => `${shardLineOf(list)}\n`);
  const shard = gzipSync(lines.join(''));
  const sha256 = createHash('sha256').update(shard).digest('hex');
  const files = Array.from({ length: shards }, (_, index) => ({
    path: `recommendations/part-${String(index).padStart(5, '0')}.json.gz`,
    kind: 'shard',
    sizeBytes: shard.length,
    sha256,
    items: readersPerShard,
  }));
  const readers = shards * readersPerShard;
  const manifest = Buffer.from(
    JSON.stringify({ schema: 1, runDate, version, scope: 'bench', items: readers, readers, files }),
  );
  const prefix = modelPrefix(jobName);
  const bodyOf = (key: string): Buffer | undefined => {
    if (key === `${prefix}manifest.json`) return manifest;
    return key.startsWith(`${prefix}recommendations/`) ? shard : undefined;
  };
  return {
    bucket: 'bench',
    get: (key) => Promise.resolve(bodyOf(key)),
    stream: (key) => {
      const body = bodyOf(key);
      return body === undefined ? Promise.reject(new ObjectNotFound(key)) : Promise.resolve(Readable.from([body]));
    },
    list: () => Promise.resolve([]),
    put: () => Promise.resolve(),
    putIfAbsent: () => Promise.resolve(true),
    copy: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
