/**
 * Random numbers that are the same on every machine: xoshiro128**, which passes the usual batteries of tests and needs
 * 32-bit arithmetic only. Source: Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators" (2018). The state
 * is seeded by the finaliser of MurmurHash3 over a counter, as SplitMix does.
 */

const { imul } = Math;

export type RandomState = readonly [number, number, number, number];

/** Whole numbers from 0 to 2^32 - 1. */
export type RandomNumbers = () => number;

export function randomNumbers(state: RandomState): RandomNumbers {
  let [a, b, c, d] = state;
  return () => {
    const result = imul(rotateLeft(imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

export function seededState(seed: number): RandomState {
  return [mixed(seed, 1), mixed(seed, 2), mixed(seed, 3), mixed(seed, 4)];
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mixed(seed: number, step: number): number {
  let hash = (seed + imul(step, 0x9e3779b9)) | 0;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
