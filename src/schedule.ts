/** Creates the daily schedule, or updates it while keeping an operator's pause. Run with `npm run schedule`. */
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { connectClient, ensureSearchAttributes } from './clients/temporalClient';
import { ConfigError, loadScheduleConfig, type ScheduleConfig } from './config';
import { dailyScheduleId, scheduledRunWorkflowId, searchAttributes, taskQueue } from './contract';
import type { scheduledRun } from './workflows';

type DailySchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof scheduledRun>>;

export function dailySchedule({ cron, timeZone, settings }: Omit<ScheduleConfig, 'temporal'>): DailySchedule {
  return {
    scheduleId: dailyScheduleId,
    spec: { cronExpressions: [cron], timezone: timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledRun',
      workflowId: scheduledRunWorkflowId,
      taskQueue,
      args: [{ settings }],
      staticSummary: 'the daily run',
    },
    policies: {
      // A day that is still being worked on is not helped by a second run beside it.
      overlap: ScheduleOverlapPolicy.SKIP,
      // After an outage of up to a day the missed run is made up for; an older one would be superseded at once.
      catchupWindow: '1 day',
    },
  };
}

export async function applySchedule(client: Client, wanted: DailySchedule): Promise<'created' | 'updated'> {
  try {
    await client.schedule.create(wanted);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await client.schedule.getHandle(wanted.scheduleId).update((existing) => ({
    spec: wanted.spec,
    action: wanted.action,
    ...(wanted.policies === undefined ? {} : { policies: wanted.policies }),
    state: existing.state,
  }));
  return 'updated';
}

async function main(): Promise<void> {
  const config = loadScheduleConfig();
  const client = await connectClient(config.temporal);
  try {
    await ensureSearchAttributes(client, Object.values(searchAttributes));
    const done = await applySchedule(client, dailySchedule(config));
    console.log(`schedule ${dailyScheduleId} ${done}: '${config.cron}' in ${config.timeZone}`);
  } finally {
    await client.connection.close();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  });
}
