/** The sign of life of an activity that works for long. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';

/** Heartbeats, and throws when the activity is cancelled. */
export type Pulse = () => Promise<void>;

export function pulseOf(context: Context): Pulse {
  return async () => {
    context.heartbeat();
    if (context.cancellationSignal.aborted) await context.cancelled;
  };
}

/** Lets the process do other work, too. */
export async function turn(pulse: Pulse): Promise<void> {
  await nextTurn();
  await pulse();
}
