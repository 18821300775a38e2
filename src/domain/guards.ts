/**
 * Guards over what readers would get. The set is counted list by list, so that memory grows with its articles and not
 * with its readers.
 */
import type { Catalogue } from './catalogue';
import { hourMs } from './durations';
import { popularPk, readerPk } from './keys';
import { itemBytes } from './shardItem';
import type { StoredList } from './storedList';

export interface GuardSettings {
  /** Smallest share of the readers with a list that is as long as the popular list. */
  readonly minFullListsShare: number;
  /** Smallest share of the catalogue that anybody is recommended. */
  readonly minCoverage: number;
  /** How much of all places the ten most recommended articles may hold, times what popularity alone gives them. */
  readonly maxConcentration: number;
  /** An article is old when readers have opened it for longer. */
  readonly freshHours: number;
  /** Largest share of all places that old articles may hold. */
  readonly maxStaleShare: number;
  readonly maxListLength: number;
  readonly maxItemBytes: number;
}

export interface Guard {
  readonly name: string;
  readonly figure: number;
  readonly is: 'at least' | 'at most';
  readonly bound: number;
  readonly passed: boolean;
}

interface ArticleTally {
  places: number;
  lastList: number;
  readonly old: boolean;
}

const leaders = 10;
const ownedBy = readerPk('');

export class SetTally {
  private readonly articles = new Map<string, ArticleTally>();
  private readonly lengths = new Map<number, number>();
  private lists = 0;
  private places = 0;
  private oldPlaces = 0;
  private listsWithRepetition = 0;
  private unknownPlaces = 0;
  private longest = 0;
  private largestItemBytes = 0;
  private popularLength = 0;
  private readerLists = 0;

  constructor(
    private readonly catalogue: Catalogue | undefined,
    private readonly settings: GuardSettings,
    private readonly dayEndMs: number,
  ) {}

  get readers(): number {
    return this.readerLists;
  }

  add(list: StoredList): void {
    const ids = list.articles.split(' ');
    const ofReader = list.pk.startsWith(ownedBy);
    this.lists += 1;
    this.longest = Math.max(this.longest, ids.length);
    this.largestItemBytes = Math.max(this.largestItemBytes, itemBytes(list));
    if (ofReader) {
      this.readerLists += 1;
      this.lengths.set(ids.length, (this.lengths.get(ids.length) ?? 0) + 1);
    }
    if (list.pk === popularPk) this.popularLength = ids.length;
    let repeated = false;
    for (const id of ids) {
      const article = this.articleOf(id);
      if (article === undefined) {
        this.unknownPlaces += 1;
        continue;
      }
      repeated ||= article.lastList === this.lists;
      article.lastList = this.lists;
      if (!ofReader) continue;
      article.places += 1;
      this.places += 1;
      if (article.old) this.oldPlaces += 1;
    }
    if (repeated) this.listsWithRepetition += 1;
  }

  guards(): Guard[] {
    const { settings, catalogue, popularLength } = this;
    const held = [...this.articles.values()].map(({ places }) => places).filter((places) => places > 0);
    const leading = held
      .sort((a, b) => b - a)
      .slice(0, leaders)
      .reduce((sum, places) => sum + places, 0);
    // Lists that are all alike give ten articles this much, and nothing can give them more in lists of this length.
    const evenShare = Math.min(leaders, popularLength) / Math.max(1, popularLength);
    return [
      atLeast('articles in the popular list', popularLength, Math.min(leaders, catalogue?.size ?? leaders)),
      atLeast(
        'share of readers with a full list',
        share(this.fullLists(), this.readerLists),
        settings.minFullListsShare,
      ),
      ...(catalogue === undefined
        ? []
        : [
            atLeast(
              'share of the catalogue that is recommended',
              share(held.length, catalogue.size),
              settings.minCoverage,
            ),
            atMost(
              `share of places with articles older than ${settings.freshHours} hours`,
              share(this.oldPlaces, this.places),
              settings.maxStaleShare,
            ),
            atMost('places with articles that are not in the catalogue', this.unknownPlaces, 0),
          ]),
      atMost(
        'share of places with the ten most recommended articles',
        share(leading, this.places),
        Math.min(1, settings.maxConcentration * evenShare),
      ),
      atMost('lists that repeat an article', this.listsWithRepetition, 0),
      atMost('articles in the longest list', this.longest, settings.maxListLength),
      atMost('bytes of the largest item', this.largestItemBytes, settings.maxItemBytes),
    ];
  }

  /** Undefined for an article that the catalogue does not have: of such there may be any number. */
  private articleOf(id: string): ArticleTally | undefined {
    const seen = this.articles.get(id);
    if (seen !== undefined) return seen;
    const firstSeenMs = this.catalogue?.get(id);
    if (this.catalogue !== undefined && firstSeenMs === undefined) return undefined;
    const oldBeforeMs = this.dayEndMs - this.settings.freshHours * hourMs;
    const article = { places: 0, lastList: 0, old: firstSeenMs !== undefined && firstSeenMs < oldBeforeMs };
    this.articles.set(id, article);
    return article;
  }

  private fullLists(): number {
    let full = 0;
    for (const [length, lists] of this.lengths) if (length >= this.popularLength) full += lists;
    return full;
  }
}

function atLeast(name: string, figure: number, bound: number): Guard {
  return { name, figure, is: 'at least', bound, passed: figure >= bound };
}

function atMost(name: string, figure: number, bound: number): Guard {
  return { name, figure, is: 'at most', bound, passed: figure <= bound };
}

/** Of nothing there is no share: a NaN passes no guard. */
function share(part: number, whole: number): number {
  return part / whole;
}
