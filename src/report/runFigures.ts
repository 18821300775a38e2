/** The figures by which one day is compared with another. What a run did not come to is absent. */
import type { RunDate } from '../domain/runDate';
import type { ReportedRun, ReportedStage } from './context';

export interface RunFigures {
  readonly runDate: RunDate;
  readonly outcome: ReportedRun['outcome'];
  readonly failureType?: string;
  readonly durationSeconds?: number;
  /** Null: the price of a rung is not known. */
  readonly costUsd?: number | null;
  readonly onDemandUsd?: number | null;
  readonly savingPercent?: number;
  readonly interruptions?: number;
  readonly version?: string;
  readonly clicks?: number;
  readonly malformedShare?: number;
  readonly duplicateShare?: number;
  readonly readers?: number;
  readonly articles?: number;
  readonly recallAt10?: number;
  readonly ndcgAt10?: number;
  readonly popularRecallAt10?: number;
  readonly popularNdcgAt10?: number;
  readonly championRecallAt10?: number;
  readonly championNdcgAt10?: number;
  readonly itemsLoaded?: number;
  readonly itemsPerSecond?: number;
  /** Of the set: what readers would get. */
  readonly guards: readonly { readonly name: string; readonly figure: number }[];
}

export function figuresOf(run: ReportedRun): RunFigures {
  const marks = 'summary' in run ? run.summary : run;
  const durationSeconds = durationOf(marks.stages, run.endedAtMs);
  return {
    runDate: run.runDate,
    outcome: run.outcome,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(marks.money === undefined
      ? {}
      : {
          costUsd: marks.money.costUsd,
          onDemandUsd: marks.money.onDemandUsd,
          savingPercent: marks.money.savingPercent,
          interruptions: marks.money.interruptions,
        }),
    ...('summary' in run ? figuresOfSet(run) : { failureType: run.failureType, guards: [] }),
  };
}

function figuresOfSet({ summary }: Extract<ReportedRun, { readonly summary: unknown }>) {
  const { clicks, quality, itemsLoaded } = summary;
  const { candidate, popular, champion } = quality;
  const loadSeconds = secondsOfStage(summary.stages, 'loading');
  return {
    version: summary.version,
    clicks: clicks.runDate,
    ...(clicks.lines === 0
      ? {}
      : { malformedShare: clicks.malformed / clicks.lines, duplicateShare: clicks.duplicates / clicks.lines }),
    readers: summary.readers,
    articles: summary.articles,
    recallAt10: candidate.recallAt10,
    ndcgAt10: candidate.ndcgAt10,
    popularRecallAt10: popular.recallAt10,
    popularNdcgAt10: popular.ndcgAt10,
    ...(champion === undefined ? {} : { championRecallAt10: champion.recallAt10, championNdcgAt10: champion.ndcgAt10 }),
    itemsLoaded,
    ...(loadSeconds === undefined || loadSeconds <= 0 ? {} : { itemsPerSecond: itemsLoaded / loadSeconds }),
    guards: summary.gate.guards ?? [],
  };
}

/** Of all times that a stage was entered; `undefined` when it never ended. */
export function secondsOfStage(stages: readonly ReportedStage[], name: string): number | undefined {
  const ended = stages.flatMap(({ stage, startedAtMs, endedAtMs }) =>
    stage === name && endedAtMs !== undefined ? [(endedAtMs - startedAtMs) / 1000] : [],
  );
  return ended.length === 0 ? undefined : ended.reduce((sum, seconds) => sum + seconds, 0);
}

/** From the first stage to the end; reports of before it was written end with the last instant that they know. */
function durationOf(stages: readonly ReportedStage[], endMs = 0): number | undefined {
  const first = stages[0];
  if (first === undefined) return undefined;
  const lastMs = Math.max(endMs, ...stages.map(({ startedAtMs, endedAtMs }) => endedAtMs ?? startedAtMs));
  return (lastMs - first.startedAtMs) / 1000;
}
