/**
 * Weights improved by what readers would have found: one weight after the other is tried a step higher and a step lower, and
 * kept where hit@10 + NDCG@10 of the served lists rises. A likelihood, which the first weights come from, cares for every
 * article; a reader sees ten. A weight of popularity may fall below 0: what has been gone on with for long speaks against
 * what readers come for. Source: Hooke and Jeeves, "Direct Search" (1961), without the pattern moves.
 */
import type { MomentKind, ServedMoment } from './asServed';
import { clickQuality } from './asServedMethods';
import { blend, canServe } from './blend';
import type { BlendWeights, MomentWeights } from './blendWeights';

const steps = [0.1, 0.05, 0.025];
const momentsAtOnce = 500;
/** More change the weights by less than chance does, and cost as much again. */
const maxMoments = 12_000;

/** What is climbed: all of one kind. */
export interface Slope {
  readonly kind: MomentKind;
  readonly moments: readonly ServedMoment[];
  /** Everything but the weights of this kind. */
  readonly weights: BlendWeights;
  readonly withPersonal: boolean;
}

/** From each of `starts`, for there are hills beside the highest one; the best end counts. */
export function* climbing(slope: Slope, starts: readonly MomentWeights[]): Generator<void, MomentWeights> {
  // Where no weights serve what was opened there is nothing to learn, and no time to lose.
  const moments = evenly(slope.moments).filter(({ input, click }) => canServe(input, click.articleId));
  const thinned = { ...slope, moments };
  let best: Place | undefined;
  for (const start of starts) {
    const end = yield* climbFrom(start, thinned);
    if (best === undefined || end.quality > best.quality) best = end;
  }
  if (best === undefined) throw new RangeError('a climb needs a place to start from');
  return best.weights;
}

/** Of the whole time. */
function evenly(moments: readonly ServedMoment[]): readonly ServedMoment[] {
  const every = Math.ceil(moments.length / maxMoments);
  return moments.filter((_, index) => index % every === 0);
}

interface Place {
  readonly weights: MomentWeights;
  readonly quality: number;
}

function* climbFrom(start: MomentWeights, slope: Slope): Generator<void, Place> {
  let best = { weights: start, quality: yield* qualityOf(slope, start) };
  for (const step of steps) {
    for (const direction of directionsOf(start, slope)) {
      for (const change of [step, -step]) {
        const tried = direction(best.weights, change);
        const quality = yield* qualityOf(slope, tried);
        if (quality > best.quality) best = { weights: tried, quality };
      }
    }
  }
  return best;
}

type Direction = (weights: MomentWeights, change: number) => MomentWeights;

function directionsOf({ popularFirst, popularNext }: MomentWeights, { kind, withPersonal }: Slope): Direction[] {
  return [
    ...popularFirst.map(
      (_, at): Direction =>
        (weights, change) => {
          return { ...weights, popularFirst: changed(weights.popularFirst, at, change) };
        },
    ),
    ...popularNext.map(
      (_, at): Direction =>
        (weights, change) => {
          return { ...weights, popularNext: changed(weights.popularNext, at, change) };
        },
    ),
    // A visit goes on from an open article, and begins at a door.
    ...(kind === 'next' ? ([(weights, change) => atLeastZero(weights, 'nextList', change)] satisfies Direction[]) : []),
    ...(kind === 'first' ? ([(weights, change) => atLeastZero(weights, 'door', change)] satisfies Direction[]) : []),
    ...(withPersonal ? ([(weights, change) => atLeastZero(weights, 'personal', change)] satisfies Direction[]) : []),
  ];
}

const changed = (list: readonly number[], at: number, change: number): readonly number[] =>
  list.with(at, rounded((list[at] ?? 0) + change));

const atLeastZero = (weights: MomentWeights, part: 'nextList' | 'door' | 'personal', change: number): MomentWeights => {
  return { ...weights, [part]: Math.max(0, rounded(weights[part] + change)) };
};

const rounded = (weight: number): number => Number(weight.toFixed(4));

function* qualityOf({ kind, moments, weights }: Slope, ofKind: MomentWeights): Generator<void, number> {
  const tried = { ...weights, [kind]: ofKind };
  let sum = 0;
  for (const [index, { input, click }] of moments.entries()) {
    if (index % momentsAtOnce === 0) yield;
    const served = blend(input, tried).map(({ articleId }) => articleId);
    const { hitAt10, ndcgAt10 } = clickQuality(served, click.articleId);
    sum += hitAt10 + ndcgAt10;
  }
  return sum;
}
