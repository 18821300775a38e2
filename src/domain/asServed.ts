/**
 * What would have been served: clicks go by in the order of time, and each meets the lists that were published last before
 * it, made from the clicks that had been delivered by then and from nothing else. Whatever would look ahead throws.
 */
import { ServedLists } from './asServedLists';
import type { BlendInput } from './blend';
import { minuteMs } from './durations';
import type { FreshSettings } from './freshSettings';
import type { FreshClick } from './freshState';

export interface ServedClick extends FreshClick {
  /** When the lake has it. */
  readonly deliveredAtMs: number;
}

/** A published set of the daily run. */
export interface NightlySet {
  /** It knows nothing from then on. */
  readonly learnedUntilMs: number;
  readonly servedFromMs: number;
  readonly popular: readonly string[];
  readonly listOf: (userId: string) => readonly string[] | undefined;
}

export interface AsServedOptions {
  readonly settings: FreshSettings;
  readonly refreshMs: number;
  /** Clicks until then are history: counted, and known as read, but not judged. */
  readonly judgedFromMs: number;
  /** From when on lists are made; earlier clicks are known as read and no more. */
  readonly listsFromMs: number;
  /** In the order of time; may be empty. */
  readonly nightly: readonly NightlySet[];
}

/** The reader comes; the reader goes on, with the click before less than a visit's gap ago. */
export type MomentKind = 'first' | 'next';

export interface ServedMoment {
  readonly kind: MomentKind;
  readonly click: ServedClick;
  /** Somebody's click on the article had been delivered when the lists were made. */
  readonly known: boolean;
  /** As serving would have had it. `excluded` is of this moment: copy it to keep it. */
  readonly input: BlendInput;
  /** For each half-life, the articles by their share of all clicks. */
  readonly rankings: readonly (readonly string[])[];
  /** By clicks of the hour before the lists were made. */
  readonly popularHour: readonly string[];
}

/** The replay was given something that nobody could have known. */
export class LookAhead extends Error {
  override readonly name = 'LookAhead';
}

interface ReaderPast {
  readonly read: Set<string>;
  /** Of the last click, which the reader's browser knows. */
  door: number | undefined;
  lastAtMs: number;
  /** Newest first. */
  visit: readonly string[];
}

/** Serving is told no more articles of a visit. */
const visitLength = 5;

export class AsServedReplay {
  private readonly lists: ServedLists;
  private readonly readers = new Map<string, ReaderPast>();
  private waiting: ServedClick[] = [];
  private nextRefreshMs: number;
  private nowMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: AsServedOptions) {
    this.lists = new ServedLists(options.settings);
    this.nextRefreshMs = Math.ceil(options.listsFromMs / options.refreshMs) * options.refreshMs;
    for (const { learnedUntilMs, servedFromMs } of options.nightly) {
      if (learnedUntilMs > servedFromMs) {
        throw new LookAhead(
          `a set that is served from ${time(servedFromMs)} has learned until ${time(learnedUntilMs)}`,
        );
      }
    }
  }

  /** Clicks come in the order of time. Not judged are those of the history, and those on articles that the reader has read. */
  play(click: ServedClick, judge: (moment: ServedMoment) => void): void {
    if (click.occurredAtMs < this.nowMs) {
      throw new LookAhead(`a click of ${time(click.occurredAtMs)} comes after one of ${time(this.nowMs)}`);
    }
    if (click.deliveredAtMs < click.occurredAtMs) {
      throw new LookAhead(
        `a click of ${time(click.occurredAtMs)} was delivered at ${time(click.deliveredAtMs)}, before it happened`,
      );
    }
    this.nowMs = click.occurredAtMs;
    this.refresh();
    const past = this.pastOf(click);
    if (click.occurredAtMs > this.options.judgedFromMs && !past.read.has(click.articleId)) {
      judge(this.momentOf(click, past));
    }
    past.read.add(click.articleId);
    past.lastAtMs = click.occurredAtMs;
    past.door = click.door;
    past.visit = [click.articleId, ...past.visit.filter((article) => article !== click.articleId)].slice(
      0,
      visitLength,
    );
    if (click.occurredAtMs >= this.options.listsFromMs) this.wait(click);
    else this.lists.know(click);
  }

  private pastOf({ userId, occurredAtMs }: ServedClick): ReaderPast {
    let past = this.readers.get(userId);
    if (past === undefined) {
      past = { read: new Set(), door: undefined, lastAtMs: Number.NEGATIVE_INFINITY, visit: [] };
      this.readers.set(userId, past);
    }
    if (occurredAtMs - past.lastAtMs >= this.options.settings.visitGapMinutes * minuteMs) past.visit = [];
    return past;
  }

  private momentOf(click: ServedClick, { visit, read, door }: ReaderPast): ServedMoment {
    const { lists } = this;
    if (lists.newestCountedMs > lists.atMs || lists.atMs > this.nowMs) {
      throw new LookAhead(
        `lists of ${time(lists.atMs)}, with clicks until ${time(lists.newestCountedMs)}, meet a click of ${time(this.nowMs)}`,
      );
    }
    const set = this.options.nightly.findLast(({ servedFromMs }) => servedFromMs <= this.nowMs);
    const personal = set?.listOf(click.userId);
    const [open] = visit;
    const nextList = open === undefined ? undefined : lists.nextList(open);
    const doorList = open === undefined ? lists.doorList(door) : undefined;
    return {
      kind: open === undefined ? 'first' : 'next',
      click,
      known: lists.knows(click.articleId),
      input: {
        limit: 10,
        visit,
        excluded: read,
        next: new Map(open === undefined || nextList === undefined ? [] : [[open, nextList]]),
        popular: lists.table,
        ...(doorList === undefined ? {} : { door: doorList }),
        ...(set === undefined ? {} : { nightlyPopular: set.popular }),
        ...(personal === undefined ? {} : { personal }),
      },
      rankings: lists.rankings,
      popularHour: lists.popularHour,
    };
  }

  /** All the beats until now, each with what had been delivered by then. */
  private refresh(): void {
    for (; this.nextRefreshMs <= this.nowMs; this.nextRefreshMs += this.options.refreshMs) {
      const atMs = this.nextRefreshMs;
      let delivered = 0;
      while ((this.waiting[delivered]?.deliveredAtMs ?? Number.POSITIVE_INFINITY) <= atMs) delivered += 1;
      // Lists that nobody will be judged by need not be made.
      const isJudged = atMs + this.options.refreshMs > this.options.judgedFromMs;
      this.lists.refresh(this.waiting.slice(0, delivered), atMs, isJudged);
      this.waiting = this.waiting.slice(delivered);
    }
  }

  /** In the order of delivery. */
  private wait(click: ServedClick): void {
    let place = this.waiting.length;
    while (place > 0 && (this.waiting[place - 1]?.deliveredAtMs ?? 0) > click.deliveredAtMs) place -= 1;
    this.waiting.splice(place, 0, click);
  }
}

const time = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms));
