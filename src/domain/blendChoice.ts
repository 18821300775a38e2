/**
 * Chooses blend weights by what would have been served best: fitted on the clicks of every second reader, judged on those of
 * the others against the weights that are in use and against popularity by one half-life. What was judged is what is chosen.
 * The personal list has a weight only where it adds to hits, beyond chance. The same clicks always give the same weights.
 */
import { type AsServedOptions, AsServedReplay, type MomentKind, type ServedClick, type ServedMoment } from './asServed';
import { type QualityEstimate, ServedFigures } from './asServedFigures';
import { clickQuality, listOf } from './asServedMethods';
import { type BlendInput, blend, personalShares } from './blend';
import { climbing } from './blendClimb';
import { fittingMixture } from './blendFit';
import { lastOf } from './blendSteps';
import type { BlendWeights, MomentWeights } from './blendWeights';
import { hashOfText } from './freshHash';

export interface KindChoice {
  /** Moments of the judged readers. */
  readonly moments: number;
  /** New weights, or those in use. */
  readonly fitted: boolean;
  /** The new weights are those of popularity by one half-life: nothing that was tried did better. */
  readonly plainPopularity?: true;
  /** It has a weight. */
  readonly personalKept: boolean;
  /** What the personal list adds to hit@10 and NDCG@10. */
  readonly personalGain: QualityEstimate;
  /** Of the chosen blend's figures to those of popularity by the best single half-life. */
  readonly overFreshPopular: QualityEstimate;
  /** The same to those of the other set, where there is one. */
  readonly overRival?: QualityEstimate;
}

/** Personal lists of another set. */
export type RivalLists = ReadonlyMap<string, readonly string[]>;

export interface BlendChoice {
  readonly weights: BlendWeights;
  /** The best of one half-life alone. */
  readonly halfLifeMinutes: number;
  readonly first: KindChoice;
  readonly next: KindChoice;
}

type Decision = Omit<KindChoice, 'personalKept'>;

/** More moments than this are not kept: every second reader is left out, and again. */
const maxMoments = 100_000;
const momentsAtOnce = 500;
const candidates = ['freshPopular', 'inUse', 'plain', 'popular', 'personal', 'rival'] as const;
type Candidate = (typeof candidates)[number];

export function chooseBlend(clicks: Iterable<ServedClick>, options: AsServedOptions, inUse: BlendWeights): BlendChoice {
  const replay = new AsServedReplay(options);
  const chooser = new BlendChooser(options.settings.halfLivesMinutes, inUse);
  for (const click of clicks) replay.play(click, (moment) => chooser.add(moment));
  return chooser.choose();
}

export class BlendChooser {
  private moments: ServedMoment[] = [];
  private keptOneIn = 1;

  constructor(
    private readonly halfLivesMinutes: readonly number[],
    private readonly inUse: BlendWeights,
  ) {}

  add(moment: ServedMoment): void {
    if (!this.isKept(moment)) return;
    this.moments.push({ ...moment, input: { ...moment.input, excluded: readOf(moment.input) } });
    while (this.moments.length > maxMoments) {
      this.keptOneIn *= 2;
      this.moments = this.moments.filter((kept) => this.isKept(kept));
    }
  }

  choose(): BlendChoice {
    return lastOf(this.choosing());
  }

  /** Those whose moments decide. */
  get readers(): string[] {
    return [...new Set(this.moments.filter((moment) => !isForFitting(moment)).map(({ click }) => click.userId))];
  }

  /**
   * The same in steps of some ten milliseconds, for a process that has other work too. `rival` has the lists of another set
   * for `readers`, which is compared as it is served now: with the weights in use.
   */
  *choosing(rival?: RivalLists): Generator<void, BlendChoice> {
    const { halfLivesMinutes, inUse, moments } = this;
    const fitting = moments.filter((moment) => isForFitting(moment));
    const judged = moments.filter((moment) => !isForFitting(moment));
    const column = yield* bestColumn(judged, halfLivesMinutes.length, inUse);
    const inUseOf = (kind: MomentKind): MomentWeights => {
      return { ...fromColumns(inUse[kind], inUse.halfLivesMinutes, halfLivesMinutes), personal: 0 };
    };
    const plainOfKind = plainPopularity(halfLivesMinutes.length, column, judged);
    const plain = { ...inUse, halfLivesMinutes, first: plainOfKind, next: plainOfKind };
    const before = { first: inUseOf('first'), next: inUseOf('next') };
    const popular = yield* this.fit(fitting, before);
    const personal = yield* this.withPersonal(fitting, popular);
    const figures = new ServedFigures(candidates);
    for (const [index, moment] of judged.entries()) {
      if (index % momentsAtOnce === 0) yield;
      const { input } = moment;
      const lists = {
        freshPopular: () => listOf('freshPopular', moment, { weights: inUse, column }),
        inUse: () => articlesOf(input, inUse),
        plain: () => articlesOf(input, plain),
        popular: () => articlesOf(input, popular),
        personal: () => articlesOf(input, personal),
        rival: () => articlesOf({ ...input, personal: rival?.get(moment.click.userId) ?? [] }, inUse),
      };
      const { userId, articleId } = moment.click;
      figures.add(userId, moment.kind, (method) => clickQuality(lists[method](), articleId));
    }
    yield* figures.drawing();
    const first = decide(figures, 'first', rival !== undefined);
    const next = decide(figures, 'next', rival !== undefined);
    const weightsOf = (kind: MomentKind, decision: Decision): MomentWeights => {
      const { fitted, moments: judgedMoments, personalGain } = decision;
      if (decision.plainPopularity) return plain[kind];
      if (fitted) return (addsHits(personalGain) ? personal : popular)[kind];
      const { personal: personalInUse } = inUse[kind];
      const keepsPersonal = judgedMoments === 0 || addsHits(personalGain);
      return { ...inUseOf(kind), ...(keepsPersonal ? { personal: personalInUse } : {}) };
    };
    const weights = { ...inUse, halfLivesMinutes, first: weightsOf('first', first), next: weightsOf('next', next) };
    return {
      weights,
      halfLifeMinutes: halfLivesMinutes[column] ?? 0,
      first: { ...first, personalKept: weights.first.personal > 0 },
      next: { ...next, personalKept: weights.next.personal > 0 },
    };
  }

  private isKept({ click }: ServedMoment): boolean {
    return Math.floor(hashOfText(click.userId) / 2) % this.keptOneIn === 0;
  }

  /** The likeliest mixture and the weights of `before`, improved step by step; the better of them. Nothing is personal. */
  private *fit(
    moments: readonly ServedMoment[],
    before: Pick<BlendWeights, MomentKind>,
  ): Generator<void, BlendWeights> {
    let weights: BlendWeights = { ...this.inUse, halfLivesMinutes: this.halfLivesMinutes };
    for (const kind of ['first', 'next'] as const) {
      const ofKind = moments.filter((moment) => moment.kind === kind);
      const likeliest = yield* fitKind(ofKind, this.halfLivesMinutes.length, false);
      const slope = { kind, moments: ofKind, weights, withPersonal: false };
      weights = { ...weights, [kind]: yield* climbing(slope, [likeliest, before[kind]]) };
    }
    return weights;
  }

  /** The same, from what it is without. */
  private *withPersonal(moments: readonly ServedMoment[], popular: BlendWeights): Generator<void, BlendWeights> {
    let weights = popular;
    for (const kind of ['first', 'next'] as const) {
      const ofKind = moments.filter((moment) => moment.kind === kind);
      const { personal } = yield* fitKind(ofKind, this.halfLivesMinutes.length, true);
      // Not even likely to have led a reader anywhere.
      if (personal === 0) continue;
      const start = { ...popular[kind], personal };
      weights = {
        ...weights,
        [kind]: yield* climbing({ kind, moments: ofKind, weights, withPersonal: true }, [start]),
      };
    }
    return weights;
  }
}

/** Of all that the reader has read, what could be on a list. */
function readOf({
  popular,
  next,
  door,
  personal = [],
  nightlyPopular = [],
  excluded,
}: BlendInput): ReadonlySet<string> {
  const lists = [
    popular?.articles ?? [],
    door?.articles ?? [],
    personal,
    nightlyPopular,
    ...[...next.values()].map(({ articles }) => articles),
  ];
  return new Set(lists.flatMap((articles) => articles.filter((article) => excluded.has(article))));
}

const isForFitting = ({ click }: ServedMoment): boolean => hashOfText(click.userId) % 2 === 0;

const articlesOf = (input: BlendInput, weights: BlendWeights): string[] =>
  blend(input, weights).map(({ articleId }) => articleId);

function* fitKind(
  moments: readonly ServedMoment[],
  columns: number,
  withPersonal: boolean,
): Generator<void, MomentWeights> {
  const rows = moments.flatMap(({ input, click }) => sharesOf(input, click.articleId, columns, withPersonal));
  const fitted = yield* fittingMixture(rows, 2 * columns + 3);
  const weights = fitted.map((weight) => Number(weight.toFixed(4)));
  return {
    popularFirst: weights.slice(0, columns),
    popularNext: weights.slice(columns, 2 * columns),
    nextList: weights[2 * columns] ?? 0,
    door: weights[2 * columns + 1] ?? 0,
    personal: weights[2 * columns + 2] ?? 0,
  };
}

/** What each part gave to an article, in the order of the weights. */
function sharesOf(
  { popular, next, door, visit, personal = [] }: BlendInput,
  articleId: string,
  columns: number,
  withPersonal: boolean,
): number[] {
  const at = popular?.articles.indexOf(articleId) ?? -1;
  const zeros = Array.from({ length: columns }, () => 0);
  const nextList = next.get(visit[0] ?? '');
  const nextAt = nextList?.articles.indexOf(articleId) ?? -1;
  const doorAt = door?.articles.indexOf(articleId) ?? -1;
  const rank = withPersonal ? personal.indexOf(articleId) : -1;
  return [
    ...(popular?.first[at] ?? zeros),
    ...(popular?.next[at] ?? zeros),
    nextList?.scores[nextAt] ?? 0,
    door?.scores[doorAt] ?? 0,
    rank < 0 ? 0 : (personalShares(personal.length)[rank] ?? 0),
  ];
}

/** By hit@10 of all moments. */
function* bestColumn(
  moments: readonly ServedMoment[],
  columns: number,
  weights: BlendWeights,
): Generator<void, number> {
  const hits = Array.from({ length: columns }, () => 0);
  for (const [index, moment] of moments.entries()) {
    if (index % momentsAtOnce === 0) yield;
    for (let column = 0; column < columns; column++) {
      const list = listOf('freshPopular', moment, { weights, column });
      hits[column] = (hits[column] ?? 0) + clickQuality(list, moment.click.articleId).hitAt10;
    }
  }
  return hits.indexOf(Math.max(...hits));
}

/** Popularity among all clicks by one half-life: those that begin a visit count by their share of all. */
function plainPopularity(columns: number, column: number, moments: readonly ServedMoment[]): MomentWeights {
  const shares = moments.flatMap(({ input }) => input.popular?.firstShares[column] ?? []);
  const firstShare = shares.reduce((sum, share) => sum + share, 0) / Math.max(shares.length, 1);
  const only = (weight: number) =>
    Array.from({ length: columns }, (_, at) => (at === column ? Number(weight.toFixed(4)) : 0));
  return { popularFirst: only(firstShare), popularNext: only(1 - firstShare), nextList: 0, door: 0, personal: 0 };
}

/** Beyond chance, and not at the cost of their places. */
const addsHits = ({ hitAt10, ndcgAt10 }: QualityEstimate): boolean => hitAt10.low > 0 && ndcgAt10.value >= 0;

function decide(figures: ServedFigures<Candidate>, kind: MomentKind, hasRival: boolean): Decision {
  const personalGain = figures.difference(kind, 'personal', 'popular');
  const fittedOne: Candidate = addsHits(personalGain) ? 'personal' : 'popular';
  const quality = (method: Candidate): number =>
    figures.mean(kind, method, 'hitAt10') + figures.mean(kind, method, 'ndcgAt10');
  const chosen = (['inUse', 'plain', fittedOne] as const).reduce((best, other) =>
    quality(other) > quality(best) ? other : best,
  );
  return {
    moments: figures.clicks(kind),
    fitted: chosen !== 'inUse',
    ...(chosen === 'plain' ? { plainPopularity: true } : {}),
    personalGain,
    overFreshPopular: figures.ratio(kind, chosen, 'freshPopular'),
    ...(hasRival ? { overRival: figures.ratio(kind, chosen, 'rival') } : {}),
  };
}

/** The weights of one set of half-lives as those of another; half-lives that were not weighed count nothing. */
function fromColumns(weights: MomentWeights, from: readonly number[], to: readonly number[]): MomentWeights {
  const moved = (list: readonly number[]) => to.map((halfLife) => list[from.indexOf(halfLife)] ?? 0);
  return { ...weights, popularFirst: moved(weights.popularFirst), popularNext: moved(weights.popularNext) };
}
