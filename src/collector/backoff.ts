/**
 * Exponential backoff with full jitter: a wait drawn evenly from 0 to 50 ms · 2^attempt, never above 5 s.
 * The whole range is drawn, so that many collectors that were throttled together do not come back together.
 */
const baseMs = 50;
const capMs = 5_000;

/** Milliseconds to wait after failed attempt `attempt` (from 0); `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** attempt);
}
