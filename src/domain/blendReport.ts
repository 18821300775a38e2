/** What was chosen of a blend, in words for operators: the same in the CLI, the demo and the report. */
import type { BlendChoice, KindChoice } from './blendChoice';

const momentNames = { first: 'first clicks', next: 'next clicks' } as const;

/** Nothing of a run that was started before there was a choice. */
export function describeBlend(mark: BlendChoice | { readonly notChosen: string } | undefined): string[] {
  if (mark === undefined) return [];
  return 'notChosen' in mark ? [`as before, for it could not be chosen: ${mark.notChosen}`] : blendLines(mark);
}

/** A line for each kind of moment; those without a moment are left out. */
function blendLines(choice: BlendChoice): string[] {
  return (['first', 'next'] as const)
    .filter((kind) => choice[kind].moments > 0)
    .map((kind) => `${momentNames[kind]}: ${ofKind(choice[kind])}`);
}

function ofKind(choice: KindChoice): string {
  const { moments, personalKept, personalGain, overFreshPopular, overRival } = choice;
  const parts = [
    `hit@10 ${change(overFreshPopular.hitAt10)} over fresh popularity`,
    personalKept
      ? `the personal part adds ${points(personalGain.hitAt10)}`
      : `the personal part adds nothing beyond chance (${points(personalGain.hitAt10)}) and weighs 0`,
    ...(overRival === undefined ? [] : [`${change(overRival.hitAt10)} over the live set`]),
    `${moments.toLocaleString('en-US')} measured`,
  ];
  return `${weightsOf(choice)}, ${parts.join(', ')}`;
}

function weightsOf({ fitted, plainPopularity }: KindChoice): string {
  if (plainPopularity) return 'popularity by one half-life';
  return fitted ? 'new weights' : 'weights as before';
}

interface WithInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of a ratio that had nothing to divide by there is nothing to say. */
function change({ value, low, high }: WithInterval): string {
  if (!Number.isFinite(value)) return 'not measurable';
  return `${percent(value - 1)} (${between(low, high, (bound) => percent(bound - 1))})`;
}

function points({ value, low, high }: WithInterval): string {
  if (!Number.isFinite(value)) return 'not measurable';
  return `${inPoints(value)} points of hit@10, ${between(low, high, inPoints)}`;
}

/** Among few readers some draws have nobody to measure, and then there is no interval. */
function between(low: number, high: number, text: (bound: number) => string): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `${text(low)} to ${text(high)}` : 'too few for an interval';
}

const inPoints = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;

const percent = (share: number): string => `${inPoints(share)} %`;
