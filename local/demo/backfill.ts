/** Runs one past day through the daily schedule, at the nominal time at which it would have run. */
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { loadScheduleConfig } from '../../src/config';
import { dailyScheduleId } from '../../src/contract';
import { addDays, lastCompleteDay, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { applySchedule } from '../../src/schedules/apply';
import { dailySchedule } from '../../src/schedules/wanted';

/** The default time of the schedule: half an hour after midnight, UTC. */
const afterMidnightMs = 30 * 60_000;

/** The newest day whose nominal time has come. */
export function lastScheduledDay(nowMs: number): RunDate {
  return lastCompleteDay(nowMs - afterMidnightMs - 60_000);
}

export async function backfillDay(
  client: Client,
  environment: Readonly<Record<string, string>>,
  runDate: RunDate,
): Promise<void> {
  await applySchedule(client, {
    ...dailySchedule(loadScheduleConfig(environment)),
    // Days come by backfill here; the next night's run would find no clicks.
    state: { paused: true, note: 'paused by the demo, which backfills the day it shows' },
  });
  const nominalMs = startOfDayMs(addDays(runDate, 1)) + afterMidnightMs;
  await client.schedule.getHandle(dailyScheduleId).backfill({
    start: new Date(nominalMs - 1000),
    end: new Date(nominalMs + 1000),
    overlap: ScheduleOverlapPolicy.ALLOW_ALL,
  });
}
