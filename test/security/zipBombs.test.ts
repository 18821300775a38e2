/** Objects that unpack to more than anybody of ours has packed. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { gzipLines } from '../../src/activities/gzipLines';
import { readClickObject } from '../../src/activities/readClickObject';
import { newestFreshState } from '../../src/clients/freshStates';
import { freshStateKey } from '../../src/domain/keys';
import { createMemoryLake } from '../support/memoryLake';

/** A piece of so many MiB again and again, as members of one gzip file. */
function bomb(line: string, mebibytes: number): Buffer {
  const piece = gzipSync(line.repeat((16 * 1024 * 1024) / line.length));
  return Buffer.concat(Array.from({ length: mebibytes / 16 }, () => piece));
}

async function linesOf(packed: Buffer, maxBytes?: number): Promise<number> {
  let count = 0;
  for await (const lines of gzipLines(Readable.from([packed]), maxBytes)) count += lines.length;
  return count;
}

describe('an object that unpacks without end', () => {
  it('ends at the line that is longer than any of ours', async () => {
    await expect(linesOf(bomb('x', 64))).rejects.toThrow('a line is longer than 4194304 characters');
  });

  it('ends at the size that its reader allows, and not before', async () => {
    const packed = gzipSync('12345678\n'.repeat(100));
    expect(await linesOf(packed, 900)).toBe(100);
    await expect(linesOf(packed, 899)).rejects.toThrow('it unpacks to more than 899 bytes');
  });

  it('is no object of clicks beyond 512 MiB', async () => {
    const lake = createMemoryLake();
    await lake.put('clicks/bomb.gz', bomb(`${' '.repeat(65_535)}\n`, 528));
    expect(lake.objects.get('clicks/bomb.gz')?.length).toBeLessThan(1_000_000);
    await expect(readClickObject(lake, 'clicks/bomb.gz', () => undefined)).rejects.toThrow(
      'it unpacks to more than 536870912 bytes',
    );
  });

  it('is no fresh state, and an earlier one is looked for', async () => {
    const lake = createMemoryLake();
    await lake.put(freshStateKey(2), bomb('x', 1040));
    const { record, unreadable } = await newestFreshState(lake);
    expect(record).toBeUndefined();
    expect(unreadable).toEqual([expect.stringContaining('Cannot create a Buffer larger than 1073741824 bytes')]);
  });
});
