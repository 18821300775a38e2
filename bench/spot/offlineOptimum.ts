/**
 * The least that a training on time can cost for somebody who knows the whole trace. Exact, in continuous time.
 *
 * Let n instances be started, Spot be had for L and on-demand for T. Progress is L + T - n·O = W, so the cost K·L + T is
 * W + n·O - (1 - K)·L: what counts is only which spells of Spot are used, and between which of them on-demand runs. A spell
 * is used whole, or the work ends in it; on-demand fills as much as is needed of the time between two used spells. So a
 * choice is possible if all that it covers, C, is at least W + n·O. A session no longer than its own start never pays: its
 * spell is taken for time without Spot. The choices are walked spell by spell; of those with as many starts, only the ones
 * that no other beats in both C and L are kept, and none that would cost more than on-demand alone.
 */
import { hourMs, isAvailable, type Window } from './window';

interface Spell {
  readonly lengthMs: number;
  readonly spot: boolean;
}

/** What was chosen up to some instant. */
interface Choice {
  readonly startsMs: number;
  readonly onDemandRuns: boolean;
  readonly coveredMs: number;
  readonly spotMs: number;
}

/** In hours of on-demand. */
export function offlineBound(window: Window): number {
  const { workMs, overheadMs, spotPrice } = window.job;
  const costMs = ({ startsMs, spotMs }: Choice, laterSpotMs: number): number => {
    const neededMs = workMs + startsMs;
    return neededMs - (1 - spotPrice) * Math.min(spotMs + laterSpotMs, neededMs);
  };
  const spells = withoutShort(spellsOf(window), overheadMs);
  let laterSpotMs = spells.reduce((sum, { spot, lengthMs }) => sum + (spot ? lengthMs : 0), 0);
  let choices: readonly Choice[] = [{ startsMs: 0, onDemandRuns: false, coveredMs: 0, spotMs: 0 }];
  for (const spell of spells) {
    if (spell.spot) laterSpotMs -= spell.lengthMs;
    const hopeful = choices
      .flatMap((choice) => extensions(choice, spell, overheadMs))
      .filter((choice) => costMs(choice, laterSpotMs) <= workMs + overheadMs);
    choices = unbeaten(hopeful);
  }
  const possible = choices.filter(({ startsMs, coveredMs }) => coveredMs >= workMs + startsMs);
  return Math.min(...possible.map((choice) => costMs(choice, 0))) / hourMs;
}

/**
 * The optimum as published figures have it: on the grid of the trace, so that work and starts take whole samples. It is no
 * bound for a policy whose starts are shorter than a sample, and is here to compare with those figures.
 */
export function offlineOptimum({ trace, startMs, job }: Window): number {
  const whole = (ms: number): number => Math.ceil(ms / trace.gapMs) * trace.gapMs;
  const [workMs, overheadMs] = [whole(job.workMs), whole(job.overheadMs)];
  // Where rounding up leaves too little time, on-demand is all that is left.
  const deadlineMs = Math.max(job.deadlineMs, workMs + overheadMs);
  return offlineBound({ trace, startMs, job: { ...job, workMs, overheadMs, deadlineMs } });
}

function extensions(choice: Choice, { lengthMs, spot }: Spell, overheadMs: number): Choice[] {
  const { startsMs, onDemandRuns } = choice;
  const idle = { ...choice, onDemandRuns: false };
  const covering = { ...choice, coveredMs: choice.coveredMs + lengthMs };
  const onDemand = { ...covering, onDemandRuns: true, startsMs: startsMs + (onDemandRuns ? 0 : overheadMs) };
  if (!spot) return [idle, onDemand];
  const spotMs = choice.spotMs + lengthMs;
  return [idle, onDemand, { ...covering, onDemandRuns: false, startsMs: startsMs + overheadMs, spotMs }];
}

function unbeaten(choices: readonly Choice[]): Choice[] {
  const sorted = [...choices].sort((a, b) => b.coveredMs - a.coveredMs || b.spotMs - a.spotMs);
  const mostSpotMs = new Map<string, number>();
  return sorted.filter(({ startsMs, onDemandRuns, spotMs }) => {
    const key = `${startsMs} ${onDemandRuns}`;
    if (spotMs <= (mostSpotMs.get(key) ?? -1)) return false;
    mostSpotMs.set(key, spotMs);
    return true;
  });
}

function spellsOf({ trace, startMs, job }: Window): Spell[] {
  const endMs = startMs + job.deadlineMs;
  const samples: Spell[] = [];
  for (let nowMs = startMs; nowMs < endMs; ) {
    const untilMs = Math.min(endMs, (Math.floor(nowMs / trace.gapMs) + 1) * trace.gapMs);
    samples.push({ lengthMs: untilMs - nowMs, spot: isAvailable(trace, nowMs) });
    nowMs = untilMs;
  }
  return joined(samples);
}

function withoutShort(spells: readonly Spell[], overheadMs: number): Spell[] {
  return joined(spells.map(({ lengthMs, spot }) => ({ lengthMs, spot: spot && lengthMs > overheadMs })));
}

function joined(spells: readonly Spell[]): Spell[] {
  const result: Spell[] = [];
  for (const { lengthMs, spot } of spells) {
    const last = result.at(-1);
    if (last?.spot === spot) result[result.length - 1] = { lengthMs: last.lengthMs + lengthMs, spot };
    else result.push({ lengthMs, spot });
  }
  return result;
}
