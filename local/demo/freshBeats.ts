/** Beats of the fresh loop beside the playing of a day, each at the time that the day has reached. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ScheduleOverlapPolicy, WorkflowNotFoundError } from '@temporalio/client';
import { loadFreshSettings } from '../../src/config';
import { type FreshBeat, freshListsWorkflowId, freshScheduleId } from '../../src/contract';
import { hourMs } from '../../src/domain/durations';
import { applySchedule } from '../../src/schedules/apply';
import { freshSchedule } from '../../src/schedules/wanted';
import type { freshLists } from '../../src/workflows';

export interface BeatsOptions {
  readonly client: Client;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the day that is played; `undefined` before it begins. */
  readonly nowMs: () => number | undefined;
  readonly titleOf: (articleId: string) => string | undefined;
  /** When traffic rises. */
  readonly risesAtMs?: number | undefined;
  /** Told the time of each beat that is over. */
  readonly onBeat: (atMs: number) => void;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const lookEveryMs = 200;
/** A day passes in seconds: a beat every five minutes of it would be all that this machine does. */
const betweenBeatsMs = hourMs;
/** After a rise no beat is left out for so long: how fast the lists follow is to be seen. */
const watchedMs = hourMs / 2;

/** Goes on until `signal`; a beat that fails is told, and does not end what it runs beside. */
export async function beatAlong(options: BeatsOptions): Promise<void> {
  const { client, environment, nowMs, risesAtMs, onBeat, signal, say } = options;
  const settings = loadFreshSettings(environment);
  await applySchedule(client, {
    ...freshSchedule(settings),
    state: { paused: true, note: 'paused by the demo, which beats in the time of the day it plays' },
  });
  let doneUntilMs = 0;
  while (!signal.aborted) {
    const atMs = lastBeatMs(nowMs() ?? 0, environment);
    if (atMs <= doneUntilMs) {
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    doneUntilMs = lastWithoutBeatMs(atMs, risesAtMs);
    say(await beatAt(atMs, options));
    onBeat(atMs);
  }
}

/** The beat that the day must wait for at this time, or it would pass faster than beats follow; `undefined` where it need not. */
export function awaitedBeatMs(
  nowMs: number,
  risesAtMs: number | undefined,
  environment: BeatsOptions['environment'],
): number | undefined {
  return isWatched(nowMs, risesAtMs) ? lastBeatMs(nowMs, environment) : undefined;
}

const isWatched = (nowMs: number, risesAtMs = Number.POSITIVE_INFINITY): boolean =>
  nowMs >= risesAtMs && nowMs < risesAtMs + watchedMs;

/** After a beat at this time. */
function lastWithoutBeatMs(atMs: number, risesAtMs = Number.POSITIVE_INFINITY): number {
  if (isWatched(atMs, risesAtMs)) return atMs;
  const untilMs = atMs + betweenBeatsMs;
  return atMs < risesAtMs ? Math.min(untilMs, risesAtMs - 1) : untilMs;
}

/** The beat that is due at this time of the day that is played; says what came of it. */
export function beatOnce(
  nowMs: number,
  { environment, ...options }: Pick<BeatsOptions, 'client' | 'titleOf' | 'environment'>,
): Promise<string> {
  return beatAt(lastBeatMs(nowMs, environment), options);
}

const lastBeatMs = (nowMs: number, environment: BeatsOptions['environment']): number => {
  const intervalMs = loadFreshSettings(environment).everyMinutes * 60_000;
  return Math.floor(nowMs / intervalMs) * intervalMs;
};

/** A beat at this time; says what came of it. */
export async function beatAt(
  atMs: number,
  { client, titleOf }: Pick<BeatsOptions, 'client' | 'titleOf'>,
): Promise<string> {
  const at = new Date(atMs).toISOString();
  const around = { start: new Date(atMs - 1000), end: new Date(atMs + 1000) };
  await client.schedule.getHandle(freshScheduleId).backfill({ ...around, overlap: ScheduleOverlapPolicy.ALLOW_ALL });
  const workflowId = `${freshListsWorkflowId}-${at.slice(0, 19)}Z`;
  const clock = at.slice(11, 16);
  try {
    return `fresh: ${clock}  ${describeBeat(await resultOf(client, workflowId), titleOf)}`;
  } catch (error) {
    return `fresh: ${clock}  the beat failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A backfill starts its workflow a moment after it was asked for. */
async function resultOf(client: Client, workflowId: string): Promise<FreshBeat> {
  for (;;) {
    try {
      return await client.workflow.getHandle<typeof freshLists>(workflowId).result();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await sleep(lookEveryMs);
    }
  }
}

function describeBeat(
  { top: [first], lines, clickToList }: FreshBeat,
  titleOf: (articleId: string) => string | undefined,
): string {
  const delay = clickToList === undefined ? '' : `, the newest ${clickToList.newestSeconds} s before`;
  const leads = first === undefined ? 'nothing is read yet' : `${titleOf(first) ?? first} leads`;
  return `${leads}; ${lines.counted.toLocaleString('en')} clicks counted${delay}`;
}
