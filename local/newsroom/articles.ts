/**
 * The articles of the newsroom: published through the day, read much or hardly at all, ageing. What readers draw from
 * is refreshed every few minutes of newsroom time.
 */
import { headline, type Section, sections, storiesOf } from './headlines';
import { type Random, WeightedIndex } from './random';

export interface Article {
  readonly id: string;
  readonly headline: string;
  readonly section: Section;
  /** Index of the running story over all sections; what a reader can follow. */
  readonly story: number;
  readonly publishedAtMs: number;
}

const hourMs = 3_600_000;

/** Shape of the drawing power of articles; fitted to the figures of a real portal (see test/local/newsroom.test.ts). */
const shape = {
  /** Spread of log(drawing power): a few articles take most clicks. */
  powerSigma: 2.1,
  /** Most articles fade within a day or two, some are read for a week. */
  fadingHours: 30,
  lastingHours: 150,
  lastingShare: 0.12,
  /** An article leaves the pages after so long. */
  shelfHours: 240,
  refreshMs: 5 * 60_000,
} as const;

/** Newsrooms publish by day: articles in an hour of UTC, relative. */
const publishingCurve = [1, 1, 1, 1, 2, 4, 8, 10, 11, 11, 10, 10, 10, 10, 11, 11, 12, 11, 9, 8, 6, 4, 2, 1];
const curveSum = publishingCurve.reduce((sum, weight) => sum + weight, 0);

/** First story index of each section. */
const firstStory = new Map<Section, number>();
let storyCount = 0;
for (const section of sections) {
  firstStory.set(section, storyCount);
  storyCount += storiesOf(section);
}
export const totalStories = storyCount;

export class ArticleDesk {
  private readonly byId = new Map<string, Article>();
  private shelf: { article: Article; power: number; lifeMs: number }[] = [];
  private all = new WeightedIndex([]);
  private bySection = new Map<Section, { articles: number[]; index: WeightedIndex }>();
  private byStory: { articles: number[]; index: WeightedIndex }[] = [];
  private publishedUntilMs: number;
  private refreshedAtMs = Number.NEGATIVE_INFINITY;
  private published = 0;

  constructor(
    private readonly random: Random,
    private readonly articlesPerDay: number,
    startMs: number,
  ) {
    // The pages are full when the first reader comes.
    this.publishedUntilMs = startMs - shape.shelfHours * hourMs;
  }

  find(id: string): Article | undefined {
    return this.byId.get(id);
  }

  /** Publishes what is due and ages what is there; cheap unless some minutes have passed. */
  advance(nowMs: number): void {
    if (nowMs - this.refreshedAtMs < shape.refreshMs) return;
    while (this.publishedUntilMs < nowMs) this.publishHour();
    this.shelf = this.shelf.filter(({ article }) => nowMs - article.publishedAtMs < shape.shelfHours * hourMs);
    this.rebuild(nowMs);
    this.refreshedAtMs = nowMs;
  }

  drawAny(): Article | undefined {
    return this.shelf[this.all.draw(this.random)]?.article;
  }

  drawFromSection(section: Section): Article | undefined {
    return this.drawFrom(this.bySection.get(section));
  }

  drawFromStory(story: number): Article | undefined {
    return this.drawFrom(this.byStory[story]);
  }

  /** An old article that hardly anybody reads, found by search or an old link. */
  drawFromArchive(nowMs: number): Article {
    const id = `x${this.random.below(50_000_000)}`;
    const section = this.random.pick(sections);
    const story = this.random.below(storiesOf(section));
    const known = this.byId.get(id);
    if (known) return known;
    const article: Article = {
      id,
      section,
      story: (firstStory.get(section) ?? 0) + story,
      headline: headline(section, story, this.random),
      publishedAtMs: nowMs - (shape.shelfHours + this.random.exponential(4000)) * hourMs,
    };
    this.byId.set(id, article);
    return article;
  }

  private drawFrom(choice: { articles: number[]; index: WeightedIndex } | undefined): Article | undefined {
    const position = choice?.articles[choice.index.draw(this.random)];
    return position === undefined ? undefined : this.shelf[position]?.article;
  }

  private publishHour(): void {
    const hour = new Date(this.publishedUntilMs).getUTCHours();
    const expected = (this.articlesPerDay * (publishingCurve[hour] ?? 0)) / curveSum;
    const times = Array.from({ length: this.random.poisson(expected) }, () => this.random.below(hourMs));
    for (const offsetMs of times.sort((a, b) => a - b)) this.publish(this.publishedUntilMs + offsetMs);
    this.publishedUntilMs += hourMs;
  }

  private publish(publishedAtMs: number): void {
    const section = this.random.pick(sections);
    const story = this.random.below(storiesOf(section));
    this.published += 1;
    const article: Article = {
      id: `a${this.published}`,
      section,
      story: (firstStory.get(section) ?? 0) + story,
      headline: headline(section, story, this.random),
      publishedAtMs,
    };
    const lasting = this.random.next() < shape.lastingShare;
    this.byId.set(article.id, article);
    this.shelf.push({
      article,
      power: Math.exp(shape.powerSigma * this.random.normal()),
      lifeMs: (lasting ? shape.lastingHours : shape.fadingHours) * hourMs,
    });
  }

  private rebuild(nowMs: number): void {
    const weights = this.shelf.map(({ article, power, lifeMs }) => {
      const ageMs = nowMs - article.publishedAtMs;
      return ageMs < 0 ? 0 : power * Math.exp(-ageMs / lifeMs);
    });
    this.all = new WeightedIndex(weights);
    const choiceOf = (keep: (article: Article) => boolean) => {
      const articles = this.shelf.flatMap(({ article }, position) => (keep(article) ? [position] : []));
      return { articles, index: new WeightedIndex(articles.map((position) => weights[position] ?? 0)) };
    };
    this.bySection = new Map(sections.map((section) => [section, choiceOf((article) => article.section === section)]));
    this.byStory = Array.from({ length: totalStories }, (_, story) => choiceOf((article) => article.story === story));
  }
}
