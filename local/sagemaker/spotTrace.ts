/** A recorded trace of Spot capacity as droughts: one value each `gap_seconds`, above 0 means available. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Drought } from './droughts';

/** The form of github.com/skypilot-org/spot-traces. */
const spotTraceSchema = z.object({
  metadata: z.object({ gap_seconds: z.number().positive() }),
  data: z.array(z.number()).min(1),
});
export type SpotTrace = z.infer<typeof spotTraceSchema>;

export interface TracePlay {
  readonly startMs: number;
  /** How many times as fast as it was recorded. */
  readonly speed: number;
  /** The play begins so far into the recording, in recorded seconds. */
  readonly offsetSeconds: number;
  /** How many times the recording is played, the first time from its offset. */
  readonly repeat: number;
  /** Absent: every type follows the trace. */
  readonly instanceType?: string | undefined;
}

/** Throws when there is no trace in the file. */
export function readSpotTrace(file: string): SpotTrace {
  return spotTraceSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** When the play is over, and capacity is there again. */
export function endOfPlayMs({ metadata, data }: SpotTrace, play: TracePlay): number {
  return play.startMs + ((data.length * play.repeat * metadata.gap_seconds - play.offsetSeconds) * 1000) / play.speed;
}

/** Each takes the instances of running jobs at its begin, as Spot does. */
export function droughtsOfTrace({ metadata, data }: SpotTrace, play: TracePlay): Drought[] {
  const stepMs = (metadata.gap_seconds * 1000) / play.speed;
  const recordStartMs = play.startMs - (play.offsetSeconds * 1000) / play.speed;
  const values = Array.from({ length: play.repeat }, () => data).flat();
  const droughts: Drought[] = [];
  let from: number | undefined;
  for (const [index, value] of [...values, 1].entries()) {
    if (value <= 0) {
      from ??= index;
      continue;
    }
    if (from === undefined) continue;
    droughts.push({
      market: 'spot',
      instanceType: play.instanceType,
      fromMs: recordStartMs + from * stepMs,
      untilMs: recordStartMs + index * stepMs,
      reclaimsRunning: true,
    });
    from = undefined;
  }
  return droughts.filter(({ untilMs }) => untilMs > play.startMs);
}
