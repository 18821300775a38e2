/**
 * Capacity as a test or a recorded trace says: when there is none (droughts), and which running Spot job is reclaimed
 * when. Kept in memory only.
 */
import { z } from 'zod';

export type Market = 'spot' | 'on-demand';

export interface Drought {
  readonly market: Market;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whether running Spot jobs lose their instance too. */
  readonly reclaimsRunning: boolean;
}

export type ReclaimTrigger =
  /** After the trainer's start. */
  | { readonly kind: 'elapsed'; readonly afterSeconds: number }
  /** When standard output shows `phase=<phase> iteration=<iteration>`; any phase when none is named. */
  | { readonly kind: 'iteration'; readonly iteration: number; readonly phase?: string | undefined }
  /** When standard output shows its n-th iteration line, counted over all attempts that this server has watched. */
  | { readonly kind: 'iteration-line'; readonly count: number };

export interface Reclaim {
  readonly mode: 'kill' | 'term';
  /** Between SIGTERM and SIGKILL; for `term`. */
  readonly graceSeconds: number;
}

export interface ReclaimRule extends Reclaim {
  /** Absent: the next Spot job that is created. */
  readonly job?: string | undefined;
  readonly trigger: ReclaimTrigger;
}

interface ActiveRule {
  readonly rule: ReclaimRule;
  job: string | undefined;
  met: boolean;
}

const iterationLine = /\bphase=(\S+) iteration=(\d+)/;

export class SpotMarket {
  private droughts: Drought[] = [];
  private rules: ActiveRule[] = [];
  private readonly iterationLines = new Map<string, number>();

  addReclaim(rule: ReclaimRule): void {
    this.rules.push({ rule, job: rule.job, met: false });
  }

  addDroughts(droughts: readonly Drought[]): void {
    this.droughts.push(...droughts);
  }

  clear(): void {
    this.droughts = [];
    this.rules = [];
  }

  /** Rules for "the next job" now belong to this one. */
  onSpotJobCreated(job: string): void {
    for (const active of this.rules) active.job ??= job;
  }

  hasCapacity(market: Market, nowMs: number): boolean {
    return !this.droughts.some((drought) => drought.market === market && covers(drought, nowMs));
  }

  /** Looks at what a Spot job's trainer printed. */
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

  /** The reclaim that this job must suffer now, if any; each rule strikes once. */
  takeReclaim(job: string, trainingSinceMs: number, nowMs: number): Reclaim | undefined {
    const due = this.rules.find(
      ({ rule, job: target, met }) =>
        target === job &&
        (met || (rule.trigger.kind === 'elapsed' && nowMs - trainingSinceMs >= rule.trigger.afterSeconds * 1000)),
    );
    if (due) {
      this.rules = this.rules.filter((active) => active !== due);
      return due.rule;
    }
    const dry = this.droughts.some(
      (drought) => drought.market === 'spot' && drought.reclaimsRunning && covers(drought, nowMs),
    );
    return dry ? { mode: 'kill', graceSeconds: 0 } : undefined;
  }

  state(): object {
    return {
      reclaims: this.rules.map(({ rule, job, met }) => ({ ...rule, job: job ?? 'next', met })),
      droughts: this.droughts.map(({ fromMs, untilMs, ...drought }) => ({
        ...drought,
        from: new Date(fromMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      })),
    };
  }
}

function covers({ fromMs, untilMs }: Drought, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}

function isMet(
  trigger: ReclaimTrigger,
  seen: { readonly phase: string | undefined; readonly iteration: number; readonly count: number },
): boolean {
  switch (trigger.kind) {
    case 'elapsed':
      return false;
    case 'iteration':
      return trigger.iteration === seen.iteration && (trigger.phase === undefined || trigger.phase === seen.phase);
    case 'iteration-line':
      return trigger.count === seen.count;
  }
}

/** A recorded trace: one value each `gap_seconds`, above 0 means available (github.com/skypilot-org/spot-traces). */
export const spotTraceSchema = z.object({
  metadata: z.object({ gap_seconds: z.number().positive() }),
  data: z.array(z.number()).min(1),
});
export type SpotTrace = z.infer<typeof spotTraceSchema>;

/** The droughts of a trace that begins at `startMs` and runs `speed` times as fast as it was recorded. */
export function droughtsOfTrace({ metadata, data }: SpotTrace, startMs: number, speed: number): Drought[] {
  const stepMs = (metadata.gap_seconds * 1000) / speed;
  const droughts: Drought[] = [];
  let from: number | undefined;
  for (const [index, value] of [...data, 1].entries()) {
    if (value <= 0) {
      from ??= index;
      continue;
    }
    if (from === undefined) continue;
    droughts.push({
      market: 'spot',
      fromMs: startMs + from * stepMs,
      untilMs: startMs + index * stepMs,
      reclaimsRunning: true,
    });
    from = undefined;
  }
  return droughts;
}
