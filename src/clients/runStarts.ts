/** What Temporal knows about when the daily schedule was to start a run, and whether it did. */
import { type Client, ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { msNumberToTs, tsToMs } from '@temporalio/common/lib/time';
import { dailyWorkflowId } from '../contract';
import type { RunDate } from '../domain/runDate';
import type { DailyScheduleState } from '../domain/runWatch';

type StartedWorkflow = { readonly workflowId: string; readonly firstExecutionRunId: string };

export interface RunStarts {
  /** With the times of [fromMs, untilMs] at which it was to start a run; `undefined` when there is no such schedule. */
  schedule(scheduleId: string, fromMs: number, untilMs: number): Promise<DailyScheduleState | undefined>;
  /** Whether the server knows a run of the day, going on or over; it forgets one when its retention ends. */
  hasRun(runDate: RunDate): Promise<boolean>;
}

export function temporalRunStarts(client: Client): RunStarts {
  return {
    async schedule(scheduleId, fromMs, untilMs) {
      try {
        const { state, info } = await client.schedule.getHandle(scheduleId).describe();
        const running = await runningOf(client, info.recentActions.at(-1)?.action.workflow);
        return {
          paused: state.paused,
          ...(state.note === undefined ? {} : { note: state.note }),
          createdAtMs: info.createdAt.getTime(),
          dueAtMs: await matchingTimes(client, scheduleId, fromMs, untilMs),
          takenAtMs: info.recentActions.map(({ takenAt }) => takenAt.getTime()),
          ...(running === undefined ? {} : { running }),
        };
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      }
    },

    async hasRun(runDate) {
      try {
        await client.workflow.getHandle(dailyWorkflowId(runDate)).describe();
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

/** The schedule's own list of what is running is empty on some servers. */
async function runningOf(client: Client, started: StartedWorkflow | undefined): Promise<string | undefined> {
  if (started === undefined) return undefined;
  try {
    const { status } = await client.workflow.getHandle(started.workflowId, started.firstExecutionRunId).describe();
    return status.name === 'RUNNING' ? started.workflowId : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The server's own reckoning of cron, time zone, summer time and jitter. */
async function matchingTimes(client: Client, scheduleId: string, fromMs: number, untilMs: number): Promise<number[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace: client.options.namespace,
    scheduleId,
    startTime: msNumberToTs(fromMs),
    endTime: msNumberToTs(untilMs),
  });
  return startTime.map(tsToMs);
}
