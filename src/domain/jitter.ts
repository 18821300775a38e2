/** Waiting before another try, so that many who were refused together do not come back together. */

/** Full jitter: milliseconds drawn evenly from 0 to `base * 2^attempt`, at most `cap` (AWS architecture blog, "Exponential backoff and jitter"). */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number, random: number): number {
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** attempt));
}
