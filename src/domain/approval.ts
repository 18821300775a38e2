/** A borderline candidate and the human, or the policy, that decides about it. */
import { field } from './field';
import type { GateSettings } from './gateSettings';

/** What an operator tells a run whose candidate is borderline. */
export interface GateOrder {
  readonly verdict: 'approve' | 'reject';
  readonly by: string;
  readonly reason: string;
}

export interface GateApproval extends GateOrder {
  readonly decidedBy: 'operator' | 'policy';
  readonly decidedAtMs: number;
}

export interface ApprovalWait {
  readonly untilMs: number;
  /** What becomes of the candidate when nobody decides. */
  readonly onNoDecision: GateSettings['onNoDecision'];
  readonly doubts: string;
}

/** What is wrong with an order, in words for whoever gave it. */
export function faultOfOrder(order: unknown): string | undefined {
  const verdict = field(order, 'verdict');
  if (verdict !== 'approve' && verdict !== 'reject') return "a decision is 'approve' or 'reject'";
  const said = (name: string): boolean => {
    const value = field(order, name);
    return typeof value === 'string' && value.trim() !== '';
  };
  return said('by') && said('reason') ? undefined : 'a decision needs who gives it and why';
}

/** Until when an operator may decide: an approved set must still be loaded and published by the deadline of its run. */
export function approvalUntilMs(
  nowMs: number,
  approvalSeconds: number,
  deadline: { readonly deadlineAtMs: number; readonly publishSeconds: number } | undefined,
): number {
  const untilMs = nowMs + approvalSeconds * 1000;
  if (deadline === undefined) return untilMs;
  return Math.max(nowMs, Math.min(untilMs, deadline.deadlineAtMs - deadline.publishSeconds * 1000));
}

/** What the settings say about a candidate that no operator has decided about. */
export function decisionOfPolicy(onNoDecision: GateSettings['onNoDecision'], waitedSeconds: number): GateOrder {
  return {
    verdict: onNoDecision === 'accept' ? 'approve' : 'reject',
    by: `the policy gate.onNoDecision=${onNoDecision}`,
    reason: `nobody decided within ${Math.round(waitedSeconds)} s`,
  };
}

/** Lines that show where a borderline candidate stands. */
export function describeApproval(status: {
  readonly approvalWait?: ApprovalWait;
  readonly approval?: GateApproval;
}): string[] {
  const { approvalWait, approval } = status;
  if (approval !== undefined) return [describeDecision(approval)];
  if (approvalWait === undefined) return [];
  const until = `${new Date(approvalWait.untilMs).toISOString().slice(0, 19)}Z`;
  const fallback = approvalWait.onNoDecision === 'accept' ? 'accepted' : 'rejected';
  return [`borderline, waits for approval until ${until}, then it is ${fallback}`, approvalWait.doubts];
}

export function describeDecision({ verdict, by, reason }: GateOrder): string {
  return `${verdict === 'approve' ? 'approved' : 'rejected'} by ${by}: ${reason}`;
}
