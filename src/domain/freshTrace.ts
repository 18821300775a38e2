/** The clicks of one reader within the window. */
import type { FreshArticle } from './freshArticles';

/** In the order of time, each article once. */
export interface FreshTrace {
  readonly articles: FreshArticle[];
  readonly timesMs: number[];
  /** Through which each click came; `anyDoor` where that is not known. */
  readonly doors: number[];
}

export const emptyTrace = (): FreshTrace => ({ articles: [], timesMs: [], doors: [] });

/** At the place of its time; of clicks at the same time the ids decide, so that no order of arrival does. */
export function insertClick(
  { articles, timesMs, doors }: FreshTrace,
  article: FreshArticle,
  timeMs: number,
  door: number,
): void {
  let place = timesMs.length;
  while (place > 0) {
    const beforeMs = timesMs[place - 1] ?? 0;
    const before = articles[place - 1]?.id ?? '';
    if (beforeMs < timeMs || (beforeMs === timeMs && before < article.id)) break;
    place -= 1;
  }
  articles.splice(place, 0, article);
  timesMs.splice(place, 0, timeMs);
  doors.splice(place, 0, door);
}

/** The article of the removed click. */
export function removeClick({ articles, timesMs, doors }: FreshTrace, place: number): FreshArticle {
  const [article] = articles.splice(place, 1);
  timesMs.splice(place, 1);
  doors.splice(place, 1);
  if (article === undefined) throw new RangeError(`a trace has no click ${place}`);
  return article;
}

/** Whether the click at a place begins a visit. */
export const beginsVisit = ({ timesMs }: FreshTrace, at: number, visitGapMs: number): boolean =>
  at === 0 || (timesMs[at] ?? 0) - (timesMs[at - 1] ?? 0) >= visitGapMs;

/** How many clicks, from the first on, are of visits whose last click was before a time. */
export function clicksOfFinishedVisits({ timesMs }: FreshTrace, beforeMs: number, visitGapMs: number): number {
  let finished = 0;
  for (const [at, timeMs] of timesMs.entries()) {
    if (timeMs >= beforeMs) break;
    const following = timesMs[at + 1];
    if (following === undefined || following - timeMs >= visitGapMs) finished = at + 1;
  }
  return finished;
}

/** The articles of the first clicks, which are gone from the trace. */
export function removeFirst({ articles, timesMs, doors }: FreshTrace, count: number): FreshArticle[] {
  timesMs.splice(0, count);
  doors.splice(0, count);
  return articles.splice(0, count);
}

/** By reader, so that sums are the same to the last bit, and bytes too, whatever the order of arrival. */
export function* tracesInOrder(traces: ReadonlyMap<number, FreshTrace>): Generator<[number, FreshTrace]> {
  // An array of plain numbers is sorted several times faster than one of pairs.
  for (const reader of Float64Array.from(traces.keys()).sort()) {
    const trace = traces.get(reader);
    if (trace !== undefined) yield [reader, trace];
  }
}
