/**
 * Reads of the table that an answer waits for: within a time limit, and behind a circuit breaker, so that a table that is slow or
 * down costs an answer that limit at most, and soon nothing at all.
 */
import { UnreadableItem } from '../clients/recommendationReader';
import { admit, type Circuit, type CircuitRule, newCircuit, record } from '../domain/circuit';
import { withinMs } from './withinMs';

/** The table is left alone for a moment, because it failed too often. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
}

export interface GuardedReadsOptions {
  readonly rule: CircuitRule;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onChange: (state: Circuit['state']) => void;
}

/** Throws what the read throws, `TookTooLong`, or `CircuitOpen` without having read. */
export type GuardedRead = <T>(read: () => Promise<T>, limitMs: number) => Promise<T>;

export function createGuardedRead({ rule, now, onChange }: GuardedReadsOptions): GuardedRead {
  let circuit = newCircuit(rule, now());

  function enter(next: Circuit): void {
    const changed = next.state !== circuit.state;
    circuit = next;
    if (changed) onChange(next.state);
  }

  return async (read, limitMs) => {
    const { circuit: next, admitted } = admit(circuit, rule, now());
    enter(next);
    if (!admitted) throw new CircuitOpen('the recommendation table failed too often and is left alone for a moment');
    const { epoch } = next;
    try {
      const result = await withinMs(read(), limitMs);
      enter(record(circuit, { epoch, ok: true }, rule, now()));
      return result;
    } catch (error) {
      // A table that holds something odd has answered.
      enter(record(circuit, { epoch, ok: error instanceof UnreadableItem }, rule, now()));
      throw error;
    }
  };
}
