/** Names of queues, schedules, workflows and attributes. Whoever starts or looks for something uses them. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { RunDate } from '../domain/runDate';

export const taskQueue = 'frontpage-daily';
/** A beat must not wait behind the loads of a night. */
export const freshTaskQueue = 'frontpage-fresh';
export const dailyScheduleId = 'frontpage-daily';
export const freshScheduleId = 'frontpage-fresh';
export const versionsSweepScheduleId = 'frontpage-versions-sweep';
export const watchScheduleId = 'frontpage-watch';
export const freshListsWorkflowId = 'frontpage-fresh-lists';
export const scheduledRunWorkflowId = 'frontpage-scheduled-run';
export const rollbackWorkflowId = 'frontpage-rollback';
export const runWatchWorkflowId = 'frontpage-run-watch';
export const versionsSweepWorkflowId = 'frontpage-versions-sweep';
export const lateSweepWorkflowId = (runDate: RunDate): string => `late-objects-sweep-${runDate}`;
export const forgetWorkflowId = (hash: string): string => `forget-user-${hash}`;
export const dailyWorkflowId = (runDate: RunDate): string => `daily-recommendations-${runDate}`;
export const backfillWorkflowId = (from: RunDate, to: RunDate): string => `frontpage-backfill-${from}-${to}`;
export const rebuildWorkflowId = (runDate: RunDate): string => `rebuild-interactions-${runDate}`;
/** In the memo of a daily run, `true`: it trains, is judged and reported; nothing of it is loaded or published. */
export const keepLiveMemo = 'keepLive';
export const lookedSignalName = 'looked';

/** Registered with the server before the first worker starts; see `ensureSearchAttributes`. */
export const searchAttributes = {
  runDate: defineSearchAttributeKey('RunDate', SearchAttributeType.DATETIME),
  stage: defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD),
  modelVersion: defineSearchAttributeKey('ModelVersion', SearchAttributeType.KEYWORD),
  rung: defineSearchAttributeKey('Rung', SearchAttributeType.KEYWORD),
  /** Of the rung, by itself: Temporal compares a whole text or its beginning. */
  market: defineSearchAttributeKey('Market', SearchAttributeType.KEYWORD),
  interruptions: defineSearchAttributeKey('Interruptions', SearchAttributeType.INT),
  costUsd: defineSearchAttributeKey('CostUsd', SearchAttributeType.DOUBLE),
  savingPercent: defineSearchAttributeKey('SavingPercent', SearchAttributeType.DOUBLE),
  recallAt10: defineSearchAttributeKey('RecallAt10', SearchAttributeType.DOUBLE),
} as const;
