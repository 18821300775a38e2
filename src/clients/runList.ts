/** Many daily runs at once, by the search attributes that each of them keeps. */
import { type Client, ServiceError } from '@temporalio/client';
import { searchAttributes } from '../contract';
import { parseRunDate, type RunDate, runDateOf, startOfDayMs } from '../domain/runDate';
import { type RunState, stateOf } from './runs';

/** A figure is absent until the run has come so far. */
export interface RunRow {
  readonly runDate: RunDate;
  readonly workflowId: string;
  readonly runId: string;
  readonly state: RunState;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly stage?: string;
  readonly version?: string;
  readonly rung?: string;
  readonly interruptions?: number;
  readonly costUsd?: number;
  readonly savingPercent?: number;
  readonly recallAt10?: number;
}

export interface RunFilter {
  /** First run date. */
  readonly since?: RunDate;
  /** Last run date. */
  readonly until?: RunDate;
  /** Only runs whose last job was on this market. */
  readonly market?: 'spot' | 'on-demand';
  /** A condition more, in Temporal's own words. */
  readonly query?: string;
}

/** The condition is none that Temporal understands. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

/**
 * The filter in Temporal's words, for its UI too. Of a market it also finds the runs that have no attribute for it, since
 * those of before there was one have their market in the rung alone.
 */
export function runQuery({ since, until, market, query }: RunFilter): string {
  return [
    `WorkflowType = 'dailyRecommendations'`,
    ...(since === undefined ? [] : [`RunDate >= '${startOf(since)}'`]),
    ...(until === undefined ? [] : [`RunDate <= '${startOf(until)}'`]),
    ...(market === undefined ? [] : [`(Market = '${market}' OR Market IS NULL)`]),
    ...(query === undefined ? [] : [`(${query})`]),
  ].join(' AND ');
}

/** Newest run date first, of a day the newest run first; no more than `limit`. Throws `QueryRefused`. */
export async function listRuns(client: Client, filter: RunFilter, limit: number): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  try {
    for await (const found of client.workflow.list({ query: runQuery(filter) })) {
      const attribute = found.typedSearchAttributes;
      const startedAtMs = found.startTime.getTime();
      const version = attribute.get(searchAttributes.modelVersion);
      const stage = attribute.get(searchAttributes.stage);
      const rung = attribute.get(searchAttributes.rung);
      const interruptions = attribute.get(searchAttributes.interruptions);
      const costUsd = attribute.get(searchAttributes.costUsd);
      const savingPercent = attribute.get(searchAttributes.savingPercent);
      const recallAt10 = attribute.get(searchAttributes.recallAt10);
      rows.push({
        runDate: dayOf(attribute.get(searchAttributes.runDate), found.workflowId),
        workflowId: found.workflowId,
        runId: found.runId,
        state: stateOf(found.status.name),
        startedAtMs,
        ...(found.closeTime === undefined ? {} : { endedAtMs: found.closeTime.getTime() }),
        ...(stage === undefined ? {} : { stage }),
        ...(version === undefined ? {} : { version }),
        ...(rung === undefined ? {} : { rung }),
        ...(interruptions === undefined ? {} : { interruptions }),
        ...(costUsd === undefined ? {} : { costUsd }),
        ...(savingPercent === undefined ? {} : { savingPercent }),
        ...(recallAt10 === undefined ? {} : { recallAt10 }),
      });
    }
  } catch (error) {
    if (isRefusal(error))
      throw new QueryRefused(`Temporal refuses the query: ${error.cause.details}`, { cause: error });
    throw error;
  }
  return rows
    .filter(({ rung }) => filter.market === undefined || rung?.endsWith(` ${filter.market}`) === true)
    .sort((a, b) => (a.runDate === b.runDate ? b.startedAtMs - a.startedAtMs : a.runDate < b.runDate ? 1 : -1))
    .slice(0, limit);
}

/** A run that no worker has taken up yet has no attributes; its id says its day. */
function dayOf(at: Date | undefined, workflowId: string): RunDate {
  return at === undefined ? parseRunDate(workflowId.slice(-10)) : runDateOf(at.getTime());
}

function startOf(day: RunDate): string {
  return new Date(startOfDayMs(day)).toISOString();
}

const invalidArgument = 3;

function isRefusal(error: unknown): error is ServiceError & { cause: { details: string } } {
  if (!(error instanceof ServiceError) || !(error.cause instanceof Error)) return false;
  const { cause } = error;
  return 'code' in cause && cause.code === invalidArgument && 'details' in cause;
}
