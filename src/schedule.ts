/** Creates the schedules, or updates them while keeping an operator's pause. Run with `npm run schedule`. */
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { connectClient, ensureSearchAttributes } from './clients/temporalClient';
import { ConfigError, loadScheduleConfig, type ScheduleConfig } from './config';
import {
  dailyScheduleId,
  type FreshLoopSettings,
  freshListsWorkflowId,
  freshScheduleId,
  freshTaskQueue,
  scheduledRunWorkflowId,
  searchAttributes,
  taskQueue,
} from './contract';
import type { freshLists, scheduledRun } from './workflows';

type DailySchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof scheduledRun>>;
type FreshSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof freshLists>>;

export function dailySchedule({ cron, timeZone, settings }: Omit<ScheduleConfig, 'temporal' | 'fresh'>): DailySchedule {
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

export function freshSchedule(settings: FreshLoopSettings): FreshSchedule {
  return {
    scheduleId: freshScheduleId,
    spec: { intervals: [{ every: `${settings.everyMinutes} minutes` }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'freshLists',
      workflowId: freshListsWorkflowId,
      taskQueue: freshTaskQueue,
      args: [{ settings }],
      staticSummary: 'a beat of the fresh loop',
    },
    policies: {
      // Two beats would count the same objects, and one of them would have worked for nothing.
      overlap: ScheduleOverlapPolicy.SKIP,
      // The next beat counts what a missed one did not.
      catchupWindow: '1 minute',
    },
  };
}

export async function applySchedule(client: Client, wanted: ScheduleOptions): Promise<'created' | 'updated'> {
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
    const beating = await applySchedule(client, freshSchedule(config.fresh));
    console.log(`schedule ${freshScheduleId} ${beating}: every ${config.fresh.everyMinutes} minutes`);
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
