/** What a test does to a job's instance, and at which moment of its life. Kept in memory only; each rule strikes once. */
import type { Market } from './droughts';

export type Trigger =
  /** While the job waits for capacity, after the begin of its waiting. */
  | { readonly kind: 'waiting'; readonly afterSeconds: number }
  /** After the trainer's start. */
  | { readonly kind: 'elapsed'; readonly afterSeconds: number }
  /** When standard output shows `phase=<phase> iteration=<iteration>`; any phase when none is named. */
  | { readonly kind: 'iteration'; readonly iteration: number; readonly phase?: string | undefined }
  /** When standard output shows its n-th iteration line, counted over all attempts that this server has watched. */
  | { readonly kind: 'iteration-line'; readonly count: number }
  /** When a part of the model is in S3. */
  | { readonly kind: 'uploading' };

export type Strike =
  /** `graceSeconds` between SIGTERM and SIGKILL; for `term`. */
  | { readonly kind: 'reclaim'; readonly mode: 'kill' | 'term'; readonly graceSeconds: number }
  | { readonly kind: 'CapacityError' }
  | { readonly kind: 'InternalServerError' };

export interface StrikeRule {
  /** Absent: the next job that is created; for a reclaim, the next Spot job. */
  readonly job?: string | undefined;
  readonly trigger: Trigger;
  readonly strike: Strike;
}

/** Where a job is when it asks what hits it. */
export interface Moment {
  readonly during: 'waiting' | 'training' | 'uploading';
  readonly sinceMs: number;
  readonly nowMs: number;
}

interface ActiveRule {
  readonly rule: StrikeRule;
  job: string | undefined;
  /** The awaited line was printed. */
  met: boolean;
}

const iterationLine = /\bphase=(\S+) iteration=(\d+)/;

export class Strikes {
  private rules: ActiveRule[] = [];
  private readonly iterationLines = new Map<string, number>();

  add(rule: StrikeRule): void {
    this.rules.push({ rule, job: rule.job, met: false });
  }

  clear(): void {
    this.rules = [];
  }

  /** Rules for "the next job" now belong to this one. */
  onJobCreated(job: string, market: Market): void {
    for (const active of this.rules) {
      if (market === 'spot' || active.rule.strike.kind !== 'reclaim') active.job ??= job;
    }
  }

  /** Looks at what a job's trainer printed. */
  observe(job: string, lines: readonly string[]): void {
    for (const line of lines) {
      const match = iterationLine.exec(line);
      if (!match) continue;
      const count = (this.iterationLines.get(job) ?? 0) + 1;
      this.iterationLines.set(job, count);
      for (const active of this.rules.filter((candidate) => candidate.job === job)) {
        active.met ||= isMet(active.rule.trigger, { phase: match[1], iteration: Number(match[2]), count });
      }
    }
  }

  /** What hits this job now, if anything. */
  take(job: string, moment: Moment): Strike | undefined {
    const due = this.rules.find((active) => active.job === job && isDue(active, moment));
    this.rules = this.rules.filter((active) => active !== due);
    return due?.rule.strike;
  }

  state(): object {
    const rules = this.rules.map(({ rule, job, met }) => ({
      job: job ?? 'next',
      met,
      trigger: rule.trigger,
      ...rule.strike,
    }));
    return {
      reclaims: rules.filter(({ kind }) => kind === 'reclaim'),
      failures: rules.filter(({ kind }) => kind !== 'reclaim'),
    };
  }
}

function isDue({ rule: { trigger }, met }: ActiveRule, { during, sinceMs, nowMs }: Moment): boolean {
  switch (trigger.kind) {
    case 'waiting':
      return during === 'waiting' && nowMs - sinceMs >= trigger.afterSeconds * 1000;
    case 'elapsed':
      return during === 'training' && nowMs - sinceMs >= trigger.afterSeconds * 1000;
    case 'iteration':
    case 'iteration-line':
      return during === 'training' && met;
    case 'uploading':
      return during === 'uploading';
  }
}

function isMet(
  trigger: Trigger,
  seen: { readonly phase: string | undefined; readonly iteration: number; readonly count: number },
): boolean {
  switch (trigger.kind) {
    case 'waiting':
    case 'elapsed':
    case 'uploading':
      return false;
    case 'iteration':
      return trigger.iteration === seen.iteration && (trigger.phase === undefined || trigger.phase === seen.phase);
    case 'iteration-line':
      return trigger.count === seen.count;
  }
}
