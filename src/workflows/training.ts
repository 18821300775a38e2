/** Training on the ladder: one job after another, on Spot while time allows, until one has made a model. */
import { sleep } from '@temporalio/workflow';
import type { DailyInput, FrozenManifest, TrainingAttempt } from '../contract';
import { decideTraining } from '../domain/deadline';
import { afterAttempt } from '../domain/ladder';
import { affordableSeconds, rungName } from '../domain/trainingCost';
import type { Rung } from '../domain/trainingJob';
import { failure } from '../failures';
import type { RunAlerts } from './runAlerts';
import type { RunTracker } from './runStatus';
import { TrainingAccount } from './trainingAccount';
import { deadlineOf, type RunDeadline } from './trainingDeadline';
import { hopeless } from './trainingFailures';
import { TrainingJobs } from './trainingJobs';

/** A term shorter than this would be spent on launching and reading. */
const shortestTermSeconds = 120;

export interface TrainedModel {
  readonly jobName: string;
  readonly version: string;
  readonly attempts: readonly TrainingAttempt[];
}

export async function trainOnLadder(
  input: DailyInput,
  manifest: FrozenManifest,
  run: RunTracker,
  /** Absent: nobody is told. */
  tell?: RunAlerts,
): Promise<TrainedModel> {
  const { ladder } = input.settings;
  const deadline = await deadlineOf(input);
  if (deadline !== undefined) run.note({ deadlineAtMs: deadline.deadlineAtMs });
  const account = new TrainingAccount(run);
  const jobs = new TrainingJobs(input, manifest, deadline);
  let workSeconds = deadline?.pace.workSeconds ?? 0;
  let index = 0;
  for (;;) {
    index = rungInTime(input, index, workSeconds, deadline);
    const rung = rungAt(ladder, index);
    run.climb(rung);
    tell?.ifEscalated(index, account.attempts.at(-1));
    const limits = limitsOf(input, rung, account.attempts, deadline);
    const attempt = await jobs.attempt(index, rung, limits, (version) => run.note({ version }));
    account.record(index, rung, attempt);
    jobs.throwIfCancelled();
    if (attempt.outcome === 'completed') return { ...attempt.model, attempts: account.attempts };
    if (attempt.remainingSeconds !== undefined && deadline !== undefined) {
      workSeconds = attempt.remainingSeconds * deadline.pace.safetyFactor;
    }
    if (attempt.outcome === 'moved-on') {
      index = attempt.moved.rung;
      continue;
    }
    const next = afterAttempt(attempt.outcome, index, ladder, account.outcomesOn(index));
    if (next.kind === 'hopeless') throw hopeless(attempt.outcome, attempt.failureReason, account.attempts);
    if (next.kind === 'exhausted') throw exhausted(account.attempts);
    index = next.rung;
    if (next.waitSeconds > 0)
      await sleep(next.waitSeconds * 1000, { summary: `next attempt after ${attempt.outcome}` });
  }
}

/** This rung, or on demand when a start on Spot could not make the deadline any more. */
function rungInTime(
  { settings: { ladder, training } }: DailyInput,
  rung: number,
  remainingWorkSeconds: number,
  deadline: RunDeadline | undefined,
): number {
  if (deadline === undefined) return rung;
  const { startupSeconds, publishSeconds } = deadline.pace;
  const decision = decideTraining({
    nowMs: Date.now(),
    deadlineAtMs: deadline.deadlineAtMs,
    startupSeconds,
    remainingWorkSeconds,
    publishSeconds,
    reactionSeconds: 2 * training.pollSeconds,
    ladder,
    rung,
    job: { state: 'none' },
    spotCapacity: 'unknown',
  });
  return decision.kind === 'move' ? decision.rung : rung;
}

/** How long the next job may run and wait. Throws when the budget of the run allows no other. */
function limitsOf(
  { settings: { budget, training } }: DailyInput,
  rung: Rung,
  attempts: readonly TrainingAttempt[],
  deadline: RunDeadline | undefined,
): { readonly maxRuntimeSeconds?: number; readonly maxWaitSeconds?: number } {
  const affordable = affordableSeconds(rung, attempts, budget?.maxCostUsd);
  if (attempts.length >= (budget?.maxAttempts ?? Number.POSITIVE_INFINITY)) {
    throw failure('TrainingCapReached', `the run has made all ${attempts.length} attempts of budget.maxAttempts`, {
      details: attempts,
    });
  }
  if (affordable < Math.min(shortestTermSeconds, training.maxRuntimeSeconds)) {
    throw failure(
      'TrainingCapReached',
      `what is left of budget.maxCostUsd ${budget?.maxCostUsd} pays for ${affordable} seconds on ${rungName(rung)}`,
      { details: attempts },
    );
  }
  return {
    ...(affordable < training.maxRuntimeSeconds ? { maxRuntimeSeconds: affordable } : {}),
    ...(deadline === undefined
      ? {}
      : { maxWaitSeconds: Math.max(1, Math.ceil((deadline.deadlineAtMs - Date.now()) / 1000)) }),
  };
}

function rungAt(ladder: readonly Rung[], index: number): Rung {
  const rung = ladder[index];
  if (rung === undefined) throw new RangeError(`rung ${index} is not on a ladder of ${ladder.length}`);
  return rung;
}

function exhausted(attempts: readonly TrainingAttempt[]): Error {
  const ends = attempts.map((attempt) => `${attempt.jobName ?? rungName(attempt)} ${attempt.outcome}`);
  return failure('LadderExhausted', `no rung finished the training: ${ends.join(', ')}`, { details: attempts });
}
