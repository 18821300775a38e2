/** A recommendation set of made-up readers as the trainer would leave it, in a folder that stands for the lake. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ObjectNotFound, type ObjectStore } from '../../src/clients/objectStore';
import type { ModelInput } from '../../src/contract';
import { modelPrefix, readerPk, versionSk } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';
import { shardLineOf } from '../../src/domain/shardItem';

export const model: ModelInput = {
  runDate: parseRunDate('2026-11-23'),
  jobName: 'frontpage-2026-11-23-bench-a1',
  version: '2026-11-23.01',
};

const readersPerShard = 5000;
const listLength = 20;
const articles = 20_000;

/** Ids are of the length that portals use; the lists differ, so that nothing compresses or hashes unusually well. */
function lineOf(reader: number): string {
  const id = createHash('md5').update(`reader ${reader}`).digest('hex').slice(0, 16);
  let drawn = Number.parseInt(id.slice(0, 8), 16);
  const ids = Array.from({ length: listLength }, () => {
    drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
    return `a${(drawn >>> 8) % articles}`;
  });
  return shardLineOf({
    pk: readerPk(id),
    sk: versionSk(model.version),
    articles: ids.join(' '),
    expiresAt: 1_765_152_000,
  });
}

/** Writes the artefact of so many readers; the paths of its shards. */
export async function writeShards(folder: string, readers: number): Promise<string[]> {
  const files: object[] = [];
  const paths: string[] = [];
  for (let first = 0; first < readers; first += readersPerShard) {
    const items = Math.min(readersPerShard, readers - first);
    const lines = Array.from({ length: items }, (_, index) => `${lineOf(first + index)}\n`);
    const body = gzipSync(lines.join(''));
    const path = `recommendations/part-${String(first / readersPerShard).padStart(5, '0')}.json.gz`;
    const sha256 = createHash('sha256').update(body).digest('hex');
    files.push({ path, kind: 'shard', sizeBytes: body.length, sha256, items });
    paths.push(await put(folder, path, body));
  }
  const { runDate, version } = model;
  const manifest = { schema: 1, runDate, version, scope: 'bench', items: readers, readers, files };
  await put(folder, 'manifest.json', JSON.stringify(manifest));
  return paths;
}

async function put(folder: string, path: string, body: Buffer | string): Promise<string> {
  const file = join(folder, modelPrefix(model.jobName), path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, body);
  return file;
}

const notHere = (): Promise<never> => Promise.reject(new Error('this benchmark neither copies nor removes'));

export function createFolderLake(folder: string): ObjectStore {
  return {
    bucket: 'bench',
    get: (key) => (existsSync(join(folder, key)) ? readFile(join(folder, key)) : Promise.resolve(undefined)),
    stream: async (key) => {
      if (!existsSync(join(folder, key))) throw new ObjectNotFound(key);
      return createReadStream(join(folder, key));
    },
    /** Nobody is erased, and nothing was loaded before. */
    list: () => Promise.resolve([]),
    /** Records of what is loaded are not kept: each load loads everything. */
    put: () => Promise.resolve(),
    putIfAbsent: notHere,
    copy: notHere,
    remove: notHere,
  };
}
