/** Looks whether the daily run started when it was due, and puts what it finds into the pipeline's metrics. */
import { getClient, log } from '@temporalio/activity';
import { type RunStarts, temporalRunStarts } from '../clients/runStarts';
import type { Activities } from '../contract';
import { dayMs, minuteMs } from '../domain/durations';
import { pipelineBeat } from '../domain/pipelineAlarms';
import type { RunDate } from '../domain/runDate';
import { judgeStart, lastDueRun, type RunVerdict, withoutSchedule } from '../domain/runWatch';
import type { ActivityDependencies } from './dependencies';

/** A schedule that is due once a day was due within it, whatever its jitter, its time zone and the grace. */
const spanMs = 3 * dayMs;

/** Safe to retry: reads, and says once more how things stand. */
export function createWatchSchedule(
  { table, pipelineMetrics }: Pick<ActivityDependencies, 'table' | 'pipelineMetrics'>,
  starts: () => RunStarts = () => temporalRunStarts(getClient()),
): Activities['watchSchedule'] {
  return async ({ scheduleId, graceMinutes }) => {
    const nowMs = Date.now();
    const live = await liveDay(table);
    const verdict = await judge(starts(), scheduleId, graceMinutes, nowMs, live);
    try {
      await pipelineMetrics.put(pipelineBeat(verdict, live, nowMs), nowMs);
    } catch (error) {
      // The alarms over these metrics go off by themselves when nothing comes; the verdict must not wait for them.
      log.warn('the metrics of the pipeline could not be put', { reason: String(error) });
    }
    return verdict;
  };
}

async function judge(
  starts: RunStarts,
  scheduleId: string,
  graceMinutes: number,
  nowMs: number,
  live: RunDate | undefined,
): Promise<RunVerdict> {
  const schedule = await starts.schedule(scheduleId, nowMs - spanMs, nowMs - graceMinutes * minuteMs);
  if (schedule === undefined) return withoutSchedule(nowMs);
  const due = lastDueRun(schedule, nowMs, graceMinutes);
  // What is live needs no run that the server remembers: it forgets those that are over.
  const isThere =
    due !== undefined && ((live !== undefined && live >= due.runDate) || (await starts.hasRun(due.runDate)));
  return judgeStart(schedule, due, isThere);
}

/** Runs are watched also while the table does not answer. */
async function liveDay(table: ActivityDependencies['table']): Promise<RunDate | undefined> {
  try {
    return (await table.live())?.runDate;
  } catch (error) {
    log.warn('the watchdog could not read what is live', { reason: String(error) });
    return undefined;
  }
}
