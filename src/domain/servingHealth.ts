/**
 * Whether serving does worse since a publish than before it. Too few answers, or none that are known of, prove nothing: then
 * it is unknown, which is no reason to go back and none to be at ease.
 */

/** Answers of a span of time. */
export interface ServingCounts {
  /** With a list, empty and degraded ones included. */
  readonly answers: number;
  /** 503: nothing could be served. */
  readonly unavailable: number;
  /** Of the answers, those without an article. */
  readonly empty: number;
  /** Of the answers, those made without the table. */
  readonly degraded: number;
}

export interface ServingPoint extends ServingCounts {
  readonly atMs: number;
}

export interface HealthRule {
  /** On each side; fewer prove nothing. */
  readonly minAnswers: number;
  /** A share at or below it is no harm, whatever it was before. */
  readonly floor: number;
  /** How many times the share of before it must exceed. */
  readonly ratio: number;
}

/** A bad set is bad for many readers: a share that doubles from one in a thousand is chance, a tenth of all is not. */
export const defaultHealthRule: HealthRule = { minAnswers: 200, floor: 0.02, ratio: 3 };

export type ServingHealth =
  | { readonly verdict: 'as before'; readonly answers: number }
  | { readonly verdict: 'worse'; readonly answers: number; readonly found: readonly string[] }
  | { readonly verdict: 'unknown'; readonly why: string };

const harms = [
  ['answers 503', ({ unavailable }: ServingCounts) => unavailable],
  ['empty answers', ({ empty }: ServingCounts) => empty],
  ['degraded answers', ({ degraded }: ServingCounts) => degraded],
] as const;

export function judgeServing(before: ServingCounts, after: ServingCounts, rule: HealthRule): ServingHealth {
  const [asked, askedBefore] = [askedOf(after), askedOf(before)];
  if (asked < rule.minAnswers) return unknown(`${asked} answers are known of since the publish`, rule);
  if (askedBefore < rule.minAnswers)
    return unknown(`${askedBefore} answers are known of from before the publish`, rule);
  const found = harms.flatMap(([name, countOf]) => {
    const [share, shareBefore] = [countOf(after) / asked, countOf(before) / askedBefore];
    const isWorse = share > rule.floor && share > rule.ratio * shareBefore;
    return isWorse ? [`${name}: ${percent(share)} after the publish, ${percent(shareBefore)} before`] : [];
  });
  return found.length === 0 ? { verdict: 'as before', answers: asked } : { verdict: 'worse', answers: asked, found };
}

export function sumOf(points: readonly ServingCounts[]): ServingCounts {
  const sum = (countOf: (point: ServingCounts) => number): number =>
    points.reduce((total, point) => total + countOf(point), 0);
  return {
    answers: sum(({ answers }) => answers),
    unavailable: sum(({ unavailable }) => unavailable),
    empty: sum(({ empty }) => empty),
    degraded: sum(({ degraded }) => degraded),
  };
}

function unknown(what: string, { minAnswers }: HealthRule): ServingHealth {
  return { verdict: 'unknown', why: `${what}, ${minAnswers} would tell something` };
}

function askedOf({ answers, unavailable }: ServingCounts): number {
  return answers + unavailable;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
