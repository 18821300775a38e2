/** Reads the lines of a text file, plain or gzip with any number of members, without holding more than a piece of it. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { ClickLogError } from './clickLogError';
import { errorCode } from './errorCode';

/** Longer than any click by far; what has no line end for so long is no log. */
const longestLine = 1_000_000;

/** Calls `onLine` with each line and its number, from 1. A last line needs no line end. */
export async function forEachLine(file: string, onLine: (line: string, number: number) => void): Promise<void> {
  const lines = new LineSplitter(file, onLine);
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => attempt(() => lines.add(chunk), done),
    final: (done) => attempt(() => lines.end(), done),
  });
  try {
    if (await isGzip(file)) await pipeline(createReadStream(file), createGunzip({ chunkSize: 256 * 1024 }), sink);
    else await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), sink);
  } catch (error) {
    throw readable(file, error);
  }
}

function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work();
    done();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private number = 0;

  constructor(
    private readonly file: string,
    private readonly onLine: (line: string, number: number) => void,
  ) {}

  add(chunk: Buffer): void {
    this.split(this.decoder.write(chunk));
  }

  end(): void {
    this.split(this.decoder.end());
    if (this.rest !== '') this.onLine(this.rest, ++this.number);
  }

  private split(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line, ++this.number);
    if (this.rest.length > longestLine) {
      throw new ClickLogError(`${this.file}:${this.number + 1}: the line does not end: this is no click log`);
    }
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function readable(file: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  if (code === 'Z_BUF_ERROR') return new ClickLogError(`${file} is cut off: fetch the file again`);
  if (code.startsWith('Z_')) return new ClickLogError(`${file} is damaged: fetch the file again`);
  return new ClickLogError(`${file} cannot be read: ${code}`);
}
