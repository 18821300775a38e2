/** Where a run stands, kept for the query, the search attributes and the Temporal UI. */
import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { type RunMarks, type RunStatus, type Stage, type StageTime, searchAttributes } from '../contract';
import { firstGeneration } from '../domain/generation';
import { describeDegraded } from '../domain/readiness';
import { type RunDate, startOfDayMs } from '../domain/runDate';

export const statusQuery = defineQuery<RunStatus>('status');

export class RunTracker {
  private status: RunStatus;

  constructor(runDate: RunDate, generation: number) {
    this.status = {
      runDate,
      ...(generation === firstGeneration ? {} : { generation }),
      stage: 'waiting for clicks',
      stages: [],
    };
    upsertSearchAttributes([{ key: searchAttributes.runDate, value: new Date(startOfDayMs(runDate)) }]);
    setHandler(statusQuery, () => this.status, { description: 'Stage, times and figures of this run' });
  }

  get stage(): Stage {
    return this.status.stage;
  }

  get stages(): readonly StageTime[] {
    return this.status.stages;
  }

  get marks(): RunMarks {
    const { generation, readiness, degraded } = this.status;
    return {
      ...(generation === undefined ? {} : { generation }),
      ...(readiness === undefined ? {} : { readiness }),
      ...(degraded === undefined ? {} : { degraded }),
    };
  }

  /** Ends the stage that was running and begins the next. */
  enter(stage: Stage): void {
    const nowMs = Date.now();
    const ended = this.status.stages.map((time) =>
      time.endedAtMs === undefined ? { ...time, endedAtMs: nowMs } : time,
    );
    const begun = stage === 'done' ? [] : [{ stage, startedAtMs: nowMs }];
    this.status = { ...this.status, stage, stages: [...ended, ...begun] };
    upsertSearchAttributes([{ key: searchAttributes.stage, value: stage }]);
    this.showDetails();
  }

  note(
    figures: Pick<Partial<RunStatus>, 'version' | 'rung' | 'gate' | 'itemsLoaded' | 'readiness' | 'degraded'>,
  ): void {
    this.status = { ...this.status, ...figures };
    this.showDetails();
  }

  private showDetails(): void {
    const rows = this.status.stages.map(({ stage, startedAtMs, endedAtMs }) => {
      const seconds = endedAtMs === undefined ? 'running' : `${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s`;
      return `| ${stage} | ${new Date(startedAtMs).toISOString().slice(0, 19)}Z | ${seconds} |`;
    });
    setCurrentDetails(
      [
        `**Run date** ${this.status.runDate}`,
        ...(this.status.generation === undefined ? [] : [`**Generation** ${this.status.generation}`]),
        ...(this.status.degraded === undefined ? [] : [`**Degraded** ${describeDegraded(this.status.degraded)}`]),
        ...(this.status.version === undefined ? [] : [`**Version** ${this.status.version}`]),
        ...(this.status.rung === undefined ? [] : [`**Rung** ${this.status.rung}`]),
        '',
        '| stage | started | took |',
        '|---|---|---|',
        ...rows,
      ].join('\n'),
    );
  }
}
