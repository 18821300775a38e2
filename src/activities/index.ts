/** All activities, made from their dependencies. */
import type { Activities } from '../contract';
import { createCheckReadiness } from './checkReadiness';
import type { ActivityDependencies } from './dependencies';
import { createCloseErasure, createEraseReader } from './eraseReader';
import { createEstimateTraining } from './estimateTraining';
import { createEvaluateModel } from './evaluateModel';
import { createFreezeManifest } from './freezeManifest';
import { createKeepInteractions } from './keepInteractions';
import { createPublish, createReadLive, createRollBack } from './livePointer';
import { createLoadShards } from './loadShards';
import { createStartTraining } from './startTraining';
import { createStopTraining } from './stopTraining';
import { createSweepLate } from './sweepLate';
import { createVerifyLoad } from './verifyLoad';
import { createWaitForTraining } from './waitForTraining';
import { createWriteReport } from './writeReport';

export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    checkReadiness: createCheckReadiness(dependencies),
    freezeManifest: createFreezeManifest(dependencies),
    sweepLate: createSweepLate(dependencies),
    estimateTraining: createEstimateTraining(dependencies),
    startTraining: createStartTraining(dependencies),
    waitForTraining: createWaitForTraining(dependencies),
    stopTraining: createStopTraining(dependencies),
    keepInteractions: createKeepInteractions(dependencies),
    evaluateModel: createEvaluateModel(dependencies),
    loadShards: createLoadShards(dependencies),
    verifyLoad: createVerifyLoad(dependencies),
    readLive: createReadLive(dependencies),
    publish: createPublish(dependencies),
    rollBack: createRollBack(dependencies),
    writeReport: createWriteReport(dependencies),
    eraseReader: createEraseReader(dependencies),
    closeErasure: createCloseErasure(dependencies),
  };
}
