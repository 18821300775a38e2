/** The sign of life of an activity that works for long. */
import type { Context } from '@temporalio/activity';

/** Heartbeats, and throws when the activity is cancelled. */
export type Pulse = () => Promise<void>;

export function pulseOf(context: Context): Pulse {
  return async () => {
    context.heartbeat();
    if (context.cancellationSignal.aborted) await context.cancelled;
  };
}
