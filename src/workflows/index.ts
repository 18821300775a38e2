/** The workflows that a worker registers; the bundle starts here. */
export { dailyRecommendations } from './dailyRecommendations';
export { rollback } from './rollback';
export { scheduledRun } from './scheduledRun';
