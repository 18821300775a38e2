/** The lists of a replay between two beats, read back from the text that would have been published. */
import type { ServedClick } from './asServed';
import { hourMs } from './durations';
import { listOfDoor } from './freshDoors';
import { formatPopular, formatScored, parsePopular, parseScored } from './freshItem';
import { type FreshLists, type PopularTable, type ScoredList, sharesOfAll } from './freshLists';
import type { FreshSettings } from './freshSettings';
import { FreshState } from './freshState';

const popularHourLength = 200;

export class ServedLists {
  table: PopularTable;
  rankings: readonly (readonly string[])[] = [];
  popularHour: readonly string[] = [];
  atMs = Number.NEGATIVE_INFINITY;
  newestCountedMs = Number.NEGATIVE_INFINITY;
  private lists: FreshLists | undefined;
  private readonly state: FreshState;
  private readonly nextLists = new Map<string, ScoredList>();
  private doorLists: ReadonlyMap<number, ScoredList> = new Map();
  private readonly known = new Set<string>();
  private hour: ServedClick[] = [];

  constructor(settings: FreshSettings) {
    this.state = FreshState.empty(settings);
    this.table = this.state.lists(0).popular;
  }

  know({ articleId }: ServedClick): void {
    this.known.add(articleId);
  }

  knows(articleId: string): boolean {
    return this.known.has(articleId);
  }

  refresh(delivered: readonly ServedClick[], atMs: number, isJudged: boolean): void {
    for (const click of delivered) {
      this.newestCountedMs = Math.max(this.newestCountedMs, click.occurredAtMs);
      this.state.count(click, atMs);
      this.know(click);
    }
    this.state.prune(atMs);
    this.atMs = atMs;
    this.hour = [...this.hour, ...delivered].filter(({ occurredAtMs }) => occurredAtMs > atMs - hourMs);
    if (!isJudged) return;
    this.lists = this.state.lists(atMs);
    this.nextLists.clear();
    const table = parsePopular(formatPopular(this.lists.popular));
    this.table = table;
    this.rankings = table.halfLivesMinutes.map((_, column) => ranking(table, column));
    this.doorLists = new Map(Array.from(this.lists.doors, ([door, list]) => [door, parseScored(formatScored(list))]));
    this.popularHour = mostClicked(this.hour);
  }

  /** For a reader whose last click came through a door. */
  doorList(door: number | undefined): ScoredList | undefined {
    return listOfDoor(this.doorLists, door);
  }

  nextList(article: string): ScoredList | undefined {
    const known = this.nextLists.get(article);
    const made = known === undefined ? this.lists?.next.get(article) : undefined;
    if (made === undefined) return known;
    const list = parseScored(formatScored(made));
    this.nextLists.set(article, list);
    return list;
  }
}

function ranking(table: PopularTable, column: number): string[] {
  const shares = sharesOfAll(table, column);
  return ranked(table.articles.map((article, at) => [article, shares[at] ?? 0]));
}

function mostClicked(clicks: readonly ServedClick[]): string[] {
  const counts = new Map<string, number>();
  for (const { articleId } of clicks) counts.set(articleId, (counts.get(articleId) ?? 0) + 1);
  return ranked([...counts]).slice(0, popularHourLength);
}

/** Articles by their scores; of equal ones the ids decide. */
export function ranked(scores: readonly [string, number][]): string[] {
  return scores.toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([article]) => article);
}
