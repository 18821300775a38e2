/** Watches how serving does after a publish, and says at once when it does worse than before. */
import { Context } from '@temporalio/activity';
import type { ServingMetrics } from '../clients/servingMetrics';
import type { Activities } from '../contract';
import { minuteMs } from '../domain/durations';
import { defaultHealthRule, type HealthRule, judgeServing, type ServingHealth, sumOf } from '../domain/servingHealth';
import type { ActivityDependencies } from './dependencies';

export interface WatchOptions {
  readonly rule: HealthRule;
  readonly lookMs: number;
}

const defaultWatchOptions: WatchOptions = { rule: defaultHealthRule, lookMs: 15_000 };
/** Long enough to know what is usual, and of the same time of day. */
const beforeMs = 60 * minuteMs;
/**
 * What is reported in the minute after the publish was partly answered before it: processes report every so often, and look
 * at the pointer every so often.
 */
const mixedMs = minuteMs;

/** Safe to retry: reads only. */
export function createWatchServing(
  { servingMetrics }: Pick<ActivityDependencies, 'servingMetrics'>,
  { rule, lookMs }: WatchOptions = defaultWatchOptions,
): Activities['watchServing'] {
  return async ({ publishedAtMs, watchSeconds }) => {
    const context = Context.current();
    const untilMs = publishedAtMs + watchSeconds * 1000;
    for (;;) {
      const nowMs = Date.now();
      const health = await look(servingMetrics, publishedAtMs, nowMs, rule);
      context.heartbeat(health);
      if (health.verdict === 'worse' || nowMs >= untilMs) return health;
      await context.sleep(Math.min(lookMs, untilMs - nowMs));
    }
  };
}

async function look(
  metrics: ServingMetrics,
  publishedAtMs: number,
  nowMs: number,
  rule: HealthRule,
): Promise<ServingHealth> {
  const publishMinuteMs = Math.floor(publishedAtMs / minuteMs) * minuteMs;
  const points = await metrics.answered(publishMinuteMs - beforeMs, nowMs);
  const before = points.filter(({ atMs }) => atMs < publishMinuteMs);
  const after = points.filter(({ atMs }) => atMs > publishedAtMs + mixedMs);
  return judgeServing(sumOf(before), sumOf(after), rule);
}
