/** The schedules as the code wants them; `npm run schedule` makes the server's the same. */
import {
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { ScheduleConfig } from '../config';
import {
  dailyScheduleId,
  type FreshLoopSettings,
  freshListsWorkflowId,
  freshScheduleId,
  freshTaskQueue,
  type RunWatchInput,
  runWatchWorkflowId,
  scheduledRunWorkflowId,
  taskQueue,
  versionsSweepScheduleId,
  versionsSweepWorkflowId,
  watchScheduleId,
} from '../contract';
import { hourMs, minuteMs } from '../domain/durations';
import type { freshLists, runWatch, scheduledRun, versionsSweep } from '../workflows';

type DailySchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof scheduledRun>>;
type FreshSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof freshLists>>;
type SweepSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof versionsSweep>>;
type WatchSchedule = ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof runWatch>>;

export function wantedSchedules(config: Omit<ScheduleConfig, 'temporal'>): ScheduleOptions[] {
  return [dailySchedule(config), freshSchedule(config.fresh), sweepSchedule(config), watchSchedule(config)];
}

export function dailySchedule({
  cron,
  timeZone,
  jitterMinutes,
  catchupHours,
  settings,
}: Pick<ScheduleConfig, 'cron' | 'timeZone' | 'jitterMinutes' | 'catchupHours' | 'settings'>): DailySchedule {
  return {
    scheduleId: dailyScheduleId,
    spec: {
      cronExpressions: [cron],
      timezone: timeZone,
      // The run date comes from the nominal time, which the server keeps apart from the later start.
      ...(jitterMinutes === 0 ? {} : { jitter: jitterMinutes * minuteMs }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledRun',
      workflowId: scheduledRunWorkflowId,
      taskQueue,
      args: [{ settings }],
      staticSummary: 'the daily run',
      staticDetails:
        'Runs the pipeline for the last UTC day that was over at the scheduled time. How the day stands shows in its own ' +
        'workflow, `daily-recommendations-<date>`, which this one starts and waits for.',
    },
    policies: {
      // A day that is still being worked on is not helped by a second run beside it.
      overlap: ScheduleOverlapPolicy.SKIP,
      // After an outage the missed run is made up for; an older one would be superseded at once.
      catchupWindow: catchupHours * hourMs,
      // A failed night must not take the next one with it.
      pauseOnFailure: false,
    },
  };
}

export function freshSchedule(settings: FreshLoopSettings): FreshSchedule {
  return {
    scheduleId: freshScheduleId,
    spec: { intervals: [{ every: settings.everyMinutes * minuteMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'freshLists',
      workflowId: freshListsWorkflowId,
      taskQueue: freshTaskQueue,
      args: [{ settings }],
      staticSummary: 'a beat of the fresh loop',
      staticDetails: 'Counts what the lake has got since the beat before, and publishes what is read now.',
    },
    policies: {
      // Two beats would count the same objects, and one of them would have worked for nothing.
      overlap: ScheduleOverlapPolicy.SKIP,
      // The next beat counts what a missed one did not.
      catchupWindow: minuteMs,
      pauseOnFailure: false,
    },
  };
}

/** A run sweeps after its publish; this makes up for runs that died before they came to it. */
export function sweepSchedule({
  sweepCron,
  timeZone,
  sweep,
}: Pick<ScheduleConfig, 'sweepCron' | 'timeZone' | 'sweep'>): SweepSchedule {
  return {
    scheduleId: versionsSweepScheduleId,
    spec: { cronExpressions: [sweepCron], timezone: timeZone },
    action: {
      type: 'startWorkflow',
      workflowType: 'versionsSweep',
      workflowId: versionsSweepWorkflowId,
      taskQueue,
      args: [{ settings: sweep }],
      staticSummary: `all versions but ${sweep.keepVersions}`,
      staticDetails:
        'Removes versions that no run has removed after its publish, for one that died before it came to that.',
    },
    policies: {
      // Two sweeps would remove the same items.
      overlap: ScheduleOverlapPolicy.SKIP,
      // The next sweep removes what a missed one did not.
      catchupWindow: hourMs,
      pauseOnFailure: false,
    },
  };
}

const watchEveryMinutes = 10;

/** Looks whether the daily run that was due has started; see runWatch. */
export function watchSchedule({
  watch,
  jitterMinutes,
}: Pick<ScheduleConfig, 'watch' | 'jitterMinutes'>): WatchSchedule {
  const input: RunWatchInput = { ...watch, graceMinutes: watch.graceMinutes + jitterMinutes };
  return {
    scheduleId: watchScheduleId,
    spec: { intervals: [{ every: watchEveryMinutes * minuteMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'runWatch',
      workflowId: runWatchWorkflowId,
      taskQueue,
      args: [input],
      staticSummary: 'has the daily run started?',
      staticDetails: `Raises an alert when the run that was due has not started ${input.graceMinutes} minutes after its time.`,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      // The next look sees what a missed one did not.
      catchupWindow: minuteMs,
      pauseOnFailure: false,
    },
  };
}
