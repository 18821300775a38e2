/** Starts the training job of one attempt, or attaches to the one that an earlier try started. */
import { createHash } from 'node:crypto';
import {
  ForeignTrainingJob,
  TrainingQuotaExceeded,
  TrainingRequestRefused,
  TrainingServiceUnavailable,
} from '../clients/trainingService';
import type { Activities, StartTrainingInput } from '../contract';
import { InvalidTrainingJob, trainingJobSpec } from '../domain/trainingJob';
import { classifyTraining, type TrainingJobState } from '../domain/trainingOutcome';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** Safe to retry: the job's name is derived from the run, and a duplicate name means attach. */
export function createStartTraining({
  trainingService,
  trainingPlace,
}: ActivityDependencies): Activities['startTraining'] {
  return async (input) => {
    const scope = checkpointScope(input, trainingPlace.image);
    try {
      const spec = trainingJobSpec(
        {
          ...input,
          scope,
          hasInteractions: input.manifest.interactionObjects > 0,
          hasLedger: input.manifest.ledgerObjects > 0,
        },
        trainingPlace,
      );
      const started = await trainingService.start(spec);
      const job = { jobName: spec.name, version: spec.version, scope, adopted: started.adopted };
      return started.adopted && endedWithoutModel(started.state) ? { ...job, spent: true } : job;
    } catch (error) {
      throw catalogued(error);
    }
  };
}

function endedWithoutModel(state: TrainingJobState): boolean {
  const outcome = classifyTraining(state);
  return outcome !== 'in-progress' && outcome !== 'completed';
}

/** Run date, manifest, configuration and the trainer itself: a checkpoint made under other ones must never be resumed. */
function checkpointScope({ runDate, manifest, historyDays, settings }: StartTrainingInput, image: string): string {
  const configuration = Object.entries(settings.hyperparameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([runDate, manifest.sha256, historyDays, configuration, image]))
    .digest('hex')
    .slice(0, 12);
}

function catalogued(error: unknown): unknown {
  if (error instanceof ForeignTrainingJob) return failure('ForeignTrainingJob', error.message, { cause: error });
  if (error instanceof InvalidTrainingJob || error instanceof TrainingRequestRefused) {
    return failure('TrainingRequestRefused', error.message, { cause: error });
  }
  if (error instanceof TrainingQuotaExceeded) return failure('TrainingQuotaExceeded', error.message, { cause: error });
  if (error instanceof TrainingServiceUnavailable) {
    return failure('TrainingServiceUnavailable', error.message, { cause: error });
  }
  return error;
}
