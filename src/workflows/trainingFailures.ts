/** The failure of a run whose training another attempt would not help. */
import type { TrainingAttempt } from '../contract';
import type { AttemptOutcome } from '../domain/ladder';
import { type FailureType, failure } from '../failures';

export function hopeless(
  outcome: AttemptOutcome,
  reason: string | undefined,
  attempts: readonly TrainingAttempt[],
): Error {
  const job = attempts.at(-1)?.jobName;
  return failure(
    failureTypeOf(outcome),
    `training job ended as ${outcome}: ${reason ?? 'no reason given'} [job=${job ?? 'none'}]`,
    { details: attempts },
  );
}

function failureTypeOf(outcome: AttemptOutcome): FailureType {
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
    case 'moved-on':
    case 'interrupted-out':
    case 'runtime-exceeded':
    case 'capacity':
    case 'quota':
    case 'throttled':
    case 'service-fault':
      return 'LadderExhausted';
  }
}
