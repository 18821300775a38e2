/**
 * Runs one policy through one window, after the model of "Can't Be Late" (Wu et al., NSDI 2024): each start of an instance
 * is paid and makes no progress for a while, progress outlives a reclaim, Spot costs a share of on-demand. A policy is asked
 * at each sample of the trace, so a reclaim is answered at once; while it waits also in between, the more often the less
 * time is to spare. It sees what is true at that instant, never what comes.
 */
import type { Market } from '../../src/domain/trainingJob';
import { hourMs, isAvailable, type Job, traceEndMs, type Window } from './window';

const looksOfSpareTime = 60;
const secondMs = 1000;

export type Instance = Market | 'none';

export interface View {
  readonly nowMs: number;
  readonly startMs: number;
  readonly deadlineAtMs: number;
  /** How far the samples of the trace lie apart. */
  readonly gapMs: number;
  readonly job: Job;
  readonly remainingWorkMs: number;
  readonly spotAvailable: boolean;
  readonly instance: Instance;
  /** When this instance was started, or when none was left. */
  readonly sinceMs: number;
  /** When the policy is asked again at the latest, if no instance is running. */
  readonly lookMs: number;
}

/** Says which instance to have from now on. Spot that is not available is none. */
export type Policy = (view: View) => Instance;

export interface Outcome {
  /** Hours of on-demand that cost as much. */
  readonly cost: number;
  readonly onTime: boolean;
}

export function simulate({ trace, startMs, job }: Window, policy: Policy): Outcome {
  const deadlineAtMs = startMs + job.deadlineMs;
  const endMs = traceEndMs(trace);
  let nowMs = startMs;
  let remainingWorkMs = job.workMs;
  let held: { readonly instance: Instance; readonly sinceMs: number } = { instance: 'none', sinceMs: startMs };
  let onDemandMs = 0;
  let spotMs = 0;
  // Spot may never come back: naive waiting ends with the trace. On-demand that was begun is carried to its end.
  while (remainingWorkMs > 0 && (nowMs < endMs || held.instance === 'on-demand')) {
    const spotAvailable = isAvailable(trace, nowMs);
    const possible = (instance: Instance): Instance => (instance === 'spot' && !spotAvailable ? 'none' : instance);
    const become = (instance: Instance): void => {
      if (instance !== held.instance) held = { instance, sinceMs: nowMs };
    };
    become(possible(held.instance));
    const { instance, sinceMs } = held;
    const spareMs = deadlineAtMs - nowMs - remainingWorkMs;
    const lookMs = nextLookMs(spareMs, job);
    become(
      possible(
        policy({
          nowMs,
          startMs,
          deadlineAtMs,
          gapMs: trace.gapMs,
          job,
          remainingWorkMs,
          spotAvailable,
          instance,
          sinceMs,
          lookMs,
        }),
      ),
    );
    const sampleAtMs = (Math.floor(nowMs / trace.gapMs) + 1) * trace.gapMs;
    const runs = held.instance !== 'none';
    const progressFromMs = Math.max(nowMs, held.sinceMs + job.overheadMs);
    // Whoever is late already has nothing to look for between the samples.
    const lookAtMs = spareMs < 0 ? sampleAtMs : nowMs + lookMs;
    const nextMs = runs ? progressFromMs + remainingWorkMs : lookAtMs;
    const untilMs = Math.min(sampleAtMs, nextMs);
    if (held.instance === 'on-demand') onDemandMs += untilMs - nowMs;
    if (held.instance === 'spot') spotMs += untilMs - nowMs;
    if (runs) remainingWorkMs -= Math.max(0, untilMs - progressFromMs);
    nowMs = untilMs;
  }
  return {
    cost: (onDemandMs + job.spotPrice * spotMs) / hourMs,
    onTime: remainingWorkMs === 0 && nowMs <= deadlineAtMs,
  };
}

/** One look falls on the very last moment at which Spot may still be begun: with a start to lose and one to make. */
function nextLookMs(spareMs: number, { overheadMs }: Job): number {
  const regularMs = secondMs * Math.max(1, Math.floor(spareMs / looksOfSpareTime / secondMs));
  const untilLastStartMs = spareMs - 2 * overheadMs;
  return untilLastStartMs > 0 ? Math.min(regularMs, untilLastStartMs) : regularMs;
}
