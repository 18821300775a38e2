/** What DynamoDB's own bulk load may read of a set: whole folders, so nothing but the set's shards may lie in them. */

/** Least rate that a bulk load can be held to (API reference of StartBulkPutItems). */
export const minBulkUnitsPerSecond = 1024;
/** Documented limits of one operation. */
const maxObjects = 50_000;
const maxObjectBytes = 5 * 1024 ** 3;

export interface BulkFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly items?: number | undefined;
}

export interface BulkFolder {
  /** Below the artefact's own prefix, with the slash at its end. */
  readonly folder: string;
  readonly items: number;
}

export class InvalidBulkInput extends Error {
  override readonly name = 'InvalidBulkInput';
}

/** The folders to be read, in order. Throws `InvalidBulkInput` when what lies there is not the shards, or too much. */
export function bulkFolders(
  shards: readonly BulkFile[],
  there: readonly { readonly path: string; readonly sizeBytes: number }[],
): BulkFolder[] {
  const sizes = new Map(there.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const listed = new Map(shards.map((shard) => [shard.path, shard]));
  const folders = [...new Set(shards.map(({ path }) => folderOf(path)))].toSorted();
  for (const { path, sizeBytes } of shards) {
    if (!path.endsWith('.gz')) throw new InvalidBulkInput(`${path} is not compressed as the others are`);
    if (sizeBytes > maxObjectBytes)
      throw new InvalidBulkInput(`${path} is larger than the 5 GB that a bulk load reads`);
    const found = sizes.get(path);
    if (found !== sizeBytes) {
      throw new InvalidBulkInput(`${path} has ${found ?? 'no'} bytes in the lake, ${sizeBytes} in the manifest`);
    }
  }
  const foreign = there.find(({ path }) => !listed.has(path) && folders.some((folder) => path.startsWith(folder)));
  if (foreign !== undefined)
    throw new InvalidBulkInput(`${foreign.path} is no shard of the set, and would be loaded too`);
  return folders.map((folder) => {
    const ofFolder = shards.filter(({ path }) => folderOf(path) === folder);
    if (ofFolder.length > maxObjects) {
      throw new InvalidBulkInput(`${folder} has ${ofFolder.length} shards, a bulk load reads ${maxObjects}`);
    }
    return { folder, items: ofFolder.reduce((sum, { items = 0 }) => sum + items, 0) };
  });
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
