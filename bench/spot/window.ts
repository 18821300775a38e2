/** One training in one window of a trace, in whole milliseconds, so that no rounding decides about a deadline. */

/** Availability of Spot over time: one value each `gapMs`, which holds until the next one. */
export interface Trace {
  readonly name: string;
  readonly gapMs: number;
  readonly available: readonly boolean[];
}

export interface Job {
  readonly workMs: number;
  /** From the start of the window until the work has to be done. */
  readonly deadlineMs: number;
  /** What each start of an instance costs: paid, and without progress. */
  readonly overheadMs: number;
  /** Of an hour of Spot, where an hour of on-demand costs 1. */
  readonly spotPrice: number;
}

export interface Window {
  readonly trace: Trace;
  readonly startMs: number;
  readonly job: Job;
}

export const hourMs = 3_600_000;

export function inMs(hours: number): number {
  return Math.round(hours * hourMs);
}

export function isAvailable({ available, gapMs }: Trace, atMs: number): boolean {
  return available[Math.floor(atMs / gapMs)] ?? false;
}

export function traceEndMs({ available, gapMs }: Trace): number {
  return available.length * gapMs;
}

/** Every start each `stepMs` whose deadline lies within the trace. */
export function* windowsOf(trace: Trace, job: Job, stepMs: number): Generator<Window> {
  for (let startMs = 0; startMs + job.deadlineMs <= traceEndMs(trace); startMs += stepMs) yield { trace, startMs, job };
}
