/** The daily run: from a day of clicks to a published recommendation set. On any failure what is live stays live. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  log,
  proxyActivities,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  type Activities,
  type DailyInput,
  type DailyResult,
  type EvaluatedModel,
  type RunMarks,
  type RunReport,
  type RunSummary,
  searchAttributes,
} from '../contract';
import { firstGeneration } from '../domain/generation';
import { failureIn } from '../failures';
import * as profiles from './activity-profiles';
import { GateApprovals } from './gateApprovals';
import { loadAll, publishUnlessNewer, verify } from './publishing';
import { RunTracker } from './runStatus';
import { type TrainedModel, trainOnLadder } from './training';
import { completenessOf, waitForClicks } from './waitForClicks';
import { WaitingOrders } from './waitingOrders';

const { freezeManifest, keepInteractions, readLive, writeReport } = proxyActivities<Activities>(profiles.call);
const { evaluateModel } = proxyActivities<Activities>(profiles.bulk);

export async function dailyRecommendations(input: DailyInput): Promise<DailyResult> {
  const { runDate, settings, generation = firstGeneration } = input;
  const run = new RunTracker(runDate, generation);
  const orders = new WaitingOrders();
  const approvals = new GateApprovals();

  const live = await readLive();
  if (live?.runDate === runDate && generation === firstGeneration) {
    run.enter('done');
    return { outcome: 'already published', runDate, version: live.version };
  }

  try {
    run.enter('waiting for clicks');
    const waited = await waitForClicks(input, orders);

    run.enter('freezing manifest');
    const manifest = await freezeManifest({ runDate, generation, historyDays: settings.historyDays });
    run.note(completenessOf(waited, manifest));

    run.enter('training');
    const trained = await trainOnLadder(trainable(input, run.marks), manifest, run);
    const model = { runDate, jobName: trained.jobName, version: trained.version };

    run.enter('keeping interactions');
    await keepInteractions(model);

    run.enter('gate');
    const evaluated = await evaluateModel({ ...model, settings: settings.gate });
    run.note({ gate: evaluated.decision });
    upsertSearchAttributes([{ key: searchAttributes.recallAt10, value: evaluated.quality.candidate.recallAt10 }]);
    await approvals.require(evaluated.decision, input, run);

    run.enter('loading');
    const itemsLoaded = await loadAll(model, settings.load, evaluated.shards, (loaded) =>
      run.note({ itemsLoaded: loaded }),
    );

    run.enter('verifying');
    await verify(model, itemsLoaded);

    run.enter('publishing');
    const published = await publishUnlessNewer(model, evaluated);

    run.enter('reporting');
    const outcome = published ? 'published' : 'kept newer';
    const summary = summarise(input, trained, evaluated, itemsLoaded, run);
    await writeReport({ runDate, outcome, summary });
    run.enter('done');
    return { outcome, runDate, summary };
  } catch (error) {
    await CancellationScope.nonCancellable(() => reportFailure(error, run, input));
    throw error;
  }
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
async function reportFailure(error: unknown, run: RunTracker, input: DailyInput): Promise<void> {
  try {
    await writeReport(reportOf(error, run, input));
  } catch (reportError) {
    log.error('the report of a failed run could not be written', { reason: String(reportError) });
  }
}

function reportOf(error: unknown, run: RunTracker, { runDate }: DailyInput): RunReport {
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
