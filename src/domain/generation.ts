/**
 * Generations of a day: the first is its run; each later one runs the day again, with clicks that came too late for the
 * one before. A generation has a manifest, a report and attempt numbers of its own, so no two make the same version.
 */
export const firstGeneration = 1;
/** Firehose delivers for 24 hours at most; a day that needs more than this has another problem. */
export const maxGenerations = 4;
/** What there can be of a day, the newest first. */
export const generationsNewestFirst: readonly number[] = Array.from(
  { length: maxGenerations },
  (_, index) => firstGeneration + maxGenerations - 1 - index,
);
/** More than the rungs of the longest ladder; together no more than a version can count. */
const attemptsPerGeneration = 24;

/** The numbers of the training attempts that a generation may use. */
export function attemptsOf(generation: number): { readonly first: number; readonly last: number } {
  const last = attemptsPerGeneration * generation;
  return { first: last - attemptsPerGeneration + 1, last };
}
