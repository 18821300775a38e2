/**
 * How the days of a range stand before a backfill. Reports in the lake say how days ended, for they are kept longer than
 * Temporal keeps its runs; Temporal says what is running, and knows runs that could not write a report. Asked by the
 * command and not by the workflow, so that a plan can be looked at with no worker there.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { dailyWorkflowId } from '../contract';
import type { DayOfRange } from '../domain/backfill';
import { firstGeneration, maxGenerations } from '../domain/generation';
import { clicksDayPrefix, partitionManifestKey } from '../domain/keys';
import type { RunDate } from '../domain/runDate';
import type { ObjectStore } from './objectStore';
import { newestReport } from './runReports';
import { type RunState, stateOf } from './runs';

const daysAtATime = 16;

export async function dayStates(client: Client, lake: ObjectStore, days: readonly RunDate[]): Promise<DayOfRange[]> {
  const found: DayOfRange[] = [];
  for (let at = 0; at < days.length; at += daysAtATime) {
    found.push(...(await Promise.all(days.slice(at, at + daysAtATime).map((day) => dayState(client, lake, day)))));
  }
  return found;
}

async function dayState(client: Client, lake: ObjectStore, runDate: RunDate): Promise<DayOfRange> {
  const [run, reported, clicks] = await Promise.all([
    lastRunState(client, runDate),
    newestReport(lake, runDate),
    lake.list(clicksDayPrefix(runDate)),
  ]);
  return {
    runDate,
    state: stateOfDay(run, reported?.report.outcome),
    generation: reported?.generation ?? firstGeneration,
    hasClicks: clicks.length > 0,
  };
}

function stateOfDay(run: RunState | undefined, reported: string | undefined): DayOfRange['state'] {
  if (run === 'running') return 'running';
  // A report is written by the run that ended last; one that was taken back after its publish has done its work.
  if (reported !== undefined) return reported === 'failed' || reported === 'cancelled' ? 'failed' : 'done';
  if (run === undefined) return 'missing';
  return run === 'completed' ? 'done' : 'failed';
}

async function lastRunState(client: Client, runDate: RunDate): Promise<RunState | undefined> {
  try {
    const { status } = await client.workflow.getHandle(dailyWorkflowId(runDate)).describe();
    return stateOf(status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The newest generation of which the day is frozen; the first when none is. */
export async function frozenGeneration(lake: ObjectStore, runDate: RunDate): Promise<number> {
  for (let generation = maxGenerations; generation > firstGeneration; generation--) {
    const key = partitionManifestKey(runDate, generation);
    if ((await lake.list(key)).length > 0) return generation;
  }
  return firstGeneration;
}
