/** Waits until the day is wholly there, or until an operator or the policy says to go on, or to stop, without that. */
import {
  ActivityFailure,
  type ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities, DailyInput, FrozenManifest, ReadinessHeartbeat, RunMarks } from '../contract';
import { field } from '../domain/field';
import type { RunDate } from '../domain/runDate';
import { failure, failureIn } from '../failures';
import * as profiles from './activity-profiles';
import type { WaitingOrders } from './waitingOrders';

export type WaitedForClicks =
  | { readonly ready: true; readonly summary: string }
  /** The run goes on with what is there, for this reason. */
  | { readonly ready: false; readonly degradedBy: string };

export async function waitForClicks(
  { runDate, settings: { readiness } }: DailyInput,
  orders: WaitingOrders,
): Promise<WaitedForClicks> {
  const { checkReadiness } = proxyActivities<Activities>({
    ...profiles.look(readiness.waitLimitSeconds, readiness.lookSeconds),
    summary: `clicks of ${runDate}`,
  });
  try {
    const ended = await orders.during(() => checkReadiness({ runDate, ...readiness }));
    if ('summary' in ended) return { ready: true, summary: ended.summary };
    if (ended.order === 'abandon') {
      throw failure('RunAbandoned', `the day was abandoned by ${ended.by}: ${ended.reason} [runDate=${runDate}]`);
    }
    return { ready: false, degradedBy: `proceeded by ${ended.by}: ${ended.reason}` };
  } catch (error) {
    const incomplete = isCancellation(error) ? undefined : incompleteIn(error, runDate);
    if (incomplete === undefined) throw error;
    if (readiness.onTimeout !== 'train-on-what-is-there') throw incomplete;
    return { ready: false, degradedBy: `incomplete after ${readiness.waitLimitSeconds} s: ${incomplete.message}` };
  }
}

/**
 * The day was not ready in time, in the words of the last look. The server ends the wait with that look's own failure, or,
 * when the limit strikes at another moment, with a timeout that says nothing of the day.
 */
export function incompleteIn(error: unknown, runDate: RunDate): ApplicationFailure | undefined {
  const found = failureIn(error);
  if (found !== undefined) return found.type === 'PartitionsIncomplete' ? found : undefined;
  if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) return undefined;
  const seen = lastSummary(error.cause.lastHeartbeatDetails) ?? 'no look at it was answered';
  return failure('PartitionsIncomplete', `the clicks of ${runDate} are not all delivered: ${seen}`, { cause: error });
}

/** From the heartbeat of the last look, a `ReadinessHeartbeat` when there was one. */
function lastSummary(heartbeat: unknown): string | undefined {
  const readiness = field(heartbeat, 'readiness' satisfies keyof ReadinessHeartbeat);
  const summary = field(readiness, 'summary' satisfies keyof ReadinessHeartbeat['readiness']);
  return typeof summary === 'string' ? summary : undefined;
}

/** What is frozen counts, not what was seen: an earlier run of the day may have frozen it before all was there. */
export function completenessOf(
  waited: WaitedForClicks,
  { missingHours = [] }: FrozenManifest,
): Pick<RunMarks, 'readiness' | 'degraded'> {
  if (!waited.ready) return { degraded: { reason: waited.degradedBy, missingHours } };
  if (missingHours.length === 0) return { readiness: waited.summary };
  const reason = 'an earlier run of the day froze its clicks before all were there';
  return { readiness: waited.summary, degraded: { reason, missingHours } };
}
