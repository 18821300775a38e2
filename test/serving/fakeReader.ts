/** A recommendation table in memory that can be told to fail or to keep its answers back, and counts what it was asked. */
import type { RankedList, RecommendationReader } from '../../src/clients/recommendationReader';

export class FakeReader implements RecommendationReader {
  version: string | undefined;
  /** By `<reader id>`, `popular` or `section <name>`, then `@<version>`. */
  readonly lists = new Map<string, RankedList>();
  readonly asked: string[] = [];
  /** Names of `asked` that fail; `*` for all. */
  failing = new Set<string>();
  private readonly held = new Map<string, Promise<void>>();

  /** A list that expires in the far future unless told otherwise (epoch seconds). */
  put(name: string, version: string, articles: string, expiresAt = 4_000_000_000): void {
    this.lists.set(`${name}@${version}`, { articles: articles.split(' '), expiresAt });
  }

  liveVersion(): Promise<string | undefined> {
    return this.answer('live', () => this.version);
  }

  readerList(userId: string, version: string): Promise<RankedList | undefined> {
    return this.answer(userId, () => this.lists.get(`${userId}@${version}`));
  }

  popularList(version: string): Promise<RankedList | undefined> {
    return this.answer('popular', () => this.lists.get(`popular@${version}`));
  }

  sectionList(section: string, version: string): Promise<RankedList | undefined> {
    return this.answer(`section ${section}`, () => this.lists.get(`section ${section}@${version}`));
  }

  /** Answers to `name` are decided when asked and given when the returned function is called. */
  hold(name: string): () => void {
    let release: () => void = () => undefined;
    this.held.set(name, new Promise((resolve) => (release = resolve)));
    return () => {
      this.held.delete(name);
      release();
    };
  }

  timesAsked(name: string): number {
    return this.asked.filter((one) => one === name).length;
  }

  private async answer<T>(name: string, value: () => T): Promise<T> {
    this.asked.push(name);
    const fails = this.failing.has('*') || this.failing.has(name);
    const decided = value();
    await (this.held.get(name) ?? Promise.resolve());
    if (fails) throw new Error(`no answer to ${name}`);
    return decided;
  }
}
