/**
 * The editors' desk: publishes articles through the day and keeps every one that was ever read, so that its headline
 * can be found. What readers draw from is weighed anew every few minutes of newsroom time.
 */
import type { Article } from './article';
import { drawAttention, shelfHours } from './attention';
import { headline, type Section, stories } from './headlines';
import type { Random } from './random';
import { Shelf } from './shelf';

const hourMs = 3_600_000;
const refreshMs = 5 * 60_000;

/** Newsrooms publish by day: articles in an hour of UTC, relative. */
const publishingCurve = [1, 1, 1, 1, 2, 4, 8, 10, 11, 11, 10, 10, 10, 10, 11, 11, 12, 11, 9, 8, 6, 4, 2, 1];
const curveSum = publishingCurve.reduce((sum, weight) => sum + weight, 0);

/** Old articles that search engines and old links still lead to: a few are found again and again, most once. */
const archive = { articles: 600_000, skew: 2, meanAgeHours: 4000 } as const;

export class ArticleDesk {
  private readonly byId = new Map<string, Article>();
  private readonly shelf = new Shelf();
  private readonly publishedOfStory = new Int32Array(stories.length);
  private publishedUntilMs: number;
  private refreshedAtMs = Number.NEGATIVE_INFINITY;
  private published = 0;

  constructor(
    private readonly random: Random,
    private readonly articlesPerDay: number,
    startMs: number,
  ) {
    // The pages are full when the first reader comes.
    this.publishedUntilMs = startMs - shelfHours * hourMs;
  }

  find(id: string): Article | undefined {
    return this.byId.get(id);
  }

  /** Publishes what is due and ages what is there; cheap unless some minutes have passed. */
  advance(nowMs: number): void {
    if (nowMs - this.refreshedAtMs < refreshMs) return;
    while (this.publishedUntilMs < nowMs + refreshMs) this.publishHour();
    this.shelf.refresh(nowMs);
    this.refreshedAtMs = nowMs;
  }

  drawAny(): Article | undefined {
    return this.shelf.drawAny(this.random);
  }

  drawFromSection(section: Section): Article | undefined {
    return this.shelf.drawFromSection(section, this.random);
  }

  drawFromStory(story: number): Article | undefined {
    return this.shelf.drawFromStory(story, this.random);
  }

  drawFromArchive(nowMs: number): Article {
    const id = `x${Math.floor(archive.articles * this.random.next() ** archive.skew)}`;
    return this.byId.get(id) ?? this.fetchFromArchive(id, nowMs);
  }

  private fetchFromArchive(id: string, nowMs: number): Article {
    const story = this.random.below(stories.length);
    const publishedAtMs = nowMs - Math.floor((shelfHours + this.random.exponential(archive.meanAgeHours)) * hourMs);
    return this.write(id, story, this.random.below(1000), publishedAtMs);
  }

  private publishHour(): void {
    const hour = new Date(this.publishedUntilMs).getUTCHours();
    const expected = (this.articlesPerDay * (publishingCurve[hour] ?? 0)) / curveSum;
    const times = Array.from({ length: this.random.poisson(expected) }, () => this.random.below(hourMs));
    for (const offsetMs of times.toSorted((a, b) => a - b)) this.publish(this.publishedUntilMs + offsetMs);
    this.publishedUntilMs += hourMs;
  }

  private publish(publishedAtMs: number): void {
    const story = this.random.below(stories.length);
    const nth = this.publishedOfStory[story] ?? 0;
    this.publishedOfStory[story] = nth + 1;
    this.published += 1;
    const article = this.write(`a${this.published}`, story, nth, publishedAtMs);
    this.shelf.add(article, drawAttention(this.random, publishedAtMs));
  }

  private write(id: string, story: number, nth: number, publishedAtMs: number): Article {
    const subject = stories[story];
    if (subject === undefined) throw new RangeError(`there is no story ${story}`);
    const article = { id, story, section: subject.section, headline: headline(subject, nth), publishedAtMs };
    this.byId.set(id, article);
    return article;
  }
}
