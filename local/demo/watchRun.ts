/** Follows one run to its end and tells what changes, a line at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type RunView, viewRun } from '../../src/clients/runs';
import type { GateDecision } from '../../src/domain/gate';
import type { RunDate } from '../../src/domain/runDate';

const lookEveryMs = 500;

/**
 * Resolves with the view of the run when it is over, rejects when `signal` says that nobody waits for it any more.
 * `startedSinceMs` tells the wanted run from an earlier one of the day.
 */
export async function watchRun(
  client: Client,
  { runDate, startedSinceMs, signal }: { runDate: RunDate; startedSinceMs: number; signal: AbortSignal },
  say: (line: string) => void,
): Promise<RunView> {
  const teller = new RunTeller(say);
  for (;;) {
    const view = await lookAt(client, runDate);
    if (view !== undefined && view.startedAtMs >= startedSinceMs) {
      teller.tell(view);
      if (view.state !== 'running') return view;
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
}

/** Nothing while Temporal is being started again. */
async function lookAt(client: Client, runDate: RunDate): Promise<RunView | undefined> {
  try {
    return await viewRun(client, runDate);
  } catch {
    return undefined;
  }
}

class RunTeller {
  private readonly told = new Set<string>();
  private interruptions = 0;
  private resumes = 0;

  constructor(private readonly say: (line: string) => void) {}

  /** In the order of the story: each stage with what is told of it. */
  tell(view: RunView): void {
    for (const { stage } of view.status?.stages ?? []) {
      this.once(`stage: ${stage}`);
      if (stage === 'waiting for clicks' && view.waitingFor !== undefined) this.tellWaiting(view.waitingFor);
      if (stage === 'training' && view.training !== undefined) this.tellTraining(view.training);
      if (stage === 'gate' && view.status?.gate !== undefined) this.tellGate(view.status.gate);
      if (stage === 'loading' && view.itemsLoaded !== undefined) {
        this.once(`loading: ${view.itemsLoaded.toLocaleString('en')} items`);
      }
    }
  }

  /** The hours alone: what else the message says changes with every look. */
  private tellWaiting(message: string): void {
    const hours = /\d+ of 24 hours have objects/.exec(message)?.[0];
    this.once(`waiting: ${hours ?? message}`);
  }

  private tellTraining({ jobName, status, interruptions, progress }: NonNullable<RunView['training']>): void {
    this.once(`training: job ${jobName}`);
    if (interruptions > this.interruptions) {
      this.say(`training: INTERRUPTED, Spot took the instance back (interruption ${interruptions})`);
      this.interruptions = interruptions;
    }
    const resumes = progress?.resumedFrom ?? [];
    if (resumes.length > this.resumes) {
      this.say(`training: RESUMED from the checkpoint after ${resumes.at(-1)} iterations`);
      this.resumes = resumes.length;
    }
    if (progress === undefined || status !== 'Training') {
      this.once(`training: ${status}${this.interruptions === 0 ? '' : ` (after interruption ${this.interruptions})`}`);
      return;
    }
    const { phase, iteration, iterations, completed, total } = progress;
    this.once(`training: ${phase} ${iteration}/${iterations} (${completed} of ${total} iterations)`);
  }

  private tellGate({ checks, guards = [] }: GateDecision): void {
    for (const { name, value, bound, passed, inDoubt } of checks) {
      const verdict = passed ? 'passed' : inDoubt ? 'IN DOUBT' : 'FAILED';
      this.once(`gate: ${verdict}  ${name}: ${figure(value)}, needs ${figure(bound)}`);
    }
    for (const guard of guards.filter(({ passed }) => !passed)) {
      this.once(`gate: FAILED  ${guard.name}: ${figure(guard.figure)}, needs ${guard.is} ${figure(guard.bound)}`);
    }
    if (guards.every(({ passed }) => passed)) this.once(`gate: ${guards.length} guards of the lists passed`);
  }

  private once(line: string): void {
    if (this.told.has(line)) return;
    this.told.add(line);
    this.say(line);
  }
}

function figure(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(4);
}
