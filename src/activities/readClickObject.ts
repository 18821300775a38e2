/** The clicks of one object of the lake. Lines that are no clicks are counted, and never fatal alone. */
import type { ObjectStore } from '../clients/objectStore';
import { isHeartbeat, type LakeClick, lakeClickOf, valuesOfLine } from '../domain/lakeLine';
import { gzipLines } from './gzipLines';

/** All clicks of an object are in memory together. Firehose buffers 128 MiB at most before it packs an object. */
const maxUnpackedBytes = 512 * 1024 * 1024;

export interface ClickObject {
  readonly clicks: readonly LakeClick[];
  readonly malformed: number;
}

/** `onChunk` is called as bytes arrive, and may throw to end the reading. Throws `CorruptGzip`, `ObjectNotFound`. */
export async function readClickObject(lake: ObjectStore, key: string, onChunk: () => void): Promise<ClickObject> {
  const clicks: LakeClick[] = [];
  let malformed = 0;
  for await (const lines of gzipLines(await lake.stream(key), maxUnpackedBytes)) {
    onChunk();
    for (const line of lines) {
      const values = valuesOfLine(line);
      if (values === undefined) malformed += 1;
      for (const value of values ?? []) {
        if (isHeartbeat(value)) continue;
        const click = lakeClickOf(value);
        if (click === undefined) malformed += 1;
        else clicks.push(click);
      }
    }
  }
  return { clicks, malformed };
}
