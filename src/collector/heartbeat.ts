/**
 * A line in the stream at start and then at a fixed interval: without records there is no delivery metric, and without
 * the metric a quiet hour cannot be told from one that has not arrived. It is no click: it is not spooled, and while one
 * waits for the stream no second is made.
 */
import { heartbeatLine } from '../domain/click';
import type { Packer } from './packer';

export interface HeartbeatOptions {
  readonly packer: Packer;
  readonly collectorId: string;
  readonly intervalSeconds: number;
}

/** Beats until the returned function is called. */
export function startHeartbeat(options: HeartbeatOptions): () => void {
  let waiting = false;
  const beat = (): void => {
    if (waiting) return;
    waiting = true;
    void options.packer.deliver(Buffer.from(heartbeatLine(options.collectorId, Date.now()))).then(() => {
      waiting = false;
    });
  };
  beat();
  const timer = setInterval(beat, options.intervalSeconds * 1000);
  return () => clearInterval(timer);
}
