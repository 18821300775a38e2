/** Which objects of the lake a step of the fresh loop reads: those of the last hours that have not been counted. */
import { hourMs, minuteMs } from './durations';
import { clicksHourPrefix } from './keys';
import type { ManifestEntry } from './partitionManifest';
import { runDateOf } from './runDate';

/**
 * An object is named by the arrival of its oldest record, and Firehose waits up to a quarter of an hour for more of them.
 * Clicks may be dated a little ahead of their arrival.
 */
const fullestObjectMs = 15 * minuteMs;

export interface ClickWindow {
  readonly fromMs: number;
  /** In order of time. */
  readonly prefixes: readonly string[];
}

/** The hour partitions in which clicks of the last `windowMinutes` can lie; one whose hour has just not begun is among them. */
export function clickWindow(
  nowMs: number,
  { windowMinutes, aheadMinutes }: { readonly windowMinutes: number; readonly aheadMinutes: number },
): ClickWindow {
  const oldestMs = nowMs - (windowMinutes + aheadMinutes) * minuteMs - fullestObjectMs;
  const fromMs = Math.floor(oldestMs / hourMs) * hourMs;
  const prefixes: string[] = [];
  for (let atMs = fromMs; atMs <= nowMs + aheadMinutes * minuteMs; atMs += hourMs) {
    prefixes.push(clicksHourPrefix(runDateOf(atMs), new Date(atMs).getUTCHours()));
  }
  return { fromMs, prefixes };
}

/**
 * What was listed in order of time and has not been counted under this ETag, the newest first: lists become fresh at once.
 * What arrived after `nowMs`, as when a step is late, is left to the next one: its clicks would be left out as dated ahead.
 */
export function uncounted<Entry extends ManifestEntry>(
  listed: readonly Entry[],
  counted: ReadonlyMap<string, string>,
  nowMs: number,
): Entry[] {
  return listed.filter(({ key, etag }) => counted.get(key) !== etag && !(arrivedMs(key) > nowMs)).toReversed();
}

/** By the name that Firehose gives an object, `<stream>-<version>-<time>-<uuid>`; NaN for another name. */
function arrivedMs(key: string): number {
  const [, day, hour, minute, second] = /-(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)-[^/]*$/.exec(key) ?? [];
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`);
}

/** The first of them, as many as `maxBytes` hold, but at least one. */
export function firstBytes<Entry extends ManifestEntry>(entries: readonly Entry[], maxBytes: number): Entry[] {
  let bytes = 0;
  const end = entries.findIndex(({ sizeBytes }, index) => {
    bytes += sizeBytes;
    return index > 0 && bytes > maxBytes;
  });
  return entries.slice(0, end === -1 ? entries.length : end);
}
