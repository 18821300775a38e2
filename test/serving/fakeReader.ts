/** A recommendation table in memory that can be told to fail or to keep its answers back, and counts what it was asked. */
import {
  type FreshList,
  type RankedList,
  type RecommendationReader,
  UnreadableItem,
} from '../../src/clients/recommendationReader';
import type { BlendWeights } from '../../src/domain/blendWeights';
import type { PopularTable, ScoredList } from '../../src/domain/freshLists';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { FreshState } from '../../src/domain/freshState';

/** Of no importance where the table answers or fails at once. */
export const ampleMs = 20_000;
/** The circuit stays closed. */
export const patientRule = {
  windowMs: 1000,
  minCalls: 1000,
  maxFailureShare: 0.5,
  pauseMs: 1000,
  maxPauseMs: 1000,
  probes: 1,
  probeMs: 1000,
};

export class FakeReader implements RecommendationReader {
  version: string | undefined;
  /** By `<reader id>`, `popular` or `section <name>`, then `@<version>`. */
  readonly lists = new Map<string, RankedList>();
  readonly weights = new Map<string, BlendWeights>();
  popular: FreshList<PopularTable> | undefined;
  /** By `next <article id>` or `fresh section <name>`. */
  readonly fresh = new Map<string, FreshList<ScoredList>>();
  readonly asked: string[] = [];
  /** Names of `asked` that fail; `*` for all. */
  failing = new Set<string>();
  /** Names of `asked` of which the table holds something that cannot be read. */
  readonly unreadable = new Set<string>();
  private readonly held = new Map<string, Promise<void>>();

  /** A list that expires in the far future unless told otherwise (epoch seconds). */
  put(name: string, version: string, articles: string, expiresAt = 4_000_000_000): void {
    this.lists.set(`${name}@${version}`, { articles: articles.split(' '), expiresAt });
  }

  /** Scores fall from the first article to the last. */
  putFresh(name: string, articles: string, stamp: Omit<FreshList<unknown>, 'list'>): void {
    this.fresh.set(name, { list: scored(articles), ...stamp });
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

  blendWeights(version: string): Promise<BlendWeights | undefined> {
    return this.answer('weights', () => this.weights.get(version));
  }

  freshPopular(): Promise<FreshList<PopularTable> | undefined> {
    return this.answer('fresh popular', () => this.popular);
  }

  freshSection(section: string): Promise<FreshList<ScoredList> | undefined> {
    return this.answer(`fresh section ${section}`, () => this.fresh.get(`fresh section ${section}`));
  }

  freshDoor(door: number): Promise<FreshList<ScoredList> | undefined> {
    return this.answer(`fresh door ${door}`, () => this.fresh.get(`fresh door ${door}`));
  }

  nextList(articleId: string): Promise<FreshList<ScoredList> | undefined> {
    return this.answer(`next ${articleId}`, () => this.fresh.get(`next ${articleId}`));
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
    const isUnreadable = this.unreadable.has(name);
    const decided = value();
    await (this.held.get(name) ?? Promise.resolve());
    if (fails) throw new Error(`no answer to ${name}`);
    if (isUnreadable) throw new UnreadableItem(`${name} cannot be read`);
    return decided;
  }
}

export function scored(articles: string): ScoredList {
  const ids = articles.split(' ');
  return { articles: ids, scores: ids.map((_, rank) => 0.5 / (rank + 1)) };
}

/** As the fresh loop makes it of visits that begin with each article and go on with the next. */
export function popularTable(articles: string): PopularTable {
  const ids = articles.split(' ').filter((id) => id !== '');
  const atMs = Date.parse('2026-11-23T06:00:00Z');
  const state = FreshState.empty(defaultFreshSettings);
  for (const [rank, articleId] of ids.entries()) {
    for (let visit = rank; visit < ids.length; visit++) {
      const userId = `${articleId}-${visit}`;
      state.count({ userId, articleId, occurredAtMs: atMs - 120_000 }, atMs);
      state.count({ userId, articleId: ids[(rank + 1) % ids.length] ?? '', occurredAtMs: atMs - 60_000 }, atMs);
    }
  }
  return state.lists(atMs).popular;
}
