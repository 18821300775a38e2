/** What a report is read against: the days before it, the hours of its day, the times of its training jobs. */
import type { RunReport, RunSummary } from '../contract';
import type { JobSpan } from '../domain/jobTimes';
import type { HourPartition } from '../domain/readiness';
import type { RunDate } from '../domain/runDate';
import type { TrainingMoney } from '../domain/trainingCost';
import type { UsualVolume } from '../domain/volume';

/** How far back the page looks, days. */
export const historyDays = 30;

/** A report and when its run came to its end, which the last stage of a run that failed does not tell. */
export type EndedRun = RunReport & { readonly endedAtMs: number };

export interface ReportContext {
  readonly earlier: EarlierReports;
  readonly volume: DayVolume | NotKnown;
  readonly jobs: readonly JobTimes[];
  /** Where the runbook can be read. */
  readonly runbookUrl: string;
}

export interface NotKnown {
  readonly notKnown: string;
}

export interface EarlierReports {
  /** One for each day that has a report, the latest day first. */
  readonly runs: readonly ReportedRun[];
  /** Days of the last `historyDays` without a report, the latest first. */
  readonly missing: readonly RunDate[];
  readonly unreadable: readonly { readonly day: RunDate; readonly why: string }[];
}

/** As the day lay in the lake when the report was written. */
export interface DayVolume {
  readonly hours: readonly HourPartition[];
  readonly usual: UsualVolume;
}

export interface JobTimes {
  readonly jobName: string;
  readonly spans: readonly JobSpan[] | NotKnown;
}

/** A report as far as later pages read it; what earlier releases did not write is optional. */
export type ReportedRun = ReportedSuccess | ReportedFailure;

type Success = Extract<RunReport, { readonly summary: RunSummary }>;
type Failure = Exclude<RunReport, Success>;

export interface ReportedSuccess {
  readonly runDate: RunDate;
  readonly endedAtMs?: number;
  readonly outcome: Success['outcome'];
  readonly summary: ReportedMarks &
    Pick<RunSummary, 'version' | 'clicks' | 'readers' | 'articles' | 'quality' | 'itemsLoaded'> & {
      readonly stages: readonly ReportedStage[];
      readonly gate: { readonly guards?: readonly { readonly name: string; readonly figure: number }[] };
    };
}

export interface ReportedFailure extends ReportedMarks {
  readonly runDate: RunDate;
  readonly endedAtMs?: number;
  readonly outcome: Failure['outcome'];
  readonly failureType: string;
  readonly stages: readonly ReportedStage[];
}

export interface ReportedStage {
  readonly stage: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

interface ReportedMarks {
  readonly generation?: number;
  readonly money?: Pick<
    TrainingMoney,
    'costUsd' | 'onDemandUsd' | 'savingPercent' | 'trainingSeconds' | 'billableSeconds' | 'interruptions'
  >;
}
