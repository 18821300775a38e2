/**
 * The articles that readers can come upon, and how they come upon them: over the whole front page, in a section, or
 * following a story. The order is by story, and stories of a section are side by side, so one running sum of attention
 * serves all three.
 */
import type { Article } from './article';
import { type Attention, attentionAt, shelfHours } from './attention';
import { type Section, sections, stories } from './headlines';
import type { Random } from './random';
import { WeightedIndex } from './weightedIndex';

interface Placed {
  readonly article: Article;
  readonly attention: Attention;
}

const shelfMs = shelfHours * 3_600_000;

const storiesOfSection: ReadonlyMap<Section, { readonly first: number; readonly end: number }> = new Map(
  sections.map((section) => {
    const first = stories.findIndex((story) => story.section === section);
    return [section, { first, end: first + stories.filter((story) => story.section === section).length }];
  }),
);

export class Shelf {
  private readonly byStory: Placed[][] = stories.map(() => []);
  private hasNew = false;
  private layout = layOut([]);
  private byAttention = new WeightedIndex([]);
  /** Who likes a section or follows a story reads more of it than its leads. */
  private byInterest = new WeightedIndex([]);

  /** Articles of a story come in the order of publication. */
  add(article: Article, attention: Attention): void {
    this.byStory[article.story]?.push({ article, attention });
    this.hasNew = true;
  }

  /** Weighs the articles as of now; takes old ones away when new ones have come. */
  refresh(nowMs: number): void {
    if (this.hasNew) {
      for (const placed of this.byStory) removeOld(placed, nowMs);
      this.layout = layOut(this.byStory);
      this.hasNew = false;
    }
    const { articles, publishedAtMs, power, placedAtMs, lifeMs } = this.layout;
    const attention = new Float64Array(articles.length);
    const interest = new Float64Array(articles.length);
    for (let i = 0; i < articles.length; i++) {
      if ((publishedAtMs[i] ?? 0) > nowMs) continue;
      const weight = attentionAt(power[i] ?? 0, placedAtMs[i] ?? 0, lifeMs[i] ?? 0, nowMs);
      attention[i] = weight;
      interest[i] = Math.sqrt(weight);
    }
    this.byAttention = new WeightedIndex(attention);
    this.byInterest = new WeightedIndex(interest);
  }

  drawAny(random: Random): Article | undefined {
    return this.layout.articles[this.byAttention.draw(random)];
  }

  drawFromSection(section: Section, random: Random): Article | undefined {
    const { first, end } = storiesOfSection.get(section) ?? { first: 0, end: 0 };
    return this.layout.articles[this.byInterest.draw(random, this.layout.begins[first], this.layout.begins[end])];
  }

  drawFromStory(story: number, random: Random): Article | undefined {
    return this.layout.articles[this.byInterest.draw(random, this.layout.begins[story], this.layout.begins[story + 1])];
  }
}

function removeOld(placed: Placed[], nowMs: number): void {
  const firstKept = placed.findIndex(({ article }) => nowMs - article.publishedAtMs < shelfMs);
  placed.splice(0, firstKept === -1 ? placed.length : firstKept);
}

/** Side by side in plain arrays, so that weighing thousands of articles every few minutes costs little. */
interface Layout {
  readonly articles: readonly Article[];
  readonly publishedAtMs: Float64Array;
  readonly power: Float64Array;
  readonly placedAtMs: Float64Array;
  readonly lifeMs: Float64Array;
  /** Where each story begins among `articles`; one entry more, for the end of the last. */
  readonly begins: readonly number[];
}

function layOut(byStory: readonly (readonly Placed[])[]): Layout {
  const all = byStory.flat();
  const begins = [0];
  for (const placed of byStory) begins.push((begins.at(-1) ?? 0) + placed.length);
  return {
    articles: all.map(({ article }) => article),
    publishedAtMs: new Float64Array(all.map(({ article }) => article.publishedAtMs)),
    power: new Float64Array(all.map(({ attention }) => attention.power)),
    placedAtMs: new Float64Array(all.map(({ attention }) => attention.placedAtMs)),
    lifeMs: new Float64Array(all.map(({ attention }) => attention.lifeMs)),
    begins,
  };
}
