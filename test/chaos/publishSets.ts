/** Made-up sets of many versions for the same readers: other lists in each, and some readers only in some. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { ModelInput } from '../../src/contract';
import { modelPrefix, popularPk, readerPk, versionSk } from '../../src/domain/keys';
import { shardLineOf } from '../../src/domain/shardItem';
import type { StoredList } from '../../src/domain/storedList';
import { runDateOfVersion } from '../../src/domain/version';

export const readers: readonly string[] = Array.from({ length: 400 }, (_, index) => `r${index}`);
export const shardsOfSet = 9;
/** More than a list of its own has, so that each page also shows of which version the popular list below it is. */
export const pageLength = 10;

const readersPerShard = 50;
const ownLength = 7;
const popularLength = 20;
const articles = 300;
const expiresAt = 4_000_000_000;

/** Some articles of this version for this key, without repeats. */
function draw(version: string, key: string, length: number): string[] {
  const drawn = new Set<string>();
  for (let round = 0; drawn.size < length; round++) {
    const digest = createHash('sha256').update(`${version} ${key} ${round}`).digest();
    for (let at = 0; at < 32 && drawn.size < length; at += 4) drawn.add(`a${digest.readUInt32BE(at) % articles}`);
  }
  return [...drawn];
}

/** Nine readers of ten have a list, other ones in each version. */
export function holds(version: string, reader: string): boolean {
  return (createHash('sha256').update(`${version} holds ${reader}`).digest()[0] ?? 0) % 10 > 0;
}

const pages = new Map<string, string>();

/** What the first page of this version is for the reader: the list of its own, if any, and then the popular one. */
export function pageOf(version: string, reader: string): string {
  const name = `${version} ${reader}`;
  let page = pages.get(name);
  if (page === undefined) {
    const own = holds(version, reader) ? draw(version, reader, ownLength) : [];
    page = [...new Set([...own, ...draw(version, popularPk, popularLength)])].slice(0, pageLength).join(' ');
    pages.set(name, page);
  }
  return page;
}

export const modelOf = (version: string): ModelInput => ({
  runDate: runDateOfVersion(version),
  jobName: `chaos-${version}`,
  version,
});

function listOf(version: string, pk: string, ids: readonly string[]): StoredList {
  return { pk, sk: versionSk(version), articles: ids.join(' '), expiresAt };
}

/** Everything that the table holds of a version, shard by shard. */
export function shardsOf(version: string): StoredList[][] {
  const shards = [[listOf(version, popularPk, draw(version, popularPk, popularLength))]];
  for (let first = 0; first < readers.length; first += readersPerShard) {
    const some = readers.slice(first, first + readersPerShard).filter((reader) => holds(version, reader));
    shards.push(some.map((reader) => listOf(version, readerPk(reader), draw(version, reader, ownLength))));
  }
  return shards;
}

/** Leaves the artefact of a version in the lake, as a trainer would. */
export async function putSet(lake: ObjectStore, version: string): Promise<{ items: number; readers: number }> {
  const { runDate, jobName } = modelOf(version);
  const files: object[] = [];
  let items = 0;
  for (const [index, lists] of shardsOf(version).entries()) {
    const body = gzipSync(lists.map((list) => `${shardLineOf(list)}\n`).join(''));
    const path = `recommendations/part-${String(index).padStart(5, '0')}.json.gz`;
    await lake.put(modelPrefix(jobName) + path, body);
    const sha256 = createHash('sha256').update(body).digest('hex');
    files.push({ path, kind: 'shard', sizeBytes: body.length, sha256, items: lists.length });
    items += lists.length;
  }
  const manifest = { schema: 1, runDate, version, scope: 'chaos', items, readers: items - 1, files };
  await lake.put(`${modelPrefix(jobName)}manifest.json`, JSON.stringify(manifest));
  return { items, readers: items - 1 };
}
