/**
 * A line in the stream at start and then at a fixed interval: without records there is no delivery metric, and without
 * the metric a quiet hour cannot be told from one that has not arrived.
 */
import { heartbeatLine } from '../domain/click';
import type { Packer } from './packer';

export interface HeartbeatOptions {
  readonly packer: Packer;
  readonly collectorId: string;
  readonly intervalSeconds: number;
  readonly onFailure: (error: unknown) => void;
}

/** Beats until the returned function is called. */
export function startHeartbeat(options: HeartbeatOptions): () => void {
  const beat = (): void => {
    options.packer.deliver([heartbeatLine(options.collectorId, Date.now())]).catch(options.onFailure);
  };
  beat();
  const timer = setInterval(beat, options.intervalSeconds * 1000);
  return () => clearInterval(timer);
}
