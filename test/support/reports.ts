/** Run reports as tests of the report need them: a night with everything in it, one that failed, one that was degraded. */
import type { FailedRunReport, RunSummary, StageTime, TrainingAttempt } from '../../src/contract';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import type { Comparison } from '../../src/domain/comparison';
import { decideGate } from '../../src/domain/gate';
import { defaultGate } from '../../src/domain/gateSettings';
import type { Guard } from '../../src/domain/guards';
import { addDays, parseRunDate, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { moneyOf } from '../../src/domain/trainingCost';
import { versionOf } from '../../src/domain/version';
import type { EndedRun } from '../../src/report/context';

export const reportDate = parseRunDate('2026-11-23');
export const minuteMs = 60_000;
/** The run of a day starts half an hour after its end. */
export const startMs = (day: RunDate): number => startOfDayMs(addDays(day, 1)) + 30 * minuteMs;

const minutes: readonly (readonly [StageTime['stage'], number])[] = [
  ['waiting for clicks', 12],
  ['freezing manifest', 0.1],
  ['training', 71],
  ['keeping interactions', 0.4],
  ['gate', 3],
  ['waiting for approval', 9],
  ['loading', 22],
  ['verifying', 1.5],
  ['publishing', 0.05],
  ['watching', 15],
  ['sweeping', 6],
];

export function stagesOf(day: RunDate, pace = 1): StageTime[] {
  let atMs = startMs(day);
  const ended = minutes.map(([stage, length]): StageTime => {
    const startedAtMs = atMs;
    atMs += Math.round(length * minuteMs * pace);
    return { stage, startedAtMs, endedAtMs: atMs };
  });
  return [...ended, { stage: 'reporting', startedAtMs: atMs }];
}

export const jobName = (attempt: number): string => `frontpage-${reportDate}-0123456789ab-a${attempt}`;

export const attempts: readonly TrainingAttempt[] = [
  {
    jobName: jobName(1),
    instanceType: 'ml.m5.xlarge',
    market: 'spot',
    outcome: 'moved-on',
    why: 'deadline',
    interruptions: 2,
    trainingSeconds: 2640,
    billableSeconds: 910,
    resumedFrom: [7],
    lostSeconds: 552,
    prepareSeconds: 95,
  },
  {
    jobName: jobName(2),
    instanceType: 'ml.m5.2xlarge',
    market: 'on-demand',
    outcome: 'completed',
    interruptions: 0,
    trainingSeconds: 980,
    billableSeconds: 980,
    resumedFrom: [7, 24],
    lostSeconds: 0,
    prepareSeconds: 88,
  },
];

const guards: readonly Guard[] = [
  { name: 'articles in the popular list', figure: 20, is: 'at least', bound: 10, passed: true },
  { name: 'share of readers with a full list', figure: 0.9981, is: 'at least', bound: 0.9, passed: true },
  { name: 'share of the catalogue that is recommended', figure: 0.412, is: 'at least', bound: 0.001, passed: true },
  {
    name: 'share of places with articles older than 96 hours',
    figure: 0.031,
    is: 'at most',
    bound: 0.25,
    passed: true,
  },
  { name: 'lists that repeat an article', figure: 0, is: 'at most', bound: 0, passed: true },
];

/** Against popularity beyond doubt; against the live set within chance, which a human has decided about. */
const comparisons: readonly Comparison[] = [
  comparison('recall@10', 'recent popularity', 0.1032, 0.0911, 0.0052),
  comparison('NDCG@10', 'recent popularity', 0.0874, 0.0793, 0.0041),
  comparison('recall@10', 'the live set', 0.1032, 0.1058, 0.0047),
  comparison('NDCG@10', 'the live set', 0.0874, 0.0871, 0.0038),
];

function comparison(
  metric: Comparison['metric'],
  against: Comparison['against'],
  candidate: number,
  other: number,
  half: number,
): Comparison {
  const margin = 0.05;
  const difference = candidate - other;
  return {
    metric,
    against,
    margin,
    candidate,
    other,
    overBound: { low: difference + margin * other - half, high: difference + margin * other + half },
    difference: { low: difference - half, high: difference + half },
    superior: difference - half > 0,
  };
}

export const gate = decideGate(
  {
    candidate: { recallAt10: 0.1032, ndcgAt10: 0.0874 },
    popular: { recallAt10: 0.0911, ndcgAt10: 0.0793 },
    evaluationReaders: 18_204,
    readers: 412_903,
    items: 412_921,
    championReaders: 409_118,
    comparisons,
    guards,
  },
  defaultGate,
);

const ratio = { value: 1.124, low: 1.101, high: 1.148 };
const gain = { value: 0.021, low: 0.014, high: 0.029 };
const kind = {
  moments: 24_310,
  fitted: true,
  personalKept: true,
  personalGain: { hitAt10: gain, ndcgAt10: gain },
  overFreshPopular: { hitAt10: ratio, ndcgAt10: ratio },
};

export const summary: RunSummary = {
  runDate: reportDate,
  version: versionOf(reportDate, 2),
  clicks: { lines: 3_104_882, malformed: 31, duplicates: 4120, runDate: 3_071_044 },
  ledger: { spools: 4, acknowledged: 3_075_164, found: 3_075_164 },
  readers: 412_903,
  articles: 5218,
  gate,
  quality: {
    candidate: { recallAt10: 0.1032, ndcgAt10: 0.0874 },
    popular: { recallAt10: 0.0911, ndcgAt10: 0.0793 },
    priorWeight: 4,
    champion: {
      version: '2026-11-22.01',
      recallAt10: 0.1058,
      ndcgAt10: 0.0871,
      readers: 18_204,
      readersWithList: 16_377,
    },
  },
  trainingAttempts: attempts,
  itemsLoaded: 412_921,
  stages: stagesOf(reportDate),
  readiness: '24 of 24 hours have objects; everything that arrived before 2026-11-24T00:05:00Z is delivered',
  money: moneyOf(attempts),
  deadlineAtMs: startMs(reportDate) + 180 * minuteMs,
  approval: {
    verdict: 'approve',
    by: 'the desk',
    reason: 'an election night is like no other',
    decidedBy: 'operator',
    decidedAtMs: startMs(reportDate) + 95 * minuteMs,
  },
  blend: {
    weights: defaultBlendWeights,
    halfLifeMinutes: 5,
    first: kind,
    next: kind,
    clicks: 310_000,
    readersOneIn: 2,
  },
  watch: { health: { verdict: 'as before', answers: 52_004 } },
  sweep: {
    kept: ['2026-11-23.02', '2026-11-22.01'],
    swept: [{ version: '2026-11-20.01', outcome: 'removed', lists: 401_774 }],
  },
};

/** When the stage `reporting` begins. */
const endedAtMs = stagesOf(reportDate).at(-1)?.startedAtMs ?? 0;

export const published: EndedRun = { runDate: reportDate, outcome: 'published', summary, endedAtMs };

const gateAtMs = stagesOf(reportDate)[4]?.startedAtMs ?? 0;

export const failed: FailedRunReport & EndedRun = {
  runDate: reportDate,
  outcome: 'failed',
  failedStage: 'gate',
  failureType: 'ModelRejected',
  message: 'recall@10 against recent popularity: 0.08120 is below 0.08655 [version=2026-11-23.02]',
  gate: { ...gate, accepted: false, verdict: 'rejected' },
  stages: [...stagesOf(reportDate).slice(0, 4), { stage: 'gate', startedAtMs: gateAtMs }],
  // The gate had been at work for three minutes.
  endedAtMs: gateAtMs + 3 * minuteMs,
  trainingAttempts: attempts,
  money: moneyOf(attempts),
};

/** Gone on with though an hour was missing. */
export const degraded: EndedRun = {
  runDate: reportDate,
  outcome: 'published',
  endedAtMs,
  summary: {
    ...summary,
    generation: 2,
    degraded: { reason: 'proceeded by the desk: hour 7 is lost', missingHours: [7] },
  },
};
