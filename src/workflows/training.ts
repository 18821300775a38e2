/** Training on the ladder: one job for each rung until one finishes. */
import { proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import {
  type Activities,
  type DailyInput,
  type FinishedTraining,
  type FrozenManifest,
  searchAttributes,
  type TrainingAttempt,
} from '../contract';
import { attemptsOf, firstGeneration } from '../domain/generation';
import { climbsLadder, type FinishedTrainingOutcome } from '../domain/trainingOutcome';
import { type FailureType, failure } from '../failures';
import * as profiles from './activity-profiles';
import type { RunTracker } from './runStatus';

const { startTraining } = proxyActivities<Activities>(profiles.call);
const { waitForTraining } = proxyActivities<Activities>(profiles.watch);

export interface TrainedModel {
  readonly jobName: string;
  readonly version: string;
  readonly attempts: readonly TrainingAttempt[];
}

export async function trainOnLadder(
  { runDate, settings, generation = firstGeneration }: DailyInput,
  manifest: FrozenManifest,
  run: RunTracker,
): Promise<TrainedModel> {
  const attempts: TrainingAttempt[] = [];
  const numbers = attemptsOf(generation);
  let lastAttempt = numbers.first - 1;
  for (const rung of settings.ladder) {
    const rungName = `${rung.instanceType} ${rung.market}`;
    run.note({ rung: rungName });
    const start = async (): ReturnType<Activities['startTraining']> => {
      if (lastAttempt === numbers.last) {
        throw failure('LadderExhausted', `the day has used up its ${numbers.last} attempts [runDate=${runDate}]`, {
          details: attempts,
        });
      }
      lastAttempt += 1;
      return startTraining({
        runDate,
        generation,
        attempt: lastAttempt,
        rung,
        manifest,
        historyDays: settings.historyDays,
        retentionDays: settings.retentionDays,
        settings: settings.training,
      });
    };
    let started = await start();
    // An earlier run of the day used this attempt up; its checkpoints are still good.
    while (started.spent) started = await start();
    const { jobName, version, scope } = started;
    run.note({ version });
    const finished = await waitForTraining({ jobName, scope, pollSeconds: settings.training.pollSeconds });
    attempts.push({ jobName, ...rung, ...withoutReason(finished) });
    upsertSearchAttributes([
      { key: searchAttributes.rung, value: rungName },
      { key: searchAttributes.modelVersion, value: version },
      { key: searchAttributes.interruptions, value: attempts.reduce((sum, attempt) => sum + attempt.interruptions, 0) },
    ]);
    if (finished.outcome === 'completed') return { jobName, version, attempts };
    if (!climbsLadder(finished.outcome)) {
      throw failure(
        failureTypeOf(finished.outcome),
        `training job ended as ${finished.outcome}: ${finished.failureReason ?? 'no reason given'} [job=${jobName}]`,
        { details: attempts },
      );
    }
  }
  throw failure(
    'LadderExhausted',
    `no rung finished the training: ${attempts.map((attempt) => `${attempt.jobName} ${attempt.outcome}`).join(', ')}`,
    { details: attempts },
  );
}

function withoutReason({ failureReason: _reason, ...rest }: FinishedTraining): Omit<FinishedTraining, 'failureReason'> {
  return rest;
}

function failureTypeOf(outcome: FinishedTrainingOutcome): FailureType {
  switch (outcome) {
    case 'data-rejected':
      return 'DataRejected';
    case 'out-of-memory':
      return 'TrainingOutOfMemory';
    case 'input-missing':
      return 'TrainingInputMissing';
    case 'stopped':
      return 'TrainingStopped';
    case 'algorithm-error':
      return 'TrainingAlgorithmError';
    case 'completed':
    case 'interrupted-out':
    case 'runtime-exceeded':
    case 'capacity':
    case 'service-fault':
      return 'LadderExhausted';
  }
}
