/** Activities that behave as a scenario says, for workflow tests and for recording histories. */
import { heartbeat, sleep } from '@temporalio/activity';
import { loadPipelineSettings } from '../../src/config';
import type {
  Activities,
  ChosenBlend,
  CountedFreshClicks,
  DailyInput,
  EvaluatedModel,
  FinishedTraining,
  RunReport,
} from '../../src/contract';
import type { Alert } from '../../src/domain/alerts';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import type { Comparison } from '../../src/domain/comparison';
import { decideGate, type GateDecision } from '../../src/domain/gate';
import { noLines } from '../../src/domain/lineCounts';
import { parseRunDate } from '../../src/domain/runDate';
import { trainingPace } from '../../src/domain/trainingPace';
import { versionOf } from '../../src/domain/version';

export const runDate = parseRunDate('2026-11-23');
export const dailyInput: DailyInput = { runDate, settings: loadPipelineSettings({}) };

/** What a scenario saw: names of activities in order, and the last inputs that tests look at. */
export interface Trace {
  readonly calls: string[];
  readonly reports: RunReport[];
  readonly published: string[];
  /** What people were told; no call of `calls`, for alerts go out beside the story. */
  readonly alerts: Alert[];
}

export const completed: FinishedTraining = {
  outcome: 'completed',
  interruptions: 0,
  trainingSeconds: 620,
  billableSeconds: 210,
  resumedFrom: [],
};

export function evaluated(recallAt10: number): EvaluatedModel {
  const quality = {
    candidate: { recallAt10, ndcgAt10: recallAt10 },
    popular: { recallAt10: 0.09, ndcgAt10: 0.09 },
    priorWeight: 4,
  };
  const decision: GateDecision = decideGate(
    { ...quality, evaluationReaders: 5000, readers: 100_000, items: 100_008 },
    dailyInput.settings.gate,
  );
  return {
    decision,
    clicks: { lines: 310_000, malformed: 3, duplicates: 12, runDate: 300_000 },
    quality,
    readers: 100_000,
    articles: 4_000,
    items: 100_008,
    shards: 21,
  };
}

/** A candidate of which the readers of the holdout cannot tell whether it is too much worse than popularity. */
export function borderline(): EvaluatedModel {
  const model = evaluated(0.088);
  const { candidate, popular } = model.quality;
  const inDoubt: Comparison = {
    metric: 'recall@10',
    against: 'recent popularity',
    margin: 0.05,
    candidate: candidate.recallAt10,
    other: popular.recallAt10,
    overBound: { low: -0.001, high: 0.006 },
    difference: { low: -0.0055, high: 0.0015 },
    superior: false,
  };
  const decision = decideGate(
    { ...model.quality, evaluationReaders: 5000, readers: 100_000, items: 100_008, comparisons: [inDoubt] },
    dailyInput.settings.gate,
  );
  return { ...model, decision };
}

/** Popularity alone, and next lists: the personal part earned nothing. */
export function chosenBlend(): ChosenBlend {
  const none = { value: 0, low: 0, high: 0 };
  const ratio = { value: 1.12, low: 1.1, high: 1.14 };
  const kind = {
    moments: 5000,
    fitted: true,
    personalKept: false,
    personalGain: { hitAt10: none, ndcgAt10: none },
    overFreshPopular: { hitAt10: ratio, ndcgAt10: ratio },
  };
  return {
    weights: defaultBlendWeights,
    halfLifeMinutes: 5,
    first: kind,
    next: kind,
    clicks: 100_000,
    readersOneIn: 1,
  };
}

/** A step of the fresh loop that found eight objects, and has caught up. */
export function countedStep(figures: Partial<CountedFreshClicks> = {}): CountedFreshClicks {
  return {
    beat: 42,
    objects: 8,
    sizeBytes: 120_000,
    lines: { ...noLines, counted: 2900, duplicate: 4, repeated: 310, malformed: 1 },
    setAside: [],
    objectsLeft: 0,
    conflicts: 0,
    ...figures,
  };
}

/** A day on which everything goes well; a scenario overrides what goes otherwise. */
export function activitiesOf(overrides: Partial<Activities> = {}): { activities: Activities; trace: Trace } {
  const trace: Trace = { calls: [], reports: [], published: [], alerts: [] };
  const happy: Activities = {
    checkReadiness: async () => ({ summary: '24 of 24 hours have objects' }),
    freezeManifest: async () => ({
      uri: 's3://lake/manifests/dt=2026-11-23/partitions.json',
      sha256: 'ab'.repeat(32),
      clickObjects: 290,
      clickBytes: 12_000_000,
      interactionObjects: 7,
      ledgerObjects: 25,
      missingHours: [],
    }),
    sweepLate: async (input) => ({
      runDate: input.runDate,
      generation: 1,
      objects: 2,
      sizeBytes: 3000,
      reportUri: 's3://lake/reports/dt=2026-11-23/late.json',
    }),
    startTraining: async (input) => ({
      jobName: `frontpage-${input.runDate}-0123456789ab-a${input.attempt}`,
      version: versionOf(input.runDate, input.attempt),
      scope: '0123456789ab',
      adopted: false,
    }),
    estimateTraining: async ({ settings }) => trainingPace([], settings),
    waitForTraining: async () => completed,
    stopTraining: async () => ({ ...completed, outcome: 'stopped' }),
    keepInteractions: async () => ({ days: 1 }),
    evaluateModel: async () => evaluated(0.1),
    chooseBlend: async () => chosenBlend(),
    holdVersion: async () => undefined,
    bulkLoad: async () => ({ items: 100_008, throttledBatches: 0 }),
    loadShards: async (input) => ({
      items: input.group === 0 ? 100_008 - 12_500 * (input.groups - 1) : 12_500,
      throttledBatches: 0,
    }),
    verifyLoad: async () => ({ sampled: 525 }),
    readLive: async () => ({ version: '2026-11-22.01', runDate: parseRunDate('2026-11-22') }),
    publish: async (input) => {
      trace.published.push(input.version);
    },
    rollBack: async () => undefined,
    watchServing: async () => ({ verdict: 'as before', answers: 5200 }),
    planSweep: async () => ({ kept: ['2026-11-23.01', '2026-11-22.01', '2026-11-21.01'], doomed: ['2026-11-20.01'] }),
    sweepVersion: async ({ version }) => ({ version, outcome: 'removed', lists: 100_008 }),
    eraseReader: async () => ({ deleted: 3, left: 0 }),
    closeErasure: async () => undefined,
    writeReport: async (report) => {
      trace.reports.push(report);
      return { uri: 's3://lake/reports/dt=2026-11-23/run.json' };
    },
    sendAlert: async () => ({ sent: true }),
    watchSchedule: async () => ({ verdict: 'started', runDate }),
    countFreshClicks: async ({ nowMs }) =>
      countedStep({ newestClickMs: nowMs - 70_000, medianClickMs: nowMs - 160_000 }),
    publishFreshLists: async () => ({
      beat: 42,
      written: 310,
      unchanged: 1400,
      superseded: 0,
      sections: 9,
      nextLists: 1700,
      top: ['a1', 'a2'],
    }),
  };
  const base: Activities = { ...happy, ...overrides };
  const traced =
    <Input extends unknown[], Output>(name: string, activity: (...input: Input) => Promise<Output>) =>
    async (...input: Input): Promise<Output> => {
      trace.calls.push(name);
      return activity(...input);
    };
  const activities: Activities = {
    checkReadiness: traced('checkReadiness', base.checkReadiness),
    freezeManifest: traced('freezeManifest', base.freezeManifest),
    sweepLate: traced('sweepLate', base.sweepLate),
    estimateTraining: traced('estimateTraining', base.estimateTraining),
    startTraining: traced('startTraining', base.startTraining),
    waitForTraining: traced('waitForTraining', base.waitForTraining),
    stopTraining: traced('stopTraining', base.stopTraining),
    keepInteractions: traced('keepInteractions', base.keepInteractions),
    evaluateModel: traced('evaluateModel', base.evaluateModel),
    chooseBlend: traced('chooseBlend', base.chooseBlend),
    holdVersion: traced('holdVersion', base.holdVersion),
    bulkLoad: traced('bulkLoad', base.bulkLoad),
    loadShards: traced('loadShards', base.loadShards),
    verifyLoad: traced('verifyLoad', base.verifyLoad),
    readLive: traced('readLive', base.readLive),
    publish: traced('publish', base.publish),
    rollBack: traced('rollBack', base.rollBack),
    watchServing: traced('watchServing', base.watchServing),
    planSweep: traced('planSweep', base.planSweep),
    sweepVersion: traced('sweepVersion', base.sweepVersion),
    eraseReader: traced('eraseReader', base.eraseReader),
    closeErasure: traced('closeErasure', base.closeErasure),
    writeReport: traced('writeReport', base.writeReport),
    sendAlert: async (alert) => {
      trace.alerts.push(alert);
      return base.sendAlert(alert);
    },
    watchSchedule: traced('watchSchedule', base.watchSchedule),
    countFreshClicks: traced('countFreshClicks', base.countFreshClicks),
    publishFreshLists: traced('publishFreshLists', base.publishFreshLists),
  };
  return { activities, trace };
}

/** Heartbeats until it is cancelled, like a watch over a long job. */
export async function untilCancelled(): Promise<never> {
  for (;;) {
    heartbeat({ jobName: 'frontpage-2026-11-23-0123456789ab-a1', status: 'Training', interruptions: 0 });
    await sleep(100);
  }
}
