/** The workflows that a worker registers; the bundle starts here. */
import { backfill } from './backfill';
import { dailyRecommendations } from './dailyRecommendations';
import { forgetUser } from './forgetUser';
import { freshLists } from './freshLists';
import { lateObjectsSweep } from './lateObjectsSweep';
import { rebuildInteractions } from './rebuildInteractions';
import { rollback } from './rollback';
import { runWatch } from './runWatch';
import { scheduledRun } from './scheduledRun';
import { endOnTheirRelease, takeTheNewest } from './versioning';
import { versionsSweep } from './versionsSweep';

endOnTheirRelease([scheduledRun, dailyRecommendations, rebuildInteractions]);
takeTheNewest([backfill, forgetUser, freshLists, lateObjectsSweep, rollback, runWatch, versionsSweep]);

export {
  backfill,
  dailyRecommendations,
  forgetUser,
  freshLists,
  lateObjectsSweep,
  rebuildInteractions,
  rollback,
  runWatch,
  scheduledRun,
  versionsSweep,
};
