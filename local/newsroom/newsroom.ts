/**
 * A newsroom and its readers: an endless, seeded stream of clicks in time order. Shaped by the published figures of a
 * real portal; no real click is in it.
 */
import type { Click } from '../../src/domain/click';
import { type Article, ArticleDesk, totalStories } from './articles';
import { type Section, sections } from './headlines';
import { Random, WeightedIndex } from './random';

export interface NewsroomOptions {
  readonly seed: number;
  readonly readers: number;
  /** On an average day. */
  readonly clicksPerDay: number;
  readonly articlesPerDay: number;
  /** Epoch milliseconds of a UTC midnight; clicks start here. */
  readonly startMs: number;
  /** Epoch milliseconds of the UTC midnight that begins election day. */
  readonly electionDayMs?: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Clicks in an hour of UTC, relative: the busiest has 19 times the quietest. */
const readingCurve = [5, 3, 2, 1.2, 1, 1.6, 4, 8, 12, 15, 17, 18, 19, 18, 16, 15, 15, 16, 17, 18, 17, 15, 12, 8];
const curveSum = readingCurve.reduce((sum, weight) => sum + weight, 0);

/** How readers read. */
const habits = {
  /** Spread of log(activity): most come seldom, a few live here. Gives 4 clicks in the median and 9.3 in the mean. */
  activitySigma: 1.3,
  clicksPerVisit: 2.6,
  meanGapSeconds: 80,
  followsStory: 0.28,
  likesSection: 0.3,
  archive: 0.012,
  /** Last articles of a reader that are not opened again. */
  memory: 40,
  referrers: ['direct', 'search', 'social', 'newsletter'],
} as const;

const election = {
  story: 0,
  fromHour: 18,
  toHour: 21,
  factor: 50,
  share: 0.85,
} as const;

interface Reader {
  readonly liked: readonly [Section, Section];
  readonly stories: readonly [number, number];
  /** Ring of article ids read last. */
  readonly recent: string[];
}

interface Visit {
  nextAtMs: number;
  clicksLeft: number;
  readonly readerIndex: number;
  readonly sessionId: string;
  readonly referrer: string;
  readonly forElection: boolean;
}

export class Newsroom {
  private readonly random: Random;
  private readonly desk: ArticleDesk;
  private readonly activity: WeightedIndex;
  private readonly readers = new Map<number, Reader>();
  private readonly visits = new VisitQueue();
  private readonly dayFactors = new Map<number, number>();
  private openedUntilMs: number;
  private events = 0;
  private sessions = 0;

  constructor(private readonly options: NewsroomOptions) {
    this.random = new Random(options.seed);
    this.desk = new ArticleDesk(new Random(options.seed + 1), options.articlesPerDay, options.startMs);
    this.activity = new WeightedIndex(
      Float64Array.from({ length: options.readers }, () => Math.exp(habits.activitySigma * this.random.normal())),
    );
    this.openedUntilMs = options.startMs;
  }

  article(id: string): Article | undefined {
    return this.desk.find(id);
  }

  /** The clicks from where the last call ended until `untilMs`, in time order. */
  *clicksUntil(untilMs: number): Generator<Click> {
    while (this.openedUntilMs < untilMs) {
      this.openVisits();
      yield* this.clicksBefore(Math.min(untilMs, this.openedUntilMs));
    }
    yield* this.clicksBefore(untilMs);
  }

  private *clicksBefore(untilMs: number): Generator<Click> {
    for (;;) {
      const visit = this.visits.first();
      if (visit === undefined || visit.nextAtMs >= untilMs) return;
      const click = this.clickOf(visit);
      visit.clicksLeft -= 1;
      if (visit.clicksLeft > 0) {
        visit.nextAtMs += 8_000 + Math.floor(this.random.exponential(habits.meanGapSeconds) * 1000);
        this.visits.sink();
      } else {
        this.visits.removeFirst();
      }
      if (click !== undefined) yield click;
    }
  }

  /** Opens the visits that begin in the next minute. */
  private openVisits(): void {
    const fromMs = this.openedUntilMs;
    this.desk.advance(fromMs);
    const hour = new Date(fromMs).getUTCHours();
    const perMinute = (this.options.clicksPerDay * (readingCurve[hour] ?? 0)) / curveSum / 60 / habits.clicksPerVisit;
    const usual = this.random.poisson(perMinute * this.dayFactor(fromMs));
    const extra = this.isElection(fromMs) ? this.random.poisson(perMinute * (election.factor - 1)) : 0;
    for (let i = 0; i < usual + extra; i++) {
      this.sessions += 1;
      this.visits.add({
        nextAtMs: fromMs + this.random.below(minuteMs),
        clicksLeft: 1 + Math.floor(this.random.exponential(habits.clicksPerVisit - 0.5)),
        readerIndex: this.activity.draw(this.random),
        sessionId: `s${this.sessions}`,
        referrer: this.random.pick(habits.referrers),
        forElection: i >= usual && this.random.next() < election.share,
      });
    }
    this.openedUntilMs = fromMs + minuteMs;
  }

  private clickOf(visit: Visit): Click | undefined {
    const reader = this.readerAt(visit.readerIndex);
    const article = this.choose(reader, visit);
    if (article === undefined) return undefined;
    reader.recent.push(article.id);
    if (reader.recent.length > habits.memory) reader.recent.shift();
    this.events += 1;
    return {
      event_id: `e${this.options.seed}-${this.events}`,
      user_id: `r${visit.readerIndex}`,
      article_id: article.id,
      occurred_at: new Date(visit.nextAtMs).toISOString(),
      section: article.section,
      session_id: visit.sessionId,
      referrer: visit.referrer,
    };
  }

  private choose(reader: Reader, visit: Visit): Article | undefined {
    for (let tries = 0; tries < 4; tries++) {
      const article = this.chooseOnce(reader, visit);
      if (article !== undefined && !reader.recent.includes(article.id)) return article;
    }
    return undefined;
  }

  private chooseOnce(reader: Reader, visit: Visit): Article | undefined {
    if (visit.forElection) return this.desk.drawFromStory(election.story) ?? this.desk.drawAny();
    const taste = this.random.next();
    if (taste < habits.archive) return this.desk.drawFromArchive(visit.nextAtMs);
    if (taste < habits.archive + habits.followsStory) {
      return this.desk.drawFromStory(this.random.pick(reader.stories)) ?? this.desk.drawAny();
    }
    if (taste < habits.archive + habits.followsStory + habits.likesSection) {
      return this.desk.drawFromSection(this.random.pick(reader.liked)) ?? this.desk.drawAny();
    }
    return this.desk.drawAny();
  }

  private readerAt(index: number): Reader {
    let reader = this.readers.get(index);
    if (reader === undefined) {
      reader = {
        liked: [this.random.pick(sections), this.random.pick(sections)],
        stories: [this.random.below(totalStories), this.random.below(totalStories)],
        recent: [],
      };
      this.readers.set(index, reader);
    }
    return reader;
  }

  /** Some days bring more news than others. */
  private dayFactor(nowMs: number): number {
    const day = Math.floor(nowMs / dayMs);
    let factor = this.dayFactors.get(day);
    if (factor === undefined) {
      const weekend = new Date(nowMs).getUTCDay() % 6 === 0 ? 0.7 : 1.1;
      factor = weekend * Math.exp(0.15 * this.random.normal());
      this.dayFactors.set(day, factor);
    }
    return factor;
  }

  private isElection(nowMs: number): boolean {
    const { electionDayMs } = this.options;
    if (electionDayMs === undefined) return false;
    const hour = (nowMs - electionDayMs) / 3_600_000;
    return hour >= election.fromHour && hour < election.toHour;
  }
}

/** Open visits, the one with the next click first: a binary heap. */
class VisitQueue {
  private readonly heap: Visit[] = [];

  first(): Visit | undefined {
    return this.heap[0];
  }

  add(visit: Visit): void {
    let position = this.heap.length;
    this.heap.push(visit);
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || above.nextAtMs <= visit.nextAtMs) break;
      this.heap[position] = above;
      position = parent;
    }
    this.heap[position] = visit;
  }

  removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  /** Puts the first visit where its changed time belongs. */
  sink(): void {
    const visit = this.heap[0];
    if (visit === undefined) return;
    let position = 0;
    for (;;) {
      const left = 2 * position + 1;
      const right = left + 1;
      const leftVisit = this.heap[left];
      const rightVisit = this.heap[right];
      const child =
        rightVisit !== undefined && leftVisit !== undefined && rightVisit.nextAtMs < leftVisit.nextAtMs ? right : left;
      const below = this.heap[child];
      if (below === undefined || below.nextAtMs >= visit.nextAtMs) break;
      this.heap[position] = below;
      position = child;
    }
    this.heap[position] = visit;
  }
}
