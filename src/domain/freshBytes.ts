/** Numbers and texts as bytes, small numbers in few: base 128, the lowest digits first, the high bit on all but the last. */

const firstPieceBytes = 65_536;
/** Of the last digit of the largest number, 2^53 - 1. */
const maxFactor = 128 ** 7;

export class ByteWriter {
  private bytes = Buffer.alloc(firstPieceBytes);
  private length = 0;

  /** A whole number from 0 to 2^53 - 1. */
  whole(value: number): void {
    const longest = 8;
    this.reserve(longest);
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  float(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.whole(size);
    this.reserve(size);
    this.length += this.bytes.write(value, this.length);
  }

  finished(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + size));
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}

/** Reading behind the end throws a RangeError, and so does a number that is too long. */
export class ByteReader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  whole(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes.readUInt8(this.at++);
      value += (byte % 128) * factor;
      if (byte < 128) return value;
      // A number without end would be none: written again, infinity never comes down to its last digit.
      if (factor >= maxFactor) throw new RangeError('a number is longer than any that is written');
    }
  }

  float(): number {
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  text(): string {
    const size = this.whole();
    if (this.at + size > this.bytes.length) throw new RangeError('a text goes on behind the end');
    this.at += size;
    return this.bytes.toString('utf8', this.at - size, this.at);
  }

  atEnd(): boolean {
    return this.at === this.bytes.length;
  }
}
