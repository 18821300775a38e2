/**
 * What follows an attempt that made no model. Each kind of ending has a budget of its own in a run, so that a fault that
 * repeats itself does not eat the tries of another; a fault of code or data has none.
 */
import { memoryGib } from './instances';
import type { Rung } from './trainingJob';
import type { FinishedTrainingOutcome } from './trainingOutcome';

/** How an attempt ended: as its job did, or without one, or because the deadline or patience moved the training on. */
export type AttemptOutcome = FinishedTrainingOutcome | 'quota' | 'moved-on';

export type AfterAttempt =
  | { readonly kind: 'rung'; readonly rung: number; readonly waitSeconds: number }
  /** The ladder or the budget is used up. */
  | { readonly kind: 'exhausted' }
  /** Another attempt would end in the same way. */
  | { readonly kind: 'hopeless' };

/** Attempts of one run that may end so before the training moves to the next rung. */
const tries = {
  /** The service's own retry of InternalServerError has failed already when we see one. */
  'service-fault': 2,
  throttled: 3,
  /** It goes on from its checkpoint, so a second term finishes what is left. */
  'runtime-exceeded': 2,
  capacity: 3,
  quota: 3,
} as const;

const firstWaitSeconds = 60;
const maxWaitSeconds = 15 * 60;

export function afterAttempt(
  outcome: Exclude<AttemptOutcome, 'completed' | 'moved-on'>,
  rung: number,
  ladder: readonly Rung[],
  /** Outcomes of all attempts of the run on this rung, with this one. */
  onThisRung: readonly AttemptOutcome[],
): AfterAttempt {
  const already = onThisRung.filter((earlier) => earlier === outcome).length;
  switch (outcome) {
    case 'interrupted-out':
      return climb(rung, ladder);
    case 'service-fault':
    case 'runtime-exceeded':
      return already < tries[outcome] ? { kind: 'rung', rung, waitSeconds: 0 } : climb(rung, ladder);
    case 'throttled':
    case 'capacity':
    case 'quota': {
      // Another Spot type may have room at once; on demand costs money, and has its turn when time is short.
      const other = nextSpot(rung, ladder);
      if (outcome !== 'throttled' && other !== undefined) return { kind: 'rung', rung: other, waitSeconds: 0 };
      return already < tries[outcome]
        ? { kind: 'rung', rung, waitSeconds: Math.min(maxWaitSeconds, firstWaitSeconds * 2 ** (already - 1)) }
        : climb(rung, ladder);
    }
    case 'out-of-memory':
      return biggerThan(rung, ladder);
    case 'stopped':
    case 'data-rejected':
    case 'algorithm-error':
    case 'input-missing':
      return { kind: 'hopeless' };
  }
}

function climb(rung: number, ladder: readonly Rung[]): AfterAttempt {
  return rung + 1 < ladder.length ? { kind: 'rung', rung: rung + 1, waitSeconds: 0 } : { kind: 'exhausted' };
}

function nextSpot(rung: number, ladder: readonly Rung[]): number | undefined {
  const found = ladder.findIndex(({ market }, index) => index > rung && market === 'spot');
  return found < 0 ? undefined : found;
}

/** The first rung with more memory, on the same market if there is one. */
function biggerThan(rung: number, ladder: readonly Rung[]): AfterAttempt {
  const here = ladder[rung];
  const had = here && memoryGib(here.instanceType);
  if (here === undefined || had === undefined) return { kind: 'hopeless' };
  const bigger = ladder.map(({ instanceType }) => (memoryGib(instanceType) ?? 0) > had);
  const sameMarket = ladder.findIndex(({ market }, index) => bigger[index] === true && market === here.market);
  const any = sameMarket >= 0 ? sameMarket : bigger.indexOf(true);
  return any < 0 ? { kind: 'hopeless' } : { kind: 'rung', rung: any, waitSeconds: 0 };
}
