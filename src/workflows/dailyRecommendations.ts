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
  type RunReport,
  type RunSummary,
  searchAttributes,
} from '../contract';
import { describeFailedChecks } from '../domain/gate';
import { firstGeneration } from '../domain/generation';
import { failure, failureIn } from '../failures';
import * as profiles from './activity-profiles';
import { RunTracker } from './runStatus';
import { type TrainedModel, trainOnLadder } from './training';
import { completenessOf, waitForClicks } from './waitForClicks';
import { WaitingOrders } from './waitingOrders';

const { freezeManifest, keepInteractions, evaluateModel, readLive, publish, writeReport } = proxyActivities<Activities>(
  profiles.call,
);
const { loadShards, verifyLoad } = proxyActivities<Activities>(profiles.bulk);

const verifiedListsPerShard = 25;

export async function dailyRecommendations(input: DailyInput): Promise<DailyResult> {
  const { runDate, settings, generation = firstGeneration } = input;
  const run = new RunTracker(runDate, generation);
  const orders = new WaitingOrders();

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
    const trained = await trainOnLadder(input, manifest, run);
    const model = { runDate, jobName: trained.jobName, version: trained.version };

    run.enter('keeping interactions');
    await keepInteractions(model);

    run.enter('gate');
    const evaluated = await evaluateModel({ ...model, settings: settings.gate });
    run.note({ gate: evaluated.decision });
    upsertSearchAttributes([{ key: searchAttributes.recallAt10, value: evaluated.quality.candidate.recallAt10 }]);
    if (!evaluated.decision.accepted) {
      throw failure('ModelRejected', describeFailedChecks(evaluated.decision), { details: evaluated.decision });
    }

    run.enter('loading');
    const itemsLoaded = await loadAll(input, trained, evaluated, run);

    run.enter('verifying');
    await verifyLoad({ ...model, itemsLoaded, samplePerShard: verifiedListsPerShard });

    run.enter('publishing');
    const published = await publishUnlessNewer(input, trained, evaluated);

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

/** Loads all shards, a bounded number of activities at a time, whatever the number of readers. */
async function loadAll(
  { runDate, settings }: DailyInput,
  trained: TrainedModel,
  evaluated: EvaluatedModel,
  run: RunTracker,
): Promise<number> {
  let itemsLoaded = 0;
  const groups = Math.min(settings.load.parallelism, evaluated.shards);
  await Promise.all(
    Array.from({ length: groups }, async (_, group) => {
      const { items } = await loadShards({
        runDate,
        jobName: trained.jobName,
        version: trained.version,
        group,
        groups,
        maxUnitsPerSecond: settings.load.maxUnitsPerSecond / groups,
      });
      itemsLoaded += items;
      run.note({ itemsLoaded });
    }),
  );
  return itemsLoaded;
}

/** Moves the pointer, unless a later day is live already: a backfill must not take readers back. */
async function publishUnlessNewer(
  { runDate }: DailyInput,
  trained: TrainedModel,
  evaluated: EvaluatedModel,
): Promise<boolean> {
  const live = await readLive();
  if (live !== null && live.runDate > runDate) return false;
  await publish({
    runDate,
    jobName: trained.jobName,
    version: trained.version,
    items: evaluated.items,
    readers: evaluated.readers,
    ...(live === null ? {} : { expectedLive: live.version }),
  });
  return true;
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
    stages: run.stages,
    ...run.marks,
  };
}
