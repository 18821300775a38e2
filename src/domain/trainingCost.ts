/** What a run's training cost, over all its attempts, and what Spot saved. */
import { onDemandPriceUsd } from './instances';
import type { Rung } from './trainingJob';

export interface PricedAttempt extends Pick<Rung, 'instanceType' | 'market' | 'pricePerHourUsd'> {
  readonly trainingSeconds: number;
  /** SageMaker tells a discount of Spot as fewer billable seconds at the on-demand price. */
  readonly billableSeconds: number;
  readonly interruptions: number;
  readonly lostSeconds?: number;
}

export interface TrainingMoney {
  /** Null when the price of a rung that was used is not known. */
  readonly costUsd: number | null;
  /** What the same instances would have cost for the same time on demand. */
  readonly onDemandUsd: number | null;
  /** 0 to 100: of the price on demand, seconds against billable seconds, as AWS states it. */
  readonly savingPercent: number;
  readonly trainingSeconds: number;
  readonly billableSeconds: number;
  readonly interruptions: number;
  /** From reclaims until training went on. */
  readonly lostSeconds: number;
  readonly byRung: readonly {
    readonly rung: string;
    readonly attempts: number;
    readonly billableSeconds: number;
    readonly costUsd: number | null;
  }[];
}

export const rungName = ({ instanceType, market }: Pick<Rung, 'instanceType' | 'market'>): string =>
  `${instanceType} ${market}`;

export function pricePerHourUsd(rung: Pick<Rung, 'instanceType' | 'pricePerHourUsd'>): number | undefined {
  return rung.pricePerHourUsd ?? onDemandPriceUsd(rung.instanceType);
}

export function moneyOf(attempts: readonly PricedAttempt[]): TrainingMoney {
  const trainingSeconds = sum(attempts, (attempt) => attempt.trainingSeconds);
  const billableSeconds = sum(attempts, (attempt) => attempt.billableSeconds);
  return {
    costUsd: costOf(attempts, 'billableSeconds'),
    onDemandUsd: costOf(attempts, 'trainingSeconds'),
    savingPercent: trainingSeconds === 0 ? 0 : round(100 * (1 - billableSeconds / trainingSeconds), 1),
    trainingSeconds,
    billableSeconds,
    interruptions: sum(attempts, (attempt) => attempt.interruptions),
    lostSeconds: round(
      sum(attempts, (attempt) => attempt.lostSeconds ?? 0),
      1,
    ),
    byRung: [...new Set(attempts.map(rungName))].map((rung) => {
      const here = attempts.filter((attempt) => rungName(attempt) === rung);
      return {
        rung,
        attempts: here.length,
        billableSeconds: sum(here, (attempt) => attempt.billableSeconds),
        costUsd: costOf(here, 'billableSeconds'),
      };
    }),
  };
}

/** For humans: `$0.08, 65 % saved, 2 interruptions, 4 min lost`. */
export function describeMoney({ costUsd, savingPercent, interruptions, lostSeconds }: TrainingMoney): string {
  return [
    costUsd === null ? 'price not known' : `$${costUsd.toFixed(2)}`,
    `${savingPercent} % saved`,
    `${interruptions} ${interruptions === 1 ? 'interruption' : 'interruptions'}`,
    ...(lostSeconds === 0 ? [] : [`${(lostSeconds / 60).toFixed(1)} min lost`]),
  ].join(', ');
}

/**
 * How long the next attempt may run without costing more than what is left, seconds, at the full price: nobody knows
 * the discount of Spot before. Infinite without a limit.
 */
export function affordableSeconds(
  rung: Rung,
  attempts: readonly PricedAttempt[],
  maxCostUsd: number | undefined,
): number {
  if (maxCostUsd === undefined) return Number.POSITIVE_INFINITY;
  const price = pricePerHourUsd(rung);
  const spent = costOf(attempts, 'billableSeconds');
  if (price === undefined || spent === null) return 0;
  return Math.max(0, Math.floor(((maxCostUsd - spent) / price) * 3600));
}

function costOf(attempts: readonly PricedAttempt[], seconds: 'billableSeconds' | 'trainingSeconds'): number | null {
  let usd = 0;
  for (const attempt of attempts) {
    const price = pricePerHourUsd(attempt);
    if (price === undefined && attempt[seconds] > 0) return null;
    usd += ((price ?? 0) * attempt[seconds]) / 3600;
  }
  return round(usd, 4);
}

function sum(attempts: readonly PricedAttempt[], of: (attempt: PricedAttempt) => number): number {
  return attempts.reduce((total, attempt) => total + of(attempt), 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
