/** Starts the training job of one attempt, or attaches to the one that an earlier try started. */
import { createHash } from 'node:crypto';
import { erasedReaders } from '../clients/erasureRegister';
import type { ObjectStore } from '../clients/objectStore';
import {
  ForeignTrainingJob,
  TrainingQuotaExceeded,
  TrainingRequestRefused,
  TrainingServiceUnavailable,
} from '../clients/trainingService';
import type { Activities, StartTrainingInput } from '../contract';
import { erasureKey, erasuresChannelKey } from '../domain/keys';
import { channelManifest } from '../domain/partitionManifest';
import type { RunDate } from '../domain/runDate';
import { InvalidTrainingJob, trainingJobSpec } from '../domain/trainingJob';
import { classifyTraining, type TrainingJobState } from '../domain/trainingOutcome';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';

/** Safe to retry: the job's name is derived from the run, and a duplicate name means attach. */
export function createStartTraining({
  lake,
  trainingService,
  trainingPlace,
}: ActivityDependencies): Activities['startTraining'] {
  return async (input) => {
    const erasuresDigest = await freezeErasures(lake, input.runDate);
    const scope = checkpointScope(input, trainingPlace.image, erasuresDigest);
    try {
      const spec = trainingJobSpec(
        {
          ...input,
          scope,
          hasInteractions: input.manifest.interactionObjects > 0,
          hasLedger: input.manifest.ledgerObjects > 0,
          ...(erasuresDigest === undefined ? {} : { erasuresDigest }),
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

/** The list of readers whom the job must leave out, however old the clicks that it reads; `undefined` when it is empty. */
async function freezeErasures(lake: ObjectStore, runDate: RunDate): Promise<string | undefined> {
  const keys = [...(await erasedReaders(lake))].sort().map((hash) => ({ key: erasureKey(hash) }));
  if (keys.length === 0) return undefined;
  const list = channelManifest(lake.bucket, keys);
  const digest = createHash('sha256').update(list).digest('hex').slice(0, 12);
  await lake.put(erasuresChannelKey(runDate, digest), list);
  return digest;
}

/**
 * Run date, manifest, configuration, the trainer itself, and who is left out: a checkpoint made under other ones must
 * never be resumed.
 */
function checkpointScope(
  { runDate, manifest, historyDays, settings }: StartTrainingInput,
  image: string,
  erasuresDigest: string | undefined,
): string {
  const configuration = Object.entries(settings.hyperparameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(
      JSON.stringify([
        runDate,
        manifest.sha256,
        historyDays,
        configuration,
        image,
        ...(erasuresDigest === undefined ? [] : [erasuresDigest]),
      ]),
    )
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
