/**
 * Hashes of 53 bits, which a number holds exactly: two MurmurHash3-like lanes over the characters, each finalised with the
 * other. It keeps readers apart (a million of them share one with a chance of 1 in 20,000) and finds damage; it is no
 * protection against somebody who looks for collisions, who would only make two of their own readers count as one.
 */

const { imul } = Math;
const twoTo32 = 2 ** 32;

export function hashOfText(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = imul(a ^ code, 0x9e3779b1);
    b = imul(b ^ code, 0x5f356495);
  }
  return finished(a, b);
}

export function hashOfBytes(bytes: Uint8Array): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const byte of bytes) {
    a = imul(a ^ byte, 0x9e3779b1);
    b = imul(b ^ byte, 0x5f356495);
  }
  return finished(a, b);
}

function finished(a: number, b: number): number {
  const low = imul(a ^ (a >>> 16), 0x85ebca6b) ^ imul(b ^ (b >>> 13), 0xc2b2ae35);
  const high = imul(b ^ (b >>> 16), 0x85ebca6b) ^ imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (high >>> 11) * twoTo32 + (low >>> 0);
}
