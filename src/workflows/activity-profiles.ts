/** Timeouts and retries of all activities, by kind of work. Each number has its reason; a test pins them. */
import type { ActivityOptions } from '@temporalio/workflow';

/** One look at the lake: waiting means failing benignly and being tried again, which costs no worker and no history. */
export const look = (waitLimitSeconds: number, lookSeconds: number): ActivityOptions => ({
  // Listing a day's objects and reading a day of metrics takes seconds; a minute means that something hangs.
  startToCloseTimeout: '1 minute',
  // The whole wait for the day.
  scheduleToCloseTimeout: waitLimitSeconds * 1000,
  // Without one no heartbeat is sent, and a look tells the next one by heartbeat what it saw; as long as a look may last.
  heartbeatTimeout: '1 minute',
  // An error of a service is looked past at the same pace as a day that is not ready.
  retry: { initialInterval: lookSeconds * 1000, backoffCoefficient: 1 },
  // A look only reads: whoever ends the wait need not wait for it.
  cancellationType: 'TRY_CANCEL',
});

/** A few calls to a service that answers at once. */
export const call: ActivityOptions = {
  // The SDKs give up within half a minute.
  startToCloseTimeout: '1 minute',
  // An outage of a control plane lasts minutes, rarely more; after half an hour a human should know.
  scheduleToCloseTimeout: '30 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** Watching a job that somebody else runs, for hours. */
export const watch: ActivityOptions = {
  // SageMaker ends a job after 28 days at most; our own limits end it long before.
  startToCloseTimeout: '28 days',
  scheduleToCloseTimeout: '28 days',
  // A worker that says nothing for so long is dead, and its successor must take over while the deadline can still be met.
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
  // Cancelling a run is over only when the paid job has stopped.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
};

/** Moving much data in small steps. */
export const bulk: ActivityOptions = {
  // Ten million lists at 4,000 writes a second, the rate of a new on-demand table, take 42 minutes; tenfold for throttling.
  startToCloseTimeout: '8 hours',
  scheduleToCloseTimeout: '8 hours',
  // Every batch heartbeats; half a minute of silence is a dead worker.
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  // A load that goes on after its run was cancelled would write beside the next one.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
};

/** Removing what nobody needs. A sweep that always fails must not keep a run open for a night: the next run sweeps too. */
export const sweep: ActivityOptions = {
  ...bulk,
  // Twenty deaths of a worker, or a quarter of an hour of a table that refuses.
  retry: { ...bulk.retry, maximumAttempts: 20 },
};

/** Watching how readers are served after a publish. */
export const servingWatch = (watchSeconds: number): ActivityOptions => ({
  // The watch, and ten minutes for metrics that do not answer and workers that die.
  startToCloseTimeout: (watchSeconds + 600) * 1000,
  scheduleToCloseTimeout: (watchSeconds + 600) * 1000,
  // It looks and beats four times a minute.
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
  // A watch only reads.
  cancellationType: 'TRY_CANCEL',
});

/** Telling people of something, beside what goes on; `patienceSeconds` is how long a channel that fails is tried again. */
export const alert = (patienceSeconds: number): ActivityOptions => ({
  // A channel has five seconds to answer, and the lake is asked and told around it.
  startToCloseTimeout: '30 seconds',
  // The end of a workflow waits for it.
  scheduleToCloseTimeout: patienceSeconds * 1000,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
  // Nobody cancels it: a run that was cancelled still tells what it has to tell.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/** A step of the fresh loop: reads some megabytes, or writes two thousand items. */
export const beat: ActivityOptions = {
  // Ten times what a step takes on a busy machine.
  startToCloseTimeout: '2 minutes',
  // A step is given its time when it is scheduled. Beyond five minutes it would leave out as dated ahead what it reads; the
  // next beat begins with a new time.
  scheduleToCloseTimeout: '4 minutes',
  // It beats with every piece that it reads or writes; loading a large state takes seconds.
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '15 seconds' },
  // A step that was given up can still write its state, which is as good as any.
  cancellationType: 'TRY_CANCEL',
};
