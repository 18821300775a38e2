/** Inputs that are wrong on purpose: of a seed, so that each can be made again alone. */
import { randomNumbers, seededState } from '../../../src/domain/random';

const wicked = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '"',
  '\\',
  "'",
  '<script>',
  '&#60;',
  '../',
  '..',
  '.',
  '/',
  '//',
  '%00',
  '%2e%2e%2f',
  '%zz',
  '#',
  'u#',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '-1',
  '1e309',
  '\ud800',
  '\u202e',
  'ﬀ',
  '💥',
  '${x}',
  '{{x}}',
  "' OR 1=1",
  '--help',
  '-',
  's3://b/k',
  'http://169.254.169.254/',
  '2026-11-23',
  '2026-02-30T00:00:00Z',
  '2026-11-23T10:00:00Z',
  'r1',
  'a1',
] as const;
const numbers = [0, -0, 1, -1, 0.5, 64, 65, 500, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21, 1e308, Number.MIN_VALUE] as const;
const longestText = 3000;

export class Inputs {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomNumbers(seededState(seed));
  }

  /** A whole number from 0 up to `below`, without it. */
  whole(below: number): number {
    return this.next() % below;
  }

  chance(share: number): boolean {
    return this.next() < share * 2 ** 32;
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.whole(from.length)];
    if (one === undefined) throw new RangeError('there is nothing to pick from');
    return one;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.next() & 255));
  }

  /** Short mostly, of any characters; now and then long. */
  text(): string {
    const kind = this.whole(8);
    if (kind < 3) return this.pick(wicked);
    if (kind === 3) return this.pick(wicked).repeat(this.whole(80));
    if (kind === 4) return 'x'.repeat(this.whole(longestText));
    if (kind === 5) return this.bytes(this.whole(40)).toString('latin1');
    if (kind === 6) return this.bytes(this.whole(40)).toString('utf8');
    return this.id();
  }

  /** What an id should be. */
  id(): string {
    const letters = 'abcXYZ019_.:-';
    return Array.from({ length: 1 + this.whole(64) }, () => letters[this.whole(letters.length)]).join('');
  }

  /** Any JSON value, not deeper than `depth`. */
  value(depth = 3): unknown {
    const kind = this.whole(depth > 0 ? 9 : 6);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2) return this.pick(numbers);
    if (kind < 6) return this.text();
    if (kind === 6) return Array.from({ length: this.whole(5) }, () => this.value(depth - 1));
    return Object.fromEntries(Array.from({ length: this.whole(5) }, () => [this.text(), this.value(depth - 1)]));
  }

  /** A value that is right, but for some of its members, which are gone, doubled in an array, or something else. */
  twisted(right: unknown, share = 0.15): unknown {
    if (this.chance(share)) return this.value(2);
    if (Array.isArray(right)) {
      const parts: unknown[] = right.map((part: unknown) => this.twisted(part, share));
      return this.chance(share / 2) ? [...parts, ...parts] : parts;
    }
    if (typeof right !== 'object' || right === null) return right;
    const kept = Object.entries(right).filter(() => !this.chance(share / 3));
    const members: [string, unknown][] = kept.map(([name, part]) => [name, this.twisted(part, share)]);
    if (this.chance(share / 2)) members.push([this.text(), this.value(1)]);
    return Object.fromEntries(members);
  }

  /** The same bytes with some of them changed, cut out, put in or repeated. */
  mutated(right: Buffer): Buffer {
    let bytes = right;
    for (let left = this.whole(4); left > 0; left--) {
      const at = this.whole(bytes.length + 1);
      const length = this.whole(16);
      const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
      const kind = this.whole(5);
      if (kind === 0) bytes = head;
      else if (kind === 1) bytes = Buffer.concat([head, tail.subarray(length)]);
      else if (kind === 2) bytes = Buffer.concat([head, this.bytes(length), tail]);
      else if (kind === 3) bytes = Buffer.concat([head, tail.subarray(0, length), tail]);
      else bytes = Buffer.concat([head, this.bytes(1), tail.subarray(1)]);
    }
    return bytes;
  }

  /** JSON text of a twisted value, its bytes mutated now and then; deep or unended now and then. */
  json(right: unknown): Buffer {
    if (this.chance(0.02)) return Buffer.from(this.pick(['[', '{"a":', '[{"":']).repeat(this.whole(20_000)));
    const text = Buffer.from(JSON.stringify(this.twisted(right)) ?? '');
    return this.chance(0.3) ? this.mutated(text) : text;
  }
}
