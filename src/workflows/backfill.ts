/**
 * Runs past days, oldest first, a bounded number at a time. Each is the day's own run, under the day's own id, so a day
 * has one run at a time also here. A day that fails does not keep the others from being run.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  continueAsNew,
  defineQuery,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import {
  type BackfillDay,
  type BackfilledDay,
  type BackfillInput,
  type BackfillStatus,
  dailyWorkflowId,
  keepLiveMemo,
  type PipelineSettings,
} from '../contract';
import { backfillReadiness } from '../domain/backfill';
import { firstGeneration } from '../domain/generation';
import type { RunDate } from '../domain/runDate';
import { detailsOfRun, summaryOfRun } from '../domain/runDescription';
import { failureIn } from '../failures';
import { dailyRecommendations } from './dailyRecommendations';

/** Bounds the history. No child is running when the backfill goes on as new, so none is lost sight of. */
const daysPerExecution = 100;

export const backfillQuery = defineQuery<BackfillStatus>('backfill');

export async function backfill(input: BackfillInput): Promise<BackfillStatus> {
  const window = new BackfillWindow(input);
  await window.run();
  const { done, left, stopped } = window.status;
  if (stopped || left.length === 0) return window.status;
  return continueAsNew<typeof backfill>({ ...input, days: input.days.slice(daysPerExecution), done });
}

class BackfillWindow {
  private readonly root = CancellationScope.current();
  private readonly queue: BackfillDay[];
  private readonly later: readonly RunDate[];
  private running: readonly RunDate[] = [];
  private done: readonly BackfilledDay[];

  constructor(private readonly input: BackfillInput) {
    this.queue = input.days.slice(0, daysPerExecution);
    this.later = input.days.slice(daysPerExecution).map(({ runDate }) => runDate);
    this.done = input.done ?? [];
    setHandler(backfillQuery, () => this.status, { description: 'Which days are done, running and left' });
  }

  get status(): BackfillStatus {
    return {
      done: this.done,
      running: this.running,
      left: [...this.queue.map(({ runDate }) => runDate), ...this.later],
      stopped: this.root.consideredCancelled,
    };
  }

  /** Cancelling ends the backfill and not the days that it has begun: each of them can be cancelled by itself. */
  async run(): Promise<void> {
    const lanes = Array.from({ length: this.input.concurrency }, () => this.lane());
    await Promise.all(lanes);
  }

  private lane(): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      while (!this.root.consideredCancelled) {
        const day = this.queue.shift();
        if (day === undefined) return;
        this.running = [...this.running, day.runDate];
        this.showDetails();
        const ended = await this.runDay(day);
        this.running = this.running.filter((runDate) => runDate !== day.runDate);
        this.done = [...this.done, ended];
        this.showDetails();
      }
    });
  }

  private async runDay({ runDate, generation }: BackfillDay): Promise<BackfilledDay> {
    const { publish, settings } = this.input;
    try {
      const { outcome } = await executeChild(dailyRecommendations, {
        workflowId: dailyWorkflowId(runDate),
        args: [
          {
            runDate,
            ...(generation === firstGeneration ? {} : { generation }),
            settings: publish ? settingsOf(runDate, settings) : settingsUnseen(runDate, settings),
          },
        ],
        staticSummary: summaryOfRun(runDate),
        staticDetails: detailsOfRun(runDate),
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        ...(publish ? {} : { memo: { [keepLiveMemo]: true } }),
      });
      return { runDate, outcome };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { runDate, outcome: 'joined' };
      if (isCancellation(error)) return { runDate, outcome: 'cancelled' };
      const found = failureIn(error);
      return {
        runDate,
        outcome: 'failed',
        failure: { type: found?.type ?? 'unknown', message: found?.message ?? String(error) },
      };
    }
  }

  private showDetails(): void {
    const { done, running, left, stopped } = this.status;
    setCurrentDetails(
      [
        `**Days** ${done.length} done, ${running.length} running, ${left.length} left${stopped ? '; stopped' : ''}`,
        '',
        '| day | outcome |',
        '|---|---|',
        ...done.map(({ runDate, outcome, failure }) => `| ${runDate} | ${outcome} ${failure?.type ?? ''} |`),
        ...running.map((runDate) => `| ${runDate} | running |`),
      ].join('\n'),
    );
  }
}

function settingsOf(runDate: RunDate, settings: PipelineSettings): PipelineSettings {
  return { ...settings, readiness: backfillReadiness(runDate, Date.now(), settings.readiness) };
}

/** Nobody is shown the set, so nobody is asked about it, and it is blended with nothing. */
function settingsUnseen(runDate: RunDate, settings: PipelineSettings): PipelineSettings {
  const { gate, blend: _unused, ...rest } = settingsOf(runDate, settings);
  return { ...rest, gate: { ...gate, approvalSeconds: 0, onNoDecision: 'accept' } };
}
