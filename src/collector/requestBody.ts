/**
 * The body of a request as text, with a limit. A body beyond it is read on and thrown away before the refusal is sent: a
 * sender that is cut off while it still writes sees a broken connection, not the answer that says what is wrong. One that
 * does not come to an end soon is refused all the same.
 */
import type { Readable } from 'node:stream';

export const maxBodyBytes = 1024 * 1024;
/** How long a sender of too much may go on before it is refused. */
const maxDiscardMs = 2_000;

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
    let patience: NodeJS.Timeout | undefined;
    stream.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
      else {
        chunks = [];
        patience ??= setTimeout(() => reject(new BodyTooLarge()), maxDiscardMs);
      }
    });
    stream.on('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    stream.on('end', () => {
      clearTimeout(patience);
      if (sizeBytes > maxBodyBytes) reject(new BodyTooLarge());
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}
