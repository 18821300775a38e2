/** Beats of the fresh loop as operators see them: when each ran, and what came of it. */
import type { Client } from '@temporalio/client';
import type { FreshBeat } from '../contract';
import { type RunState, stateOf } from './runs';

type FreshLists = () => Promise<FreshBeat>;

export interface BeatRow {
  readonly state: RunState;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** What it has done; of a beat that has completed. */
  readonly beat?: FreshBeat;
}

/** The newest first, no more than `limit`. What a beat has done never changes, so it is asked for once. */
export function createBeatList(client: Client): (limit: number) => Promise<BeatRow[]> {
  let known: ReadonlyMap<string, FreshBeat> = new Map();
  return async (limit) => {
    const found: [runId: string, row: BeatRow][] = [];
    for await (const { workflowId, runId, status, startTime, closeTime } of client.workflow.list({
      query: `WorkflowType = 'freshLists'`,
      pageSize: limit,
    })) {
      const state = stateOf(status.name);
      const beat =
        state === 'completed'
          ? (known.get(runId) ?? (await client.workflow.getHandle<FreshLists>(workflowId, runId).result()))
          : undefined;
      found.push([
        runId,
        {
          state,
          startedAtMs: startTime.getTime(),
          ...(closeTime === undefined ? {} : { endedAtMs: closeTime.getTime() }),
          ...(beat === undefined ? {} : { beat }),
        },
      ]);
      if (found.length === limit) break;
    }
    known = new Map(found.flatMap(([runId, { beat }]) => (beat === undefined ? [] : [[runId, beat]])));
    return found.map(([, row]) => row).sort((a, b) => b.startedAtMs - a.startedAtMs);
  };
}
