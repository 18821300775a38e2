/** The lines of a gzip object as it comes, whatever its size and number of members: a chunk of it is in memory at a time. */
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { field } from '../domain/field';

/** Fewer, larger chunks: each costs a trip to another thread. */
const chunkBytes = 32 * 1024;

/** The longest line of ours is an item of 400 KB in DynamoDB JSON. A line is in memory whole, so there is an end to it. */
const maxLineLength = 4 * 1024 * 1024;

/** The object's bytes are no gzip, damaged, cut short, or unpack to more than anybody of ours has packed. */
export class CorruptGzip extends Error {
  override readonly name = 'CorruptGzip';
}

/**
 * Some lines at a time, in order, without blank ones. A thousandfold fits into gzip: `maxBytes` bounds what comes out.
 * Throws `CorruptGzip`; an error of the source is thrown as it is.
 */
export async function* gzipLines(
  source: Readable,
  maxBytes: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<string[]> {
  // An error of the source ends the unzipped stream with that error, and leaving the loop early closes both.
  const unzipped = pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => undefined);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let unpackedBytes = 0;
  try {
    for await (const chunk of unzipped) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > maxBytes) throw new CorruptGzip(`it unpacks to more than ${maxBytes} bytes`);
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineLength) throw new CorruptGzip(`a line is longer than ${maxLineLength} characters`);
      yield lines.filter((line) => line !== '');
    }
  } catch (error) {
    if (!String(field(error, 'code')).startsWith('Z_')) throw error;
    throw new CorruptGzip(String(field(error, 'message')), { cause: error });
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
