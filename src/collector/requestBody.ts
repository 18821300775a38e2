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

/**
 * Memory stays below the limit, whatever is sent. Calls back once: with the text, with `BodyTooLarge`, or with what broke
 * the connection. A callback, as every request comes through here.
 */
export function readBody(stream: Readable, done: (error: Error | null, text: string) => void): void {
  let chunks: Buffer[] = [];
  let sizeBytes = 0;
  let patience: NodeJS.Timeout | undefined;
  let gaveUp = false;
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBodyBytes) {
      chunks.push(chunk);
      return;
    }
    chunks = [];
    patience ??= setTimeout(() => {
      gaveUp = true;
      done(new BodyTooLarge(), '');
    }, maxDiscardMs);
  });
  stream.on('error', (error) => {
    clearTimeout(patience);
    if (!gaveUp) done(error, '');
  });
  stream.on('end', () => {
    clearTimeout(patience);
    if (gaveUp) return;
    if (sizeBytes > maxBodyBytes) {
      done(new BodyTooLarge(), '');
      return;
    }
    const text = textOf(chunks);
    // The request keeps these listeners until it is answered.
    chunks = [];
    done(null, text);
  });
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8');
}
