/**
 * Brings the demo's clicks to where real ones would be: earlier days straight into the lake, the run date through the
 * real collector, five minutes at a time on the delivery clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../src/clients/objectStore';
import { type Click, clickLine } from '../../src/domain/click';
import { hourMs, minuteMs } from '../../src/domain/durations';
import { clicksHourPrefix } from '../../src/domain/keys';
import { samplesOf } from '../../src/domain/prometheusText';
import { endOfDayMs, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import type { ClickSource, HourOfClicks } from './clickSource';

export interface FillTarget {
  readonly lake: ObjectStore;
  readonly collectorUrl: string;
  /** Sets the clock of the world outside; resolves when what falls due on the way is in the lake. */
  readonly setClock: (nowMs: number, speed: number) => Promise<void>;
  /** The clicks of so many minutes are sent together, at their end: by default five. Divides an hour. */
  readonly stepMinutes?: number;
  /** Ends the filling between two requests. */
  readonly signal: AbortSignal;
}

export interface FillProgress {
  historyDay(day: RunDate, clicks: number): void;
  /** After each hour of the run date. */
  hour(hour: number, clicksSoFar: number): void;
}

export interface FilledDay {
  readonly clicks: number;
  /** Clicks of each reader on the run date. */
  readonly clicksOfReader: ReadonlyMap<string, number>;
  readonly articles: ReadonlySet<string>;
}

/** What the collector takes in one request. */
const clicksPerRequest = 500;
const parallelRequests = 8;
const triesPerRequest = 20;
const lookEveryMs = 10;
const maxLooksForDelivery = 6000;

export async function fillLake(
  source: ClickSource,
  runDate: RunDate,
  target: FillTarget,
  progress: FillProgress,
): Promise<FilledDay> {
  const clicksOfReader = new Map<string, number>();
  const articles = new Set<string>();
  let ofHistoryDay = 0;
  let clicks = 0;
  for await (const hour of source.hours()) {
    target.signal.throwIfAborted();
    for (const click of hour.clicks) articles.add(click.article_id);
    if (hour.day === runDate) {
      await replayHour(hour, target);
      clicks += hour.clicks.length;
      for (const { user_id } of hour.clicks) clicksOfReader.set(user_id, (clicksOfReader.get(user_id) ?? 0) + 1);
      progress.hour(hour.hour, clicks);
    } else {
      await putHour(hour, target.lake);
      ofHistoryDay += hour.clicks.length;
      if (hour.hour === 23) {
        progress.historyDay(hour.day, ofHistoryDay);
        ofHistoryDay = 0;
      }
    }
  }
  // The day is over; a minute of its aftermath takes a second, until what is still buffered has been delivered.
  await target.setClock(endOfDayMs(runDate) + 5 * minuteMs, 60);
  return { clicks, clicksOfReader, articles };
}

/** Safe to repeat: an hour of an earlier day has one key. */
async function putHour({ day, hour, clicks }: HourOfClicks, lake: ObjectStore): Promise<void> {
  if (clicks.length === 0) return;
  await lake.put(`${clicksHourPrefix(day, hour)}earlier.ndjson.gz`, gzipSync(clicks.map(clickLine).join('')), {
    contentEncoding: 'gzip',
  });
}

/** Each click arrives in the step in which it was made. */
async function replayHour({ day, hour, clicks }: HourOfClicks, target: FillTarget): Promise<void> {
  const stepMs = (target.stepMinutes ?? 5) * minuteMs;
  const startsMs = startOfDayMs(day) + hour * hourMs;
  let from = 0;
  for (let stepEndsMs = startsMs + stepMs; stepEndsMs <= startsMs + hourMs; stepEndsMs += stepMs) {
    const next = clicks.findIndex((click, index) => index >= from && Date.parse(click.occurred_at) >= stepEndsMs);
    const until = next === -1 ? clicks.length : next;
    await target.setClock(stepEndsMs - 1, 0);
    await post(clicks.slice(from, until), target);
    await untilDelivered(target);
    from = until;
  }
  if (clicks.length === 0) await untilHeard(target);
}

/** The collector answers when clicks are on its disk; the clock must not move before they have arrived. */
async function untilDelivered({ collectorUrl, signal }: FillTarget): Promise<void> {
  for (let looks = 0; looks < maxLooksForDelivery; looks++) {
    const metrics = await metricsOf(collectorUrl);
    if (/^frontpage_collector_spool_undelivered_clicks 0$/m.test(metrics)) return;
    await sleep(lookEveryMs, undefined, { signal });
  }
  throw new Error('the collector did not deliver its clicks to the delivery stream');
}

/**
 * An hour in which nobody clicked has the collector's heartbeats, or it would be missing. They come at the pace of the wall,
 * and the hours of the day pass faster: this one waits for a beat that began in it, which the second one has.
 */
async function untilHeard({ collectorUrl, signal }: FillTarget): Promise<void> {
  let before = await recordsOf(collectorUrl);
  for (let looks = 0; looks < maxLooksForDelivery; looks++) {
    await sleep(lookEveryMs, undefined, { signal });
    const now = await recordsOf(collectorUrl);
    // A collector that was started again counts anew.
    if (now < before) before = now;
    if (now >= before + 2) return;
  }
  throw new Error('the collector sent no heartbeat');
}

async function recordsOf(collectorUrl: string): Promise<number> {
  const [records] = samplesOf(await metricsOf(collectorUrl), 'frontpage_collector_records_total');
  return Number(records?.value ?? 0);
}

/** Empty while it does not answer. */
function metricsOf(collectorUrl: string): Promise<string> {
  return fetch(`${collectorUrl}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
}

async function post(clicks: readonly Click[], target: FillTarget): Promise<void> {
  const requests = Array.from({ length: Math.ceil(clicks.length / clicksPerRequest) }, (_, index) =>
    clicks.slice(index * clicksPerRequest, (index + 1) * clicksPerRequest),
  );
  async function drain(): Promise<void> {
    for (let batch = requests.shift(); batch !== undefined; batch = requests.shift()) {
      await postBatch(batch, target);
    }
  }
  await Promise.all(Array.from({ length: parallelRequests }, drain));
}

/** What a well-behaved sender does: comes again when the collector cannot take the clicks now, and only then. */
async function postBatch(batch: readonly Click[], { collectorUrl, signal }: FillTarget): Promise<void> {
  let trouble = '';
  for (let tries = 0; tries < triesPerRequest; tries++) {
    try {
      const response = await fetch(`${collectorUrl}/v1/clicks`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: batch.map(clickLine).join(''),
      });
      const answer = await response.text();
      if (response.status === 202) return;
      trouble = `${response.status} ${answer}`;
      if (response.status < 500) break;
    } catch (error) {
      // The collector is being started again.
      trouble = String(error);
    }
    await sleep(500, undefined, { signal });
  }
  throw new Error(`the collector did not take ${batch.length} clicks: ${trouble}`);
}
