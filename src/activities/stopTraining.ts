/** Stops a training job and waits until it is over: the next attempt goes on from the checkpoints that it leaves. */
import type { Activities } from '../contract';
import type { ActivityDependencies } from './dependencies';
import { stopAndWait } from './trainingWatch';

/** Safe to retry: stopping a job that is stopped, or over, changes nothing. */
export function createStopTraining({ lake, trainingService }: ActivityDependencies): Activities['stopTraining'] {
  return (input) => stopAndWait(lake, trainingService, input);
}
