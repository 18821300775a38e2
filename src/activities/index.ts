/** All activities, made from their dependencies. */
import type { Activities } from '../contract';
import { createBulkLoad } from './bulkLoad';
import { createCheckReadiness } from './checkReadiness';
import { createChooseBlend } from './chooseBlend';
import { createCountFreshClicks } from './countFreshClicks';
import type { ActivityDependencies } from './dependencies';
import { createCloseErasure, createEraseReader } from './eraseReader';
import { createEstimateTraining } from './estimateTraining';
import { createEvaluateModel } from './evaluateModel';
import { createFreezeManifest } from './freezeManifest';
import { createKeepInteractions } from './keepInteractions';
import { createHoldVersion, createPublish, createReadLive, createRollBack } from './livePointer';
import { createLoadShards } from './loadShards';
import { createPublishFreshLists } from './publishFreshLists';
import { createSendAlert } from './sendAlert';
import { createStartTraining } from './startTraining';
import { createStopTraining } from './stopTraining';
import { createSweepLate } from './sweepLate';
import { createPlanSweep, createSweepVersion } from './sweepVersions';
import { createVerifyLoad } from './verifyLoad';
import { createWaitForTraining } from './waitForTraining';
import { createWatchSchedule } from './watchSchedule';
import { createWatchServing } from './watchServing';
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
    chooseBlend: createChooseBlend(dependencies),
    holdVersion: createHoldVersion(dependencies),
    loadShards: createLoadShards(dependencies),
    bulkLoad: createBulkLoad(dependencies),
    verifyLoad: createVerifyLoad(dependencies),
    readLive: createReadLive(dependencies),
    publish: createPublish(dependencies),
    rollBack: createRollBack(dependencies),
    watchServing: createWatchServing(dependencies),
    planSweep: createPlanSweep(dependencies),
    sweepVersion: createSweepVersion(dependencies),
    writeReport: createWriteReport(dependencies),
    eraseReader: createEraseReader(dependencies),
    closeErasure: createCloseErasure(dependencies),
    sendAlert: createSendAlert(dependencies),
    watchSchedule: createWatchSchedule(dependencies),
    countFreshClicks: createCountFreshClicks(dependencies),
    publishFreshLists: createPublishFreshLists(dependencies),
  };
}
