/** The daily run: from a day of clicks to a published recommendation set. On any failure what is live stays live. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  patched,
  proxyActivities,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  type Activities,
  type DailyInput,
  type DailyResult,
  type EvaluatedModel,
  type FailedRunReport,
  type ModelInput,
  type RunMarks,
  type RunReport,
  type RunSummary,
  searchAttributes,
} from '../contract';
import type { BlendWeights } from '../domain/blendWeights';
import { firstGeneration } from '../domain/generation';
import { failure, failureIn } from '../failures';
import * as profiles from './activity-profiles';
import { type Alerts, withAlerts } from './alerting';
import { GateApprovals } from './gateApprovals';
import { keepsLive } from './keepLive';
import { type PublishOutcome, publishingOfRun } from './publishing';
import { RunAlerts } from './runAlerts';
import { RunTracker } from './runStatus';
import { type TrainedModel, trainOnLadder } from './training';
import { trySweep } from './versionsSweep';
import { completenessOf, waitForClicks } from './waitForClicks';
import { WaitingOrders } from './waitingOrders';
import { watchPublish } from './watching';

/** Runs that were started before there was a sweep, or a watch, go on without one. */
const sweepPatch = 'versions-sweep';
const watchPatch = 'publish-watch';

const { freezeManifest, keepInteractions, readLive, writeReport } = proxyActivities<Activities>(profiles.call);
const { evaluateModel, chooseBlend } = proxyActivities<Activities>(profiles.bulk);

export async function dailyRecommendations(input: DailyInput): Promise<DailyResult> {
  return withAlerts(input.runDate, (alerts) => runOfDay(input, alerts), { muted: keepsLive() });
}

async function runOfDay(input: DailyInput, alerts: Alerts): Promise<DailyResult> {
  const { runDate, settings, generation = firstGeneration } = input;
  const run = new RunTracker(runDate, generation);
  const orders = new WaitingOrders();
  const approvals = new GateApprovals();
  const tell = new RunAlerts(alerts, input, run);
  const publishing = publishingOfRun();

  let outcome: DailyOutcome;
  let summary: RunSummary;
  try {
    const live = await readLive();
    if (live?.runDate === runDate && generation === firstGeneration) {
      run.enter('done');
      return { outcome: 'already published', runDate, version: live.version };
    }

    tell.ifLate();
    run.enter('waiting for clicks');
    const waited = await tell.ifWaitingLong(() => waitForClicks(input, orders));

    run.enter('freezing manifest');
    const manifest = await freezeManifest({ runDate, generation, historyDays: settings.historyDays });
    run.note(completenessOf(waited, manifest));

    run.enter('training');
    const trained = await trainOnLadder(trainable(input, run.marks), manifest, run, tell);
    const model = { runDate, jobName: trained.jobName, version: trained.version };

    run.enter('keeping interactions');
    await keepInteractions(model);

    run.enter('gate');
    const evaluated = await evaluateModel({ ...model, settings: settings.gate });
    run.note({ gate: evaluated.decision });
    upsertSearchAttributes([
      { key: searchAttributes.recallAt10, value: Number(evaluated.quality.candidate.recallAt10.toFixed(4)) },
    ]);
    await approvals.require(evaluated.decision, input, run, tell);
    const weights = await blendOf(model, input, run);

    run.enter('loading');
    if (patched(sweepPatch)) await publishing.hold(model);
    const itemsLoaded = await publishing.loadAll(model, settings.load, evaluated.shards, (loaded) =>
      run.note({ itemsLoaded: loaded }),
    );

    run.enter('verifying');
    await publishing.verify(model, itemsLoaded);

    run.enter('publishing');
    const reached = await publishing.publishUnlessNewer(model, evaluated, weights);
    tell.ofPublish(reached === 'published', model, evaluated);

    if (reached === 'published') await lookAfter(model.version, input, run, tell);

    run.enter('reporting');
    outcome = outcomeOf(reached, run);
    summary = summarise(input, trained, evaluated, itemsLoaded, run);
    const report: RunReport = { runDate, outcome, summary };
    // A run that was cancelled after its publish has published.
    await CancellationScope.nonCancellable(() => writeReport(report));
    run.enter('done');
  } catch (error) {
    const report = reportOf(error, run, input);
    tell.ofFailure(report);
    await CancellationScope.nonCancellable(() => reportFailure(report));
    throw error;
  }
  if (outcome === 'rolled back') throw rolledBack(summary);
  return { outcome, runDate, summary };
}

/** By what would have been served. A set that is good is published without it too, with what was in use. */
async function blendOf(
  model: ModelInput,
  { generation, settings: { blend } }: DailyInput,
  run: RunTracker,
): Promise<BlendWeights | undefined> {
  if (blend === undefined) return undefined;
  try {
    const chosen = await chooseBlend({ ...model, ...(generation === undefined ? {} : { generation }), blend });
    run.note({ blend: chosen });
    return chosen.weights;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const reason = failureIn(error)?.message ?? String(error);
    log.error('what the set is blended with could not be chosen', { reason });
    run.note({ blend: { notChosen: reason } });
    return undefined;
  }
}

type DailyOutcome = Extract<RunReport, { readonly summary: RunSummary }>['outcome'];

/** What comes after a publish can take readers back, and cannot fail the run. */
async function lookAfter(version: string, { settings }: DailyInput, run: RunTracker, tell: RunAlerts): Promise<void> {
  const watchSeconds = settings.publish?.watchSeconds ?? 0;
  if (watchSeconds > 0 && patched(watchPatch)) {
    run.enter('watching');
    const watch = await watchPublish(version, watchSeconds);
    run.note({ watch });
    tell.ofWatch(version, watch);
  }
  if (settings.sweep !== undefined && patched(sweepPatch)) {
    run.enter('sweeping');
    run.note({ sweep: await trySweep(settings.sweep) });
  }
}

/** What was published may have been taken back since. */
function outcomeOf(reached: PublishOutcome, { marks }: RunTracker): DailyOutcome {
  return reached === 'published' && marks.watch?.reaction?.kind === 'rolled back' ? 'rolled back' : reached;
}

/** The run has ended in order, but somebody must look: the report is written, and the run shows as failed. */
function rolledBack({ version, watch }: RunSummary): ApplicationFailure {
  const found = watch?.health.verdict === 'worse' ? watch.health.found.join('; ') : 'unknown';
  const to = watch?.reaction?.kind === 'rolled back' ? watch.reaction.to : 'unknown';
  return failure(
    'PublishRolledBack',
    `serving did worse after ${version} was published, so readers are back at ${to}: ${found}`,
  );
}

/** Whoever goes on without a whole day accepts that acknowledged clicks are missing; the ledger's counts say how many. */
function trainable(input: DailyInput, { degraded }: RunMarks): DailyInput {
  if (degraded === undefined) return input;
  const { training } = input.settings;
  const hyperparameters = { max_missing_clicks_share: '1', ...training.hyperparameters };
  return { ...input, settings: { ...input.settings, training: { ...training, hyperparameters } } };
}

function summarise(
  { runDate }: DailyInput,
  trained: TrainedModel,
  evaluated: EvaluatedModel,
  itemsLoaded: number,
  run: RunTracker,
): RunSummary {
  return {
    runDate,
    version: trained.version,
    clicks: evaluated.clicks,
    ledger: evaluated.ledger ?? null,
    readers: evaluated.readers,
    articles: evaluated.articles,
    gate: evaluated.decision,
    quality: evaluated.quality,
    trainingAttempts: trained.attempts,
    itemsLoaded,
    stages: run.stages,
    ...run.marks,
  };
}

/** The failure itself matters more than its report: when that cannot be written, the failure still stands. */
async function reportFailure(report: FailedRunReport): Promise<void> {
  try {
    await writeReport(report);
  } catch (reportError) {
    log.error('the report of a failed run could not be written', { reason: String(reportError) });
  }
}

function reportOf(error: unknown, run: RunTracker, { runDate }: DailyInput): FailedRunReport {
  const root =
    failureIn(error) ?? (error instanceof ActivityFailure && error.cause instanceof Error ? error.cause : error);
  return {
    runDate,
    outcome: isCancellation(error) ? 'cancelled' : 'failed',
    failedStage: run.stage,
    failureType:
      root instanceof ApplicationFailure ? (root.type ?? 'unknown') : root instanceof Error ? root.name : 'unknown',
    message: root instanceof Error ? root.message : String(root),
    ...(run.gate === undefined ? {} : { gate: run.gate }),
    stages: run.stages,
    ...run.marks,
  };
}
