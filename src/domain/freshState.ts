/**
 * What the fresh loop knows: the clicks of the last two hours, reader by reader, and the decayed weights of those before.
 * Everything is worked out from the clicks when lists are made, reader by reader in one order, so it does not matter in
 * which order they came (but for a reader's clicks beyond the bound), and a late click takes its place in its visit. A visit
 * is folded into the weights when no click that may still be counted can belong to it. No clock, no I/O: the caller says what time it is.
 *
 * Memory is bounded by leaving out every second reader, by their hash, when there are too many: what is left is whole
 * visits, and shares stay what they were.
 */

import { anyDoor } from './door';
import { hourMs, minuteMs } from './durations';
import { type FreshArticle, FreshArticles } from './freshArticles';
import { doorLists } from './freshDoors';
import { hashOfText } from './freshHash';
import { type FreshLists, freshLists } from './freshLists';
import type { FreshSettings } from './freshSettings';
import { decodeFreshState, encodeFreshState, type FreshStateParts } from './freshStateFile';
import { FreshTally } from './freshTally';
import {
  clicksOfFinishedVisits,
  emptyTrace,
  type FreshTrace,
  insertClick,
  removeClick,
  removeFirst,
  tracesInOrder,
} from './freshTrace';

export interface FreshClick {
  readonly userId: string;
  readonly articleId: string;
  readonly occurredAtMs: number;
  readonly section?: string;
  /** As `doorOf` makes it; without, it is not known. */
  readonly door?: number;
}

/**
 * duplicate: the same reader, article and time. repeated: the same reader and article at another time. capped: more than
 * a reader may count for, or a reader who is left out. too old: from before the window. ahead: dated into the future.
 */
export type CountOutcome = 'counted' | 'duplicate' | 'repeated' | 'capped' | 'too old' | 'ahead';

export interface FreshStateSize {
  readonly readers: number;
  /** Of the window. */
  readonly clicks: number;
  readonly articles: number;
  /** 1 when every reader counts, 2 when every second does … */
  readonly countedOneIn: number;
}

export class FreshState {
  private readonly articles: FreshArticles;
  private readonly traces: Map<number, FreshTrace>;
  private folded: FreshTally;
  private prunedAtMs: number;
  private countedOneIn: number;
  private clicks = 0;

  private constructor(
    private readonly settings: FreshSettings,
    { articles, traces, folded, prunedAtMs, countedOneIn }: FreshStateParts,
  ) {
    this.articles = articles;
    this.traces = traces;
    this.folded = folded;
    this.prunedAtMs = prunedAtMs;
    this.countedOneIn = countedOneIn;
    for (const trace of traces.values()) this.clicks += trace.articles.length;
  }

  static empty(settings: FreshSettings): FreshState {
    return new FreshState(settings, {
      articles: new FreshArticles(),
      traces: new Map(),
      folded: new FreshTally(settings, 0),
      prunedAtMs: 0,
      countedOneIn: 1,
    });
  }

  /** Throws `InvalidFreshState` for bytes that are damaged, cut short, or of other settings. */
  static read(bytes: Uint8Array, settings: FreshSettings): FreshState {
    return new FreshState(settings, decodeFreshState(bytes, settings));
  }

  /** The same clicks counted give the same bytes, in whatever order they came. */
  write(): Buffer {
    const { articles, traces, folded, prunedAtMs, countedOneIn } = this;
    return encodeFreshState({ articles, traces, folded, prunedAtMs, countedOneIn }, this.settings);
  }

  get size(): FreshStateSize {
    const { traces, clicks, articles, countedOneIn } = this;
    return { readers: traces.size, clicks, articles: articles.size, countedOneIn };
  }

  /** `nowMs` is the time of the beat, the same for all its clicks. */
  count({ userId, articleId, occurredAtMs, section, door = anyDoor }: FreshClick, nowMs: number): CountOutcome {
    const { settings } = this;
    const atMs = this.notBefore(nowMs);
    if (occurredAtMs < atMs - settings.windowMinutes * minuteMs) return 'too old';
    if (occurredAtMs > atMs + settings.aheadMinutes * minuteMs) return 'ahead';
    const reader = hashOfText(userId);
    if (reader % this.countedOneIn !== 0) return 'capped';
    const trace = this.traces.get(reader) ?? emptyTrace();
    const place = trace.articles.findIndex(({ id }) => id === articleId);
    const countedMs = trace.timesMs[place];
    if (countedMs !== undefined) return this.countAgain(trace, place, countedMs, { occurredAtMs, door });
    const near = trace.timesMs.filter((timeMs) => Math.abs(timeMs - occurredAtMs) < hourMs).length;
    if (near >= settings.maxClicksPerReaderHour) return 'capped';
    insertClick(trace, this.articles.take(articleId, occurredAtMs, section), occurredAtMs, door);
    this.traces.set(reader, trace);
    this.clicks += 1;
    this.keepBounds();
    return 'counted';
  }

  /** Once a beat, after counting. */
  prune(nowMs: number): void {
    const { settings, traces } = this;
    const atMs = this.notBefore(nowMs);
    this.prunedAtMs = atMs;
    // Seen from too far behind, weights of clicks of now would leave the range of a number.
    if (atMs - this.folded.atMs >= hourMs) this.moveFolded(atMs, 1);
    const visitGapMs = settings.visitGapMinutes * minuteMs;
    const finishedBeforeMs = atMs - settings.windowMinutes * minuteMs - visitGapMs;
    for (const [reader, trace] of tracesInOrder(traces)) {
      const finished = clicksOfFinishedVisits(trace, finishedBeforeMs, visitGapMs);
      this.folded.add(trace, finished, atMs);
      for (const article of removeFirst(trace, finished)) this.articles.release(article);
      this.clicks -= finished;
      if (trace.articles.length === 0) traces.delete(reader);
    }
    if (this.countedOneIn > 1 && traces.size < settings.maxReaders / 4 && this.clicks < settings.maxClicks / 4) {
      this.countedOneIn /= 2;
      this.moveFolded(atMs, 2);
    }
  }

  /** Removes the clicks of a reader that can still be told from those of others; true when there were any. */
  forget(userId: string): boolean {
    return this.dropTrace(hashOfText(userId));
  }

  lists(nowMs: number): FreshLists {
    const atMs = this.notBefore(nowMs);
    const tally = new FreshTally(this.settings, atMs);
    const traces = Array.from(tracesInOrder(this.traces), ([, trace]) => trace);
    for (const trace of traces) tally.add(trace, trace.articles.length, atMs);
    return freshLists(tally, this.folded, doorLists(traces, atMs, this.settings), this.settings);
  }

  /** Time does not go back behind what has been folded. */
  private notBefore(nowMs: number): number {
    return Math.max(nowMs, this.prunedAtMs);
  }

  private moveFolded(toMs: number, share: number): void {
    this.folded = this.folded.moved(toMs, share);
    this.folded.prune();
    this.articles.keepUsed(this.folded);
  }

  /** The earliest counts, whichever comes first. */
  private countAgain(
    trace: FreshTrace,
    place: number,
    countedMs: number,
    { occurredAtMs, door }: Required<Pick<FreshClick, 'occurredAtMs' | 'door'>>,
  ): CountOutcome {
    if (occurredAtMs === countedMs) return 'duplicate';
    if (occurredAtMs < countedMs) {
      const article = removeClick(trace, place);
      article.firstSeenMs = Math.min(article.firstSeenMs, occurredAtMs);
      insertClick(trace, article, occurredAtMs, door);
    }
    return 'repeated';
  }

  private keepBounds(): void {
    const { maxReaders, maxClicks, maxArticles } = this.settings;
    while (this.traces.size > maxReaders || this.clicks > maxClicks) {
      this.countedOneIn *= 2;
      for (const reader of this.traces.keys()) if (reader % this.countedOneIn !== 0) this.dropTrace(reader);
      this.moveFolded(this.folded.atMs, 0.5);
    }
    if (this.articles.size > maxArticles) this.dropArticles(this.articles.lightestHalf(this.folded));
  }

  private dropArticles(gone: ReadonlySet<FreshArticle>): void {
    for (const [reader, trace] of this.traces) {
      for (let place = trace.articles.length - 1; place >= 0; place--) {
        const article = trace.articles[place];
        if (article === undefined || !gone.has(article)) continue;
        removeClick(trace, place);
        this.clicks -= 1;
      }
      if (trace.articles.length === 0) this.traces.delete(reader);
    }
    this.folded.forget(gone);
    this.articles.remove(gone);
  }

  private dropTrace(reader: number): boolean {
    const trace = this.traces.get(reader);
    if (trace === undefined) return false;
    for (const article of trace.articles) this.articles.release(article);
    this.clicks -= trace.articles.length;
    return this.traces.delete(reader);
  }
}
