/**
 * A circuit breaker as a pure state machine. Closed, it counts calls in windows and opens when too many of one fail; open, it lets
 * nothing through for a while; then half-open, it lets single calls through, one at a time, and closes after enough of them.
 * Who is not let through is not made to wait for the outcome of a probe.
 */

export interface CircuitRule {
  readonly windowMs: number;
  /** In a window, before its share of failures means anything. */
  readonly minCalls: number;
  readonly maxFailureShare: number;
  /** The first pause; each probe that fails doubles it, up to `maxPauseMs`. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
  /** In a row, that must succeed before the circuit closes. */
  readonly probes: number;
  /** After which a probe that never ended no longer keeps others from being tried. */
  readonly probeMs: number;
}

interface Common {
  /** Rises with each change of state, so that a call that began in an earlier one is not counted in this one. */
  readonly epoch: number;
}
interface Closed extends Common {
  readonly state: 'closed';
  readonly windowEndsAtMs: number;
  readonly calls: number;
  readonly failures: number;
}
interface Open extends Common {
  readonly state: 'open';
  readonly untilMs: number;
  readonly pauseMs: number;
}
interface HalfOpen extends Common {
  readonly state: 'half-open';
  readonly pauseMs: number;
  readonly successes: number;
  /** Nothing else is let through before this. */
  readonly busyUntilMs: number;
}
export type Circuit = Closed | Open | HalfOpen;

export const newCircuit = (rule: CircuitRule, nowMs: number): Circuit => closed(rule, nowMs, 0);

/** Whether a call may be made now; if so, its outcome is to be recorded with the epoch of the circuit returned. */
export function admit(circuit: Circuit, rule: CircuitRule, nowMs: number): { circuit: Circuit; admitted: boolean } {
  switch (circuit.state) {
    case 'closed':
      return { circuit, admitted: true };
    case 'open': {
      if (nowMs < circuit.untilMs) return { circuit, admitted: false };
      const { epoch, pauseMs } = circuit;
      const busyUntilMs = nowMs + rule.probeMs;
      return { circuit: { state: 'half-open', epoch: epoch + 1, pauseMs, successes: 0, busyUntilMs }, admitted: true };
    }
    case 'half-open':
      if (nowMs < circuit.busyUntilMs) return { circuit, admitted: false };
      return { circuit: { ...circuit, busyUntilMs: nowMs + rule.probeMs }, admitted: true };
  }
}

export interface Outcome {
  readonly epoch: number;
  readonly ok: boolean;
}

export function record(circuit: Circuit, { epoch, ok }: Outcome, rule: CircuitRule, nowMs: number): Circuit {
  if (epoch !== circuit.epoch) return circuit;
  switch (circuit.state) {
    case 'closed': {
      const window = nowMs < circuit.windowEndsAtMs ? circuit : closed(rule, nowMs, circuit.epoch);
      const [calls, failures] = [window.calls + 1, window.failures + (ok ? 0 : 1)];
      const tooMany = calls >= rule.minCalls && failures > calls * rule.maxFailureShare;
      return tooMany ? open(circuit.epoch + 1, rule.pauseMs, nowMs) : { ...window, calls, failures };
    }
    case 'open':
      return circuit;
    case 'half-open': {
      if (!ok) return open(circuit.epoch + 1, Math.min(circuit.pauseMs * 2, rule.maxPauseMs), nowMs);
      const successes = circuit.successes + 1;
      if (successes >= rule.probes) return closed(rule, nowMs, circuit.epoch + 1);
      return { ...circuit, successes, busyUntilMs: nowMs };
    }
  }
}

function closed(rule: CircuitRule, nowMs: number, epoch: number): Closed {
  return { state: 'closed', epoch, windowEndsAtMs: nowMs + rule.windowMs, calls: 0, failures: 0 };
}

function open(epoch: number, pauseMs: number, nowMs: number): Open {
  return { state: 'open', epoch, untilMs: nowMs + pauseMs, pauseMs };
}
