/**
 * Chooses blend weights by what would have been served best: fitted on the clicks of every second reader, judged on those of
 * the others against the weights that are in use. The personal list has a weight only where it adds to hits, beyond chance.
 * The same clicks always give the same weights.
 */
import { type AsServedOptions, AsServedReplay, type MomentKind, type ServedClick, type ServedMoment } from './asServed';
import { type QualityEstimate, ServedFigures } from './asServedFigures';
import { clickQuality, listOf } from './asServedMethods';
import { type BlendInput, blend, personalShares } from './blend';
import { fittingMixture } from './blendFit';
import { lastOf } from './blendSteps';
import type { BlendWeights, MomentWeights } from './blendWeights';
import { hashOfText } from './freshHash';

export interface KindChoice {
  /** Moments of the judged readers. */
  readonly moments: number;
  /** New weights, or those in use. */
  readonly fitted: boolean;
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
const maxMoments = 60_000;
const momentsAtOnce = 500;
const candidates = ['freshPopular', 'inUse', 'popular', 'personal', 'rival'] as const;
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
    const popular = yield* this.fit(fitting, false);
    const personal = yield* this.fit(fitting, true);
    const column = yield* bestColumn(judged, halfLivesMinutes.length, inUse);
    const figures = new ServedFigures(candidates);
    for (const [index, moment] of judged.entries()) {
      if (index % momentsAtOnce === 0) yield;
      const { input } = moment;
      const lists = {
        freshPopular: () => listOf('freshPopular', moment, { weights: inUse, column }),
        inUse: () => articlesOf(input, inUse),
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
    const withoutPersonal = yield* this.fit(moments, false);
    const withPersonal = yield* this.fit(moments, true);
    const weightsOf = (kind: MomentKind, { fitted, moments: judgedMoments, personalGain }: Decision): MomentWeights => {
      if (fitted) return (addsHits(personalGain) ? withPersonal : withoutPersonal)[kind];
      const kept = fromColumns(inUse[kind], inUse.halfLivesMinutes, halfLivesMinutes);
      return judgedMoments === 0 || addsHits(personalGain) ? kept : { ...kept, personal: 0 };
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

  private *fit(moments: readonly ServedMoment[], withPersonal: boolean): Generator<void, BlendWeights> {
    const { halfLivesMinutes, inUse } = this;
    const ofKind = (kind: MomentKind) => moments.filter((moment) => moment.kind === kind);
    const first = yield* fitKind(ofKind('first'), halfLivesMinutes.length, withPersonal);
    const next = yield* fitKind(ofKind('next'), halfLivesMinutes.length, withPersonal);
    return { ...inUse, halfLivesMinutes, first, next };
  }
}

/** Of all that the reader has read, what could be on a list. */
function readOf({ popular, next, personal = [], nightlyPopular = [], excluded }: BlendInput): ReadonlySet<string> {
  const lists = [
    popular?.articles ?? [],
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
  const fitted = yield* fittingMixture(rows, 2 * columns + 2);
  const weights = fitted.map((weight) => Number(weight.toFixed(4)));
  return {
    popularFirst: weights.slice(0, columns),
    popularNext: weights.slice(columns, 2 * columns),
    nextList: weights[2 * columns] ?? 0,
    personal: weights[2 * columns + 1] ?? 0,
  };
}

/** What each part gave to an article, in the order of the weights. */
function sharesOf(
  { popular, next, visit, personal = [] }: BlendInput,
  articleId: string,
  columns: number,
  withPersonal: boolean,
): number[] {
  const at = popular?.articles.indexOf(articleId) ?? -1;
  const zeros = Array.from({ length: columns }, () => 0);
  const nextList = next.get(visit[0] ?? '');
  const nextAt = nextList?.articles.indexOf(articleId) ?? -1;
  const rank = withPersonal ? personal.indexOf(articleId) : -1;
  return [
    ...(popular?.first[at] ?? zeros),
    ...(popular?.next[at] ?? zeros),
    nextList?.scores[nextAt] ?? 0,
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

/** Beyond chance, and not at the cost of their places. */
const addsHits = ({ hitAt10, ndcgAt10 }: QualityEstimate): boolean => hitAt10.low > 0 && ndcgAt10.value >= 0;

function decide(figures: ServedFigures<Candidate>, kind: MomentKind, hasRival: boolean): Decision {
  const personalGain = figures.difference(kind, 'personal', 'popular');
  const fittedOne: Candidate = addsHits(personalGain) ? 'personal' : 'popular';
  const quality = (method: Candidate): number =>
    figures.mean(kind, method, 'hitAt10') + figures.mean(kind, method, 'ndcgAt10');
  const fitted = quality(fittedOne) > quality('inUse');
  const chosen = fitted ? fittedOne : 'inUse';
  return {
    moments: figures.clicks(kind),
    fitted,
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
