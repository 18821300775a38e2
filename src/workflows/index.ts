/** The workflows that a worker registers; the bundle starts here. */
export { dailyRecommendations } from './dailyRecommendations';
export { forgetUser } from './forgetUser';
export { freshLists } from './freshLists';
export { lateObjectsSweep } from './lateObjectsSweep';
export { rollback } from './rollback';
export { scheduledRun } from './scheduledRun';
export { versionsSweep } from './versionsSweep';
