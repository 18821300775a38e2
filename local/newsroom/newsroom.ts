/**
 * A newsroom and its readers: an endless, seeded stream of clicks in time order. Shaped by the published figures of a
 * real portal (test/local/newsroom.test.ts); no real click is in it.
 */
import type { Click } from '../../src/domain/click';
import type { Article } from './article';
import { ArticleDesk } from './articles';
import { stories } from './headlines';
import { Random } from './random';
import { isNewTo, type Reader, Readers, remember } from './readers';
import { electionNight, Rhythm } from './rhythm';
import { UtcText } from './utcText';
import { type Visit, VisitQueue } from './visitQueue';

export interface NewsroomOptions {
  readonly seed: number;
  /** Who may come; in 16 days about two in three do. */
  readonly readers: number;
  /** On an average day. */
  readonly clicksPerDay: number;
  readonly articlesPerDay: number;
  /** Epoch milliseconds of a UTC midnight; clicks start here. */
  readonly startMs: number;
  /** Epoch milliseconds of the UTC midnight that begins election day. */
  readonly electionDayMs?: number;
}

/** The size of the portal whose figures shape the newsroom. */
export const portalSize = { readers: 500_000, clicksPerDay: 187_000, articlesPerDay: 1030 } as const;

const minuteMs = 60_000;

/** How readers read. */
const habits = {
  /** A visit has two clicks or more, as in the published log; the others follow a geometric law. */
  fewestClicksPerVisit: 2,
  clicksPerVisit: 2.85,
  shortestGapMs: 8000,
  meanFurtherGapMs: 80_000,
  /** Where a click comes from: an old article, a story that the reader follows, a section that the reader likes; else the whole page. */
  archive: 0.007,
  followsStory: 0.18,
  likesSection: 0.05,
  referrers: ['direct', 'search', 'social', 'newsletter'],
  /** Share of the additional visits of election night that read about the election. */
  electionVisits: 0.85,
} as const;
const meanFurtherClicks = 1 / Math.log(1 + 1 / (habits.clicksPerVisit - habits.fewestClicksPerVisit));

const electionStory = stories.findIndex(({ subject }) => subject === 'Electoral commission');

export class Newsroom implements Iterable<Click> {
  private readonly random: Random;
  private readonly desk: ArticleDesk;
  private readonly readers: Readers;
  private readonly rhythm: Rhythm;
  private readonly visits = new VisitQueue();
  private readonly utc = new UtcText();
  private readonly eventPrefix: string;
  private openedUntilMs: number;
  private events = 0;
  private sessions = 0;

  constructor(private readonly options: NewsroomOptions) {
    const { seed, startMs } = options;
    this.random = new Random(seed);
    this.desk = new ArticleDesk(new Random(seed + 1), options.articlesPerDay, startMs);
    this.readers = new Readers(new Random(seed + 2), options.readers);
    this.rhythm = new Rhythm(new Random(seed + 3), options.electionDayMs);
    this.eventPrefix = `e${seed}-`;
    this.openedUntilMs = startMs;
  }

  /** The article of a click, for as long as the newsroom lives. */
  article(id: string): Article | undefined {
    return this.desk.find(id);
  }

  /** The clicks from where the last reading ended, without an end, in time order. */
  [Symbol.iterator](): Generator<Click> {
    return this.clicksUntil(Number.POSITIVE_INFINITY);
  }

  /** The clicks from where the last reading ended until `untilMs`, in time order. */
  *clicksUntil(untilMs: number): Generator<Click> {
    for (;;) {
      const visit = this.visits.first();
      // A visit that opens later in this minute may click before the next click of one that is open already.
      if (visit === undefined || visit.nextAtMs >= this.openedUntilMs) {
        if (this.openedUntilMs >= untilMs) return;
        this.openVisits();
        continue;
      }
      if (visit.nextAtMs >= untilMs) return;
      const click = this.clickOf(visit);
      this.moveOn(visit);
      if (click !== undefined) yield click;
    }
  }

  private moveOn(visit: Visit): void {
    visit.clicksLeft -= 1;
    if (visit.clicksLeft === 0) {
      this.visits.removeFirst();
      return;
    }
    visit.nextAtMs += habits.shortestGapMs + Math.floor(this.random.exponential(habits.meanFurtherGapMs));
    this.visits.sink();
  }

  /** Opens the visits that begin in the next minute. */
  private openVisits(): void {
    const fromMs = this.openedUntilMs;
    this.desk.advance(fromMs);
    const perMinute = (this.options.clicksPerDay * this.rhythm.usualHourShare(fromMs)) / 60 / habits.clicksPerVisit;
    const usual = this.random.poisson(perMinute);
    const isElection = this.rhythm.isElectionNight(fromMs);
    const additional = isElection ? this.random.poisson(perMinute * (electionNight.factor - 1)) : 0;
    for (let i = 0; i < usual + additional; i++) {
      this.openVisit(fromMs, i >= usual && this.random.next() < habits.electionVisits);
    }
    this.openedUntilMs = fromMs + minuteMs;
  }

  private openVisit(fromMs: number, forElection: boolean): void {
    this.sessions += 1;
    this.visits.add({
      nextAtMs: fromMs + this.random.below(minuteMs),
      clicksLeft: habits.fewestClicksPerVisit + Math.floor(this.random.exponential(meanFurtherClicks)),
      readerIndex: this.readers.draw(),
      sessionId: `s${this.sessions}`,
      referrer: this.random.pick(habits.referrers),
      forElection,
    });
  }

  private clickOf(visit: Visit): Click | undefined {
    const reader = this.readers.at(visit.readerIndex);
    const article = this.choose(reader, visit);
    if (article === undefined) return undefined;
    remember(reader, article);
    this.events += 1;
    return {
      event_id: `${this.eventPrefix}${this.events}`,
      user_id: `r${visit.readerIndex}`,
      article_id: article.id,
      occurred_at: this.utc.of(visit.nextAtMs),
      section: article.section,
      session_id: visit.sessionId,
      referrer: visit.referrer,
    };
  }

  /** Undefined when the reader has read everything that comes to hand. */
  private choose(reader: Reader, visit: Visit): Article | undefined {
    for (let tries = 0; tries < 4; tries++) {
      const article = this.chooseOnce(reader, visit) ?? this.desk.drawAny();
      if (article !== undefined && isNewTo(reader, article)) return article;
    }
    return undefined;
  }

  private chooseOnce(reader: Reader, visit: Visit): Article | undefined {
    if (visit.forElection) return this.desk.drawFromStory(electionStory);
    let way = this.random.next() - habits.archive;
    if (way < 0) return this.desk.drawFromArchive(visit.nextAtMs);
    way -= habits.followsStory;
    if (way < 0) return this.desk.drawFromStory(this.random.pick(reader.followed));
    way -= habits.likesSection;
    if (way < 0) return this.desk.drawFromSection(this.random.pick(reader.liked));
    return this.desk.drawAny();
  }
}
