/**
 * The event time of a click against the collector's clock. A browser's clock may be wrong by years, and a click that it
 * dates into tomorrow, or into a day that has long been learned from, is no news of today.
 */
import type { Click, ClickCheck } from './click';

export const eventTimePolicies = ['reject', 'restamp', 'accept'] as const;
/** What becomes of a click outside the window: refused, dated to its arrival, or taken as it is. */
export type EventTimePolicy = (typeof eventTimePolicies)[number];

export interface EventTimeRule {
  readonly policy: EventTimePolicy;
  readonly maxFutureSeconds: number;
  readonly maxAgeHours: number;
}

export function applyEventTime(click: Click, rule: EventTimeRule, nowMs: number): ClickCheck {
  if (rule.policy === 'accept') return { ok: true, click };
  const reason = outsideWindow(Date.parse(click.occurred_at), rule, nowMs);
  if (reason === undefined) return { ok: true, click };
  if (rule.policy === 'reject') return { ok: false, field: 'occurred_at', reason };
  return { ok: true, click: { ...click, occurred_at: new Date(nowMs).toISOString() } };
}

function outsideWindow(occurredAtMs: number, rule: EventTimeRule, nowMs: number): string | undefined {
  if (occurredAtMs > nowMs + rule.maxFutureSeconds * 1000) {
    return `is more than ${rule.maxFutureSeconds} seconds ahead of the collector's clock`;
  }
  if (occurredAtMs < nowMs - rule.maxAgeHours * 3_600_000) return `is more than ${rule.maxAgeHours} hours ago`;
  return undefined;
}
