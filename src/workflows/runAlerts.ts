/** What people are told of a daily run: at which of its moments, and with which facts. */
import type { DailyInput, EvaluatedModel, FailedRunReport, ModelInput, TrainingAttempt } from '../contract';
import type { PublishWatch } from '../domain/afterPublish';
import type { ApprovalWait } from '../domain/approval';
import { minuteMs } from '../domain/durations';
import { describeDegraded } from '../domain/readiness';
import { describeMoney, rungName } from '../domain/trainingCost';
import type { Alarm, Alerts } from './alerting';
import type { RunTracker } from './runStatus';
import { deadlineAtMs } from './trainingDeadline';

export class RunAlerts {
  private deadline: Alarm | undefined;

  constructor(
    private readonly alerts: Alerts,
    private readonly input: DailyInput,
    private readonly run: RunTracker,
  ) {}

  /** Of the deadline, when it passes before a set of this run, or a newer one, is live. */
  ifLate(): void {
    const atMs = deadlineAtMs(this.input);
    if (atMs === undefined) return;
    const { run } = this;
    this.deadline = this.alerts.raiseAt(atMs, () => ({ kind: 'late', deadlineAtMs: atMs, stage: run.stage }));
  }

  ifWaitingLong<T>(wait: () => Promise<T>): Promise<T> {
    const { alerts: settings, readiness } = this.input.settings;
    if (settings === undefined) return wait();
    const sinceMs = Date.now();
    return this.alerts.raiseUnlessOver(
      settings.waitingMinutes * minuteMs,
      () => ({
        kind: 'waiting for data',
        sinceMs,
        untilMs: sinceMs + readiness.waitLimitSeconds * 1000,
        waitingFor: this.run.look?.readiness.waitingFor ?? [],
      }),
      wait,
    );
  }

  /** Before an attempt on this rung: the first one on demand of a ladder that begins on Spot. */
  ifEscalated(index: number, before: TrainingAttempt | undefined): void {
    const [first] = this.input.settings.ladder;
    const rung = this.input.settings.ladder[index];
    if (first?.market !== 'spot' || rung?.market !== 'on-demand' || before?.market === 'on-demand') return;
    const after =
      before === undefined ? undefined : `${before.outcome}${before.why === undefined ? '' : ` (${before.why})`}`;
    this.alerts.raise({
      kind: 'escalated to on demand',
      rung: rungName(rung),
      ...(after === undefined ? {} : { after }),
    });
  }

  ofApproval(wait: ApprovalWait): void {
    if (wait.untilMs > Date.now()) this.alerts.raise({ kind: 'waiting for approval', ...wait });
  }

  /** `published`: not when a newer set was live already, which meets the deadline too. */
  ofPublish(published: boolean, { version }: ModelInput, { readers, quality }: EvaluatedModel): void {
    this.deadline?.callOff();
    if (!published) return;
    const { money, degraded } = this.run.marks;
    this.alerts.raise({
      kind: 'published',
      version,
      readers,
      recallAt10: quality.candidate.recallAt10,
      ...(money === undefined ? {} : { training: describeMoney(money) }),
      ...(degraded === undefined ? {} : { degraded: describeDegraded(degraded) }),
    });
  }

  ofWatch(from: string, { health, reaction }: PublishWatch): void {
    if (health.verdict !== 'worse' || reaction?.kind !== 'rolled back') return;
    this.alerts.raise({ kind: 'rolled back', from, to: reaction.to, why: health.found.join('; ') });
  }

  /** Whoever cancels a run knows of it. */
  ofFailure({ outcome, failureType, failedStage, message }: FailedRunReport): void {
    if (outcome === 'cancelled') return;
    this.alerts.raise(
      failureType === 'ModelRejected'
        ? { kind: 'rejected', message }
        : { kind: 'failed', failureType, stage: failedStage, message },
    );
  }
}
