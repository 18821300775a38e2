/**
 * What a workflow tells people while its story goes on. Nothing of this can fail the story or hold it up: an alert is sent
 * beside it, and one that cannot be sent is logged. Only the end of the workflow waits, a few minutes, for what is under way.
 */
import {
  CancellationScope,
  isCancellation,
  log,
  patched,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../contract';
import type { Alert, AlertFacts } from '../domain/alerts';
import type { RunDate } from '../domain/runDate';
import { failureIn } from '../failures';
import * as profiles from './activity-profiles';

/** Runs that were started before there were alerts go on without. */
const alertsPatch = 'alerts';

interface AlertOptions {
  /** How long a channel that fails is tried again: an outage is over by then, or somebody knows of it anyway. */
  readonly patienceSeconds?: number;
  /** Tells nobody: who started the workflow looks after it. */
  readonly muted?: boolean;
}

/** An alert that is raised at a time, unless it is called off before. */
export interface Alarm {
  callOff(): void;
}

export class Alerts {
  private readonly enabled: boolean;
  private readonly sendAlert: Activities['sendAlert'];
  private readonly sending: Promise<void>[] = [];
  private readonly alarms: Alarm[] = [];

  constructor(
    private readonly runDate: RunDate,
    { patienceSeconds = 300, muted = false }: AlertOptions,
  ) {
    this.enabled = !muted && patched(alertsPatch);
    this.sendAlert = proxyActivities<Activities>(profiles.alert(patienceSeconds)).sendAlert;
  }

  /** Returns at once. Of one kind a workflow tells once. */
  raise(facts: AlertFacts): void {
    if (!this.enabled) return;
    const alert: Alert = { ...facts, runDate: this.runDate, about: workflowInfo().runId };
    this.sending.push(CancellationScope.nonCancellable(() => this.send(alert)));
  }

  /** At this time, with what is to be told then. A cancelled run raises none. */
  raiseAt(atMs: number, facts: () => AlertFacts): Alarm {
    if (!this.enabled) return { callOff: () => undefined };
    const clock = new CancellationScope();
    const alarm: Alarm = { callOff: () => clock.cancel() };
    this.alarms.push(alarm);
    this.sending.push(clock.run(() => this.raiseAfter(atMs - Date.now(), facts)).catch(logUnlessCalledOff));
    return alarm;
  }

  /** When `work` takes longer than this. */
  async raiseUnlessOver<T>(afterMs: number, facts: () => AlertFacts, work: () => Promise<T>): Promise<T> {
    const alarm = this.raiseAt(Date.now() + afterMs, facts);
    try {
      return await work();
    } finally {
      alarm.callOff();
    }
  }

  /** When nothing is under way any more; alarms that have not gone off do not. */
  async settled(): Promise<void> {
    for (const alarm of this.alarms) alarm.callOff();
    await Promise.all(this.sending);
  }

  private async raiseAfter(waitMs: number, facts: () => AlertFacts): Promise<void> {
    await sleep(Math.max(1, waitMs), { summary: `alert: ${facts().kind}` });
    this.raise(facts());
  }

  private async send(alert: Alert): Promise<void> {
    try {
      await this.sendAlert(alert);
    } catch (error) {
      const reason = failureIn(error)?.message ?? String(error);
      log.warn('an alert could not be sent', { kind: alert.kind, reason });
    }
  }
}

/** Tells `story` whom to call, and lets what it raised be sent before its end, whatever that is. */
export async function withAlerts<T>(
  runDate: RunDate,
  story: (alerts: Alerts) => Promise<T>,
  options: AlertOptions = {},
): Promise<T> {
  const alerts = new Alerts(runDate, options);
  try {
    return await story(alerts);
  } finally {
    await CancellationScope.nonCancellable(() => alerts.settled());
  }
}

function logUnlessCalledOff(error: unknown): void {
  if (!isCancellation(error)) log.warn('an alert could not be raised at its time', { reason: String(error) });
}
