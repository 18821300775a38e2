/** What the table holds of one reader, over all versions, and the request to forget them, which alone knows their id. */

export interface ReaderItems {
  /** Sort keys of everything stored under the reader; strongly consistent, expired items included. */
  stored(userId: string): Promise<string[]>;
  remove(userId: string, sortKeys: readonly string[]): Promise<void>;
  /** Keeps the id until the erasure is over; it expires by itself after `expiresAt`, epoch seconds. */
  putRequest(hash: string, userId: string, expiresAt: number): Promise<void>;
  /** The id that a request was made for. */
  requestOf(hash: string): Promise<string | undefined>;
  dropRequest(hash: string): Promise<void>;
}
