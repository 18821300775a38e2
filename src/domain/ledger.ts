/** The ledger: what a collector says it has acknowledged in an hour, so that an absence can be noticed. Format in docs/formats.md. */

export interface Ledger {
  readonly schema: 1;
  readonly spool: string;
  /** UTC, `YYYY-MM-DDTHH`. */
  readonly hour: string;
  /** The number of the hour's first acknowledgement; with `count` 0, of the next one. */
  readonly first: number;
  readonly count: number;
  /** 16 hex digits. */
  readonly digest: string;
  /** Nothing will be added: the hour is over. */
  readonly closed: boolean;
}

export const emptyDigest = 0n;

/** Adds an event to a digest; `hash` is the SHA-256 of its `event_id`. The order of events does not matter. */
export function addToDigest(digest: bigint, hash: Uint8Array): bigint {
  return addDigests(digest, new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0));
}

export function addDigests(one: bigint, other: bigint): bigint {
  return BigInt.asUintN(64, one + other);
}

export function digestText(digest: bigint): string {
  return digest.toString(16).padStart(16, '0');
}

export function digestOfText(text: string): bigint {
  return BigInt(`0x${text}`);
}

export function utcHour(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 13);
}

/** The instant at which an hour begins. */
export function hourStartMs(hour: string): number {
  return Date.parse(`${hour}:00:00.000Z`);
}
