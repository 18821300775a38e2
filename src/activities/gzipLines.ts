/** The lines of a gzip object as it comes, whatever its size and number of members: a chunk of it is in memory at a time. */
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { field } from '../domain/field';

/** Fewer, larger chunks: each costs a trip to another thread. */
const chunkBytes = 32 * 1024;

/** The object's bytes are no gzip, damaged, or cut short. */
export class CorruptGzip extends Error {
  override readonly name = 'CorruptGzip';
}

/** Some lines at a time, in order, without blank ones. Throws `CorruptGzip`; an error of the source is thrown as it is. */
export async function* gzipLines(source: Readable): AsyncGenerator<string[]> {
  // An error of the source ends the unzipped stream with that error, and leaving the loop early closes both.
  const unzipped = pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => undefined);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of unzipped) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield lines.filter((line) => line !== '');
    }
  } catch (error) {
    if (!String(field(error, 'code')).startsWith('Z_')) throw error;
    throw new CorruptGzip(String(field(error, 'message')), { cause: error });
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
