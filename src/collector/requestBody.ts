/**
 * The body of a request as text, with a limit. A body beyond it is refused at once, yet read on and thrown away: a sender
 * that is cut off while it still writes sees a broken connection, not the answer that says what is wrong.
 */
import type { Readable } from 'node:stream';

export const maxBodyBytes = 1024 * 1024;
/** What is read of a body that is refused anyway; a sender of more is cut off. */
const maxDiscardedBytes = 64 * 1024 * 1024;

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  constructor() {
    super(`the body is larger than ${maxBodyBytes} bytes; send fewer clicks a request`);
  }
}

/** Memory stays below the limit, whatever is sent. Rejects with `BodyTooLarge`, or when the connection breaks. */
export function readBody(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let sizeBytes = 0;
    stream.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
      else {
        chunks = [];
        reject(new BodyTooLarge());
      }
      if (sizeBytes > maxDiscardedBytes) stream.destroy();
    });
    stream.on('error', reject);
    stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}
