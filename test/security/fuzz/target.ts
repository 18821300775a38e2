/** What is fuzzed: something that takes one wrong input at a time, and must answer as its documents say. */
import { isNativeError } from 'node:util/types';
import type { Inputs } from './inputs';

export interface Target {
  readonly name: string;
  /** Of all inputs, relative to the other targets. */
  readonly share: number;
  /** Throws when the target did not do as it must. */
  run(inputs: Inputs): Promise<void> | void;
  /** At the end: what was opened is closed; throws when the target does not work any more. */
  close?(): Promise<void>;
}

/** The target did what it may not. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Runs what may refuse its input by these errors, and by no other. */
export function refusing(names: readonly string[], act: () => unknown): void {
  try {
    act();
  } catch (error) {
    throwUnlessNamed(error, names);
  }
}

export async function refusingLater(names: readonly string[], act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throwUnlessNamed(error, names);
  }
}

/** By the type of a failure of the pipeline, else by the error's name. */
function throwUnlessNamed(error: unknown, names: readonly string[]): void {
  // Not `instanceof`: under jest, errors of Node itself are of another realm.
  if (!isNativeError(error)) throw error;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : error.name;
  if (!names.includes(type)) throw error;
}
