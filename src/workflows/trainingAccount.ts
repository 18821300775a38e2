/** The account of a run's attempts: how each ended and what it cost, for the next decision, the operator and the report. */
import { upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes, type TrainingAttempt } from '../contract';
import type { AttemptOutcome } from '../domain/ladder';
import { moneyOf, rungName } from '../domain/trainingCost';
import type { Rung } from '../domain/trainingJob';
import type { RunTracker } from './runStatus';
import type { EndedAttempt } from './trainingJobs';

export class TrainingAccount {
  private recorded: readonly { readonly index: number; readonly attempt: TrainingAttempt }[] = [];

  constructor(private readonly run: RunTracker) {}

  get attempts(): readonly TrainingAttempt[] {
    return this.recorded.map(({ attempt }) => attempt);
  }

  outcomesOn(index: number): readonly AttemptOutcome[] {
    return this.recorded.filter((entry) => entry.index === index).map(({ attempt }) => attempt.outcome);
  }

  record(index: number, rung: Rung, ended: EndedAttempt): void {
    this.recorded = [...this.recorded, { index, attempt: attemptOf(rung, ended) }];
    const money = moneyOf(this.attempts);
    this.run.note({ trainingAttempts: this.attempts, money });
    upsertSearchAttributes([
      { key: searchAttributes.rung, value: rungName(rung) },
      { key: searchAttributes.market, value: rung.market },
      { key: searchAttributes.interruptions, value: money.interruptions },
      { key: searchAttributes.savingPercent, value: money.savingPercent },
      ...(ended.model === undefined ? [] : [{ key: searchAttributes.modelVersion, value: ended.model.version }]),
      ...(money.costUsd === null ? [] : [{ key: searchAttributes.costUsd, value: money.costUsd }]),
    ]);
  }
}

function attemptOf({ instanceType, market, pricePerHourUsd }: Rung, ended: EndedAttempt): TrainingAttempt {
  const { outcome, interruptions, trainingSeconds, billableSeconds, resumedFrom, lostSeconds, prepareSeconds } = ended;
  return {
    ...(ended.model === undefined ? {} : { jobName: ended.model.jobName }),
    instanceType,
    market,
    ...(pricePerHourUsd === undefined ? {} : { pricePerHourUsd }),
    outcome,
    ...(ended.outcome === 'moved-on' ? { why: ended.moved.why } : {}),
    interruptions,
    trainingSeconds,
    billableSeconds,
    resumedFrom,
    ...(lostSeconds === undefined ? {} : { lostSeconds }),
    ...(prepareSeconds === undefined ? {} : { prepareSeconds }),
  };
}
