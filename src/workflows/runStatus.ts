/** Where a run stands, kept for the query, the search attributes and the Temporal UI. */
import {
  defineQuery,
  defineSignal,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  lookedSignalName,
  type ReadinessLook,
  type RunMarks,
  type RunStatus,
  type Stage,
  type StageTime,
  searchAttributes,
} from '../contract';
import { describeSweep, describeWatch } from '../domain/afterPublish';
import { describeApproval } from '../domain/approval';
import { describeBlend } from '../domain/blendReport';
import type { GateDecision } from '../domain/gate';
import { firstGeneration } from '../domain/generation';
import { markdownTable } from '../domain/markdownTable';
import { describeDegraded } from '../domain/readiness';
import { describeBytes } from '../domain/readinessTable';
import { type RunDate, startOfDayMs } from '../domain/runDate';
import { describeMoney, rungName } from '../domain/trainingCost';
import type { Rung } from '../domain/trainingJob';

/** From the looks at the lake, which are activities that fail until the day is there. */
export const lookedSignal = defineSignal<[ReadinessLook]>(lookedSignalName);
/** Runs that were started before tell their rung when its attempt is over. */
const rungPatch = 'rung-at-start';

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
    // One that arrives when the wait is over tells nothing any more.
    setHandler(lookedSignal, (look) => (this.stage === 'waiting for clicks' ? this.note({ look }) : undefined), {
      description: 'What a look at the lake saw',
    });
    setHandler(statusQuery, () => this.status, { description: 'Stage, times and figures of this run' });
  }

  get stage(): Stage {
    return this.status.stage;
  }

  get stages(): readonly StageTime[] {
    return this.status.stages;
  }

  /** The last look that the run was told of, while it waits for clicks. */
  get look(): ReadinessLook | undefined {
    return this.status.look;
  }

  get gate(): GateDecision | undefined {
    return this.status.gate;
  }

  get marks(): RunMarks {
    const { generation, readiness, degraded, trainingAttempts, money, deadlineAtMs, approval, blend, watch, sweep } =
      this.status;
    return {
      ...(generation === undefined ? {} : { generation }),
      ...(readiness === undefined ? {} : { readiness }),
      ...(degraded === undefined ? {} : { degraded }),
      ...(trainingAttempts === undefined ? {} : { trainingAttempts }),
      ...(money === undefined ? {} : { money }),
      ...(deadlineAtMs === undefined ? {} : { deadlineAtMs }),
      ...(approval === undefined ? {} : { approval }),
      ...(blend === undefined ? {} : { blend }),
      ...(watch === undefined ? {} : { watch }),
      ...(sweep === undefined ? {} : { sweep }),
    };
  }

  /** Ends the stage that was running and begins the next. */
  enter(stage: Stage): void {
    const nowMs = Date.now();
    const ended = this.status.stages.map((time) =>
      time.endedAtMs === undefined ? { ...time, endedAtMs: nowMs } : time,
    );
    const begun = stage === 'done' ? [] : [{ stage, startedAtMs: nowMs }];
    const { look: _over, ...rest } = this.status;
    this.status = { ...rest, stage, stages: [...ended, ...begun] };
    upsertSearchAttributes([{ key: searchAttributes.stage, value: stage }]);
    // The line carries the stage, as every line of the run from here on.
    log.info('the run enters a stage');
    this.showDetails();
  }

  /** An attempt on this rung begins. */
  climb(rung: Rung): void {
    this.note({ rung: rungName(rung) });
    if (!patched(rungPatch)) return;
    upsertSearchAttributes([
      { key: searchAttributes.rung, value: rungName(rung) },
      { key: searchAttributes.market, value: rung.market },
    ]);
  }

  note(figures: Omit<Partial<RunStatus>, 'runDate' | 'stage' | 'stages'>): void {
    this.status = { ...this.status, ...figures };
    this.showDetails();
  }

  private showDetails(): void {
    const rows = this.status.stages.map(({ stage, startedAtMs, endedAtMs }) => {
      const seconds = endedAtMs === undefined ? 'running' : `${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s`;
      return [stage, `${new Date(startedAtMs).toISOString().slice(0, 19)}Z`, seconds];
    });
    setCurrentDetails(
      [
        `**Run date** ${this.status.runDate}`,
        ...(this.status.generation === undefined ? [] : [`**Generation** ${this.status.generation}`]),
        ...(this.status.degraded === undefined ? [] : [`**Degraded** ${describeDegraded(this.status.degraded)}`]),
        ...(this.status.version === undefined ? [] : [`**Version** ${this.status.version}`]),
        ...(this.status.rung === undefined ? [] : [`**Rung** ${this.status.rung}`]),
        ...(this.status.deadlineAtMs === undefined
          ? []
          : [`**Deadline** ${new Date(this.status.deadlineAtMs).toISOString().slice(0, 16)}Z`]),
        ...(this.status.money === undefined ? [] : [`**Training** ${describeMoney(this.status.money)}`]),
        ...describeApproval(this.status).map((line) => `**Gate** ${line}`),
        ...describeBlend(this.status.blend).map((line) => `**Blend** ${line}`),
        ...(this.status.watch === undefined ? [] : [`**Serving** ${describeWatch(this.status.watch)}`]),
        ...(this.status.sweep === undefined ? [] : [`**Sweep** ${describeSweep(this.status.sweep)}`]),
        '',
        ...markdownTable(['stage', 'started', 'took'], rows),
        ...(this.status.look === undefined ? [] : describeLook(this.status.look)),
      ].join('\n'),
    );
  }
}

/** In Markdown: what is waited for and until when, and the day hour by hour. */
function describeLook({ lookedAtMs, waitsUntilMs, readiness }: ReadinessLook): string[] {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const { watermarkMs, waitingFor, hours } = readiness;
  return [
    '',
    `**Waits for** ${waitingFor.join('; ')}, until ${at(waitsUntilMs)} (seen ${at(lookedAtMs)}; watermark ${watermarkMs === undefined ? 'none' : at(watermarkMs)})`,
    '',
    ...markdownTable(
      ['hour', 'objects', 'size', 'state'],
      hours.map(({ hour, objects, sizeBytes, state }) => [
        String(hour).padStart(2, '0'),
        String(objects),
        describeBytes(sizeBytes),
        state,
      ]),
    ),
  ];
}
