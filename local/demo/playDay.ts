/** One day of the demo over a running cloud: its clicks, its run, and what is shown of both. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { type RunView, viewRun } from '../../src/clients/runs';
import type { RunDate } from '../../src/domain/runDate';
import type { Cloud } from '../cloud';
import { postControl } from '../control';
import { bucket } from '../resources';
import { backfillDay } from './backfill';
import type { ClickSource } from './clickSource';
import { DemoFailed } from './demoFailed';
import { exampleReaders, readFilled, writeFilled } from './demoState';
import { fillLake } from './fillLake';
import { awaitedBeatMs, beatAlong, beatOnce } from './freshBeats';
import { servedLists, summaryTable } from './summary';
import { watchRun } from './watchRun';

export interface DemoDay {
  readonly runDate: RunDate;
  readonly source: ClickSource;
  readonly cloud: Cloud;
  readonly client: Client;
  readonly stateDir: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

const lookEveryMs = 50;
/** The reclaim strikes in the middle of the phase that every training has. */
const reclaim = { phase: 'tune', iteration: 8 };

/** Brings the day to its published end; a day that is there already is left as it is. Throws `DemoFailed`. */
export async function playDay(day: DemoDay): Promise<RunView> {
  const { runDate, client, cloud, say } = day;
  const nowMs = Date.now();
  const earlier = await viewRun(client, runDate);
  if (earlier?.state === 'completed') {
    say(`the run of ${runDate} is done already, nothing to do; --fresh starts over, --date takes another day`);
    return earlier;
  }
  if (earlier?.state === 'running') say(`the run of ${runDate} goes on where it stood`);
  else {
    await postControl(cloud.urls.sagemaker, 'reclaims', reclaim);
    await backfillDay(client, cloud.environment, runDate);
    say(`schedule: a backfill of its nominal time starts the run of ${runDate}`);
  }
  const view = await fillAndWatch(day, earlier?.state === 'running' ? earlier.startedAtMs : nowMs);
  if (view.state === 'completed') return view;
  const { type, message } = view.failure ?? { type: view.state, message: 'no failure given' };
  throw new DemoFailed(`the run ended as ${view.state}: ${type}: ${message}; docs/runbook.md tells what to do`);
}

async function fillAndWatch(day: DemoDay, startedSinceMs: number): Promise<RunView> {
  const { client, runDate, stateDir, say } = day;
  const stop = new AbortController();
  const signal = AbortSignal.any([day.signal, stop.signal]);
  const filling = readFilled(stateDir) === undefined ? fillAndBeat({ ...day, signal }) : Promise.resolve();
  const watching = watchRun(client, { runDate, startedSinceMs, signal }, say);
  // Whichever fails first ends the other; that failure is the one that is told.
  watching.catch(() => undefined);
  try {
    await filling;
    return await watching;
  } finally {
    stop.abort();
    await Promise.allSettled([filling, watching]);
  }
}

/** Clicks are played, and the fresh loop beats beside them in their time. */
async function fillAndBeat(day: DemoDay): Promise<void> {
  const { client, cloud, source, say } = day;
  const played = new AbortController();
  const signal = AbortSignal.any([day.signal, played.signal]);
  let nowMs: number | undefined;
  const beaten = new Set<number>();
  const beating = beatAlong({
    client,
    environment: cloud.environment,
    nowMs: () => nowMs,
    titleOf: (articleId) => source.titleOf(articleId),
    risesAtMs: source.risesAtMs,
    onBeat: (atMs) => beaten.add(atMs),
    signal,
    say,
  });
  const filling = fill(day, async (reachedMs) => {
    nowMs = reachedMs;
    const awaitedMs = awaitedBeatMs(reachedMs, source.risesAtMs, cloud.environment);
    if (awaitedMs === undefined) return;
    while (!beaten.has(awaitedMs)) await sleep(lookEveryMs, undefined, { signal });
  }).finally(() => played.abort());
  await Promise.all([filling, beating]);
}

async function fill(
  { cloud, source, runDate, stateDir, signal, say }: DemoDay,
  onClock: (nowMs: number) => Promise<void>,
): Promise<void> {
  const filled = await fillLake(
    source,
    runDate,
    {
      lake: createS3ObjectStore(bucket, cloud.aws),
      collectorUrl: cloud.urls.collector,
      setClock: async (nowMs, speed) => {
        await cloud.setClock(nowMs, speed);
        await onClock(nowMs);
      },
      signal,
    },
    {
      historyDay: (day, clicks) => say(`lake: ${clicks.toLocaleString('en')} clicks of ${day}, put there directly`),
      hour: (hour, clicks) => {
        if (hour % 3 !== 2) return;
        const until = `${String(hour + 1).padStart(2, '0')}:00`;
        say(`collector: ${clicks.toLocaleString('en')} clicks taken until ${until} of ${runDate}`);
      },
    },
  );
  const titles = [...filled.articles].flatMap((id): [string, string][] => {
    const title = source.titleOf(id);
    return title === undefined ? [] : [[id, title]];
  });
  writeFilled(stateDir, {
    clicks: filled.clicks,
    readers: exampleReaders(filled.clicksOfReader),
    titles: Object.fromEntries(titles),
  });
}

/** Prints the run in figures, and what three readers are served. Throws `DemoFailed` when the folder is damaged. */
export async function showDay({ cloud, client, stateDir, say }: DemoDay, view: RunView): Promise<void> {
  const filled = readFilled(stateDir);
  if (filled === undefined) throw new DemoFailed(`${stateDir} is damaged: start again with --fresh`);
  // From here on readers ask, and a second of the played day is one of theirs.
  const nowMs = await cloud.clockMs();
  await cloud.setClock(nowMs, 1);
  say(await beatOnce(nowMs, { client, environment: cloud.environment, titleOf: (id) => filled.titles[id] }));
  if (view.result !== undefined && view.result.outcome !== 'already published') {
    console.log(`\nThe run of ${view.runDate}: ${view.result.outcome}\n`);
    console.log(summaryTable(view.result.summary, filled.clicks).join('\n'));
  }
  console.log('\nWhat three readers are served\n');
  console.log((await servedLists(cloud.urls.serving, filled.readers, (id) => filled.titles[id])).join('\n'));
  console.log(`\nTemporal UI  ${cloud.urls.ui}`);
  console.log(`serving API  ${cloud.urls.serving}/v1/users/${filled.readers[0]}/recommendations`);
}
