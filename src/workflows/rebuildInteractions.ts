/**
 * Makes the compacted interactions of a past day anew from its clicks, as a training job that ends when it has read them:
 * on the same ladder, under the same budget, from the manifest that the day's run has frozen.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities, FrozenManifest, RebuildInteractionsInput, RebuiltInteractions } from '../contract';
import * as profiles from './activity-profiles';
import { type Alerts, withAlerts } from './alerting';
import { RunAlerts } from './runAlerts';
import { RunTracker } from './runStatus';
import { trainOnLadder } from './training';

const { freezeManifest, keepInteractions } = proxyActivities<Activities>(profiles.call);

export async function rebuildInteractions(input: RebuildInteractionsInput): Promise<RebuiltInteractions> {
  return withAlerts(input.runDate, (alerts) => rebuild(input, alerts));
}

async function rebuild(input: RebuildInteractionsInput, alerts: Alerts): Promise<RebuiltInteractions> {
  const { runDate, generation, settings } = input;
  const run = new RunTracker(runDate, generation);
  run.enter('freezing manifest');
  const manifest = await freezeManifest({ runDate, generation, historyDays: settings.historyDays });
  run.enter('training');
  const { jobName, version } = await trainOnLadder(
    readingOnly(input, manifest),
    manifest,
    run,
    new RunAlerts(alerts, input, run),
  );
  run.enter('keeping interactions');
  const { days } = await keepInteractions({ runDate, jobName, version });
  run.enter('done');
  return { runDate, days, jobName };
}

/** Whoever froze a day without some of its hours has accepted that acknowledged clicks are missing. */
function readingOnly(input: RebuildInteractionsInput, { missingHours = [] }: FrozenManifest): RebuildInteractionsInput {
  const { training } = input.settings;
  const hyperparameters = {
    ...(missingHours.length === 0 ? {} : { max_missing_clicks_share: '1' }),
    ...training.hyperparameters,
    only: 'interactions',
  };
  return { ...input, settings: { ...input.settings, training: { ...training, hyperparameters } } };
}
