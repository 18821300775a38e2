/** One limiter for all callers in a process: calls go through one after another, at least `minGapMs` apart. */
import { setTimeout as delay } from 'node:timers/promises';

export function createCallPace(minGapMs: number): () => Promise<void> {
  let free = Promise.resolve();
  return () => {
    const turn = free;
    free = turn.then(() => delay(minGapMs, undefined, { ref: false }));
    return turn;
  };
}
