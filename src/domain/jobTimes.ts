/** What the transitions of a training job tell about its time: where it stands, what it lost, how long it took to begin. */
import type { JobTransition, TrainingJobState } from './trainingOutcome';

/** Without an instance. `LaunchingMLInstances` and `PreparingTrainingStack` are no longer told, but still of the enum. */
const waiting: ReadonlySet<string> = new Set([
  'Starting',
  'Pending',
  'Interrupted',
  'Restarting',
  'LaunchingMLInstances',
  'PreparingTrainingStack',
]);

/** Spot reclaims so far. */
export function interruptionsOf({ transitions }: TrainingJobState): number {
  return transitions.filter(({ status }) => status === 'Interrupted').length;
}

/** Whether the job has an instance, and since when. A status that nobody knows counts as running: it is left alone. */
export function standingOf(
  { transitions }: TrainingJobState,
  nowMs: number,
): { readonly state: 'waiting' | 'running'; readonly sinceMs: number } {
  const last = transitions.at(-1);
  if (last === undefined) return { state: 'waiting', sinceMs: nowMs };
  const isWaiting = waiting.has(last.status);
  const before = transitions.findLastIndex(({ status }) => waiting.has(status) !== isWaiting);
  return { state: isWaiting ? 'waiting' : 'running', sinceMs: transitions[before + 1]?.startMs ?? last.startMs };
}

/** From reclaims until training went on, or until now, seconds. */
export function lostSecondsOf({ transitions }: TrainingJobState, nowMs: number): number {
  let lostMs = 0;
  let lostSinceMs: number | undefined;
  for (const { status, startMs } of transitions) {
    if (status === 'Interrupted') lostSinceMs ??= startMs;
    else if (status === 'Training' && lostSinceMs !== undefined) {
      lostMs += startMs - lostSinceMs;
      lostSinceMs = undefined;
    }
  }
  const endMs = transitions.at(-1)?.endMs ?? nowMs;
  return (lostMs + (lostSinceMs === undefined ? 0 : endMs - lostSinceMs)) / 1000;
}

/** The longest download of image and data, seconds; `undefined` when the job never trained. */
export function downloadSecondsOf({ transitions }: TrainingJobState): number | undefined {
  const durations = transitions.flatMap((transition, index) =>
    transition.status === 'Training' ? downloadsBefore(transitions, index, transition) : [],
  );
  return durations.length === 0 ? undefined : Math.max(...durations);
}

function downloadsBefore(transitions: readonly JobTransition[], index: number, training: JobTransition): number[] {
  const download = transitions.slice(0, index).findLast(({ status }) => status.startsWith('Downloading'));
  return download === undefined ? [] : [(training.startMs - download.startMs) / 1000];
}

/** A stretch of a job's life. `interrupted`: from a reclaim until training went on. `ending`: from an order to stop to the end. */
export interface JobSpan {
  readonly state: 'waiting' | 'preparing' | 'training' | 'interrupted' | 'saving' | 'ending';
  readonly startMs: number;
  readonly endMs: number;
}

/** What the job did and when, without gaps as far as the service tells; what it does now lasts until now. */
export function spansOf({ transitions }: TrainingJobState, nowMs: number): JobSpan[] {
  const spans: JobSpan[] = [];
  let isLost = false;
  for (const [index, { status, startMs, endMs }] of transitions.entries()) {
    const usual = spanStates[status];
    isLost = status === 'Interrupted' || (isLost && (usual === 'waiting' || usual === 'preparing'));
    const state = isLost ? 'interrupted' : usual;
    if (state === undefined) continue;
    const span = { state, startMs, endMs: endMs ?? transitions[index + 1]?.startMs ?? nowMs };
    const last = spans.at(-1);
    if (last?.state === state) spans[spans.length - 1] = { ...last, endMs: span.endMs };
    else spans.push(span);
  }
  return spans;
}

/** An end (`Completed`, `Failed` …) is no stretch, and of a status that nobody knows nothing is claimed. */
const spanStates: Readonly<Record<string, JobSpan['state']>> = {
  Starting: 'waiting',
  Pending: 'waiting',
  Restarting: 'waiting',
  LaunchingMLInstances: 'waiting',
  PreparingTrainingStack: 'waiting',
  Downloading: 'preparing',
  DownloadingTrainingImage: 'preparing',
  Training: 'training',
  Uploading: 'saving',
  Stopping: 'ending',
};
