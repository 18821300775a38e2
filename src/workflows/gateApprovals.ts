/** Lets a run go on when the gate accepts its candidate; about a borderline one an operator decides, or the policy. */
import { condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { DailyInput } from '../contract';
import {
  type ApprovalWait,
  approvalUntilMs,
  decisionOfPolicy,
  describeDecision,
  faultOfOrder,
  type GateApproval,
  type GateOrder,
} from '../domain/approval';
import { describeDoubts, describeFailedChecks, type GateDecision } from '../domain/gate';
import { wholeGateSettings } from '../domain/gateSettings';
import { failure } from '../failures';
import type { RunAlerts } from './runAlerts';
import type { RunTracker } from './runStatus';

export const decideUpdate = defineUpdate<void, [GateOrder], 'decide'>('decide');

export class GateApprovals {
  private waiting = false;
  private given: GateApproval | undefined;

  constructor() {
    setHandler(
      decideUpdate,
      ({ verdict, by, reason }) => {
        this.given = { verdict, by, reason, decidedBy: 'operator', decidedAtMs: Date.now() };
      },
      {
        description: 'While a borderline candidate waits for approval: approve or reject it',
        validator: (order) => this.refuseUnlessAsked(order),
      },
    );
  }

  /** Returns when the candidate may go live. Throws `ModelRejected` when it may not. */
  async require(decision: GateDecision, input: DailyInput, run: RunTracker, tell: RunAlerts): Promise<void> {
    if (decision.accepted) return;
    if (decision.verdict !== 'borderline') {
      throw failure('ModelRejected', describeFailedChecks(decision), { details: decision });
    }
    const wait = waitOf(decision, input, run);
    run.enter('waiting for approval');
    run.note({ approvalWait: wait });
    tell.ofApproval(wait);
    const approval = await this.decided(wait);
    run.note({ approval });
    if (approval.verdict === 'approve') return;
    throw failure('ModelRejected', `${describeDecision(approval)}; in doubt was ${wait.doubts}`, {
      details: { ...decision, approval },
    });
  }

  private async decided({ untilMs, onNoDecision }: ApprovalWait): Promise<GateApproval> {
    const waitMs = untilMs - Date.now();
    this.waiting = waitMs > 0;
    try {
      if (this.waiting) await condition(() => this.given !== undefined, waitMs);
    } finally {
      this.waiting = false;
    }
    if (this.given !== undefined) return this.given;
    return { ...decisionOfPolicy(onNoDecision, waitMs / 1000), decidedBy: 'policy', decidedAtMs: Date.now() };
  }

  private refuseUnlessAsked(order: GateOrder): void {
    if (this.given !== undefined) throw new Error(`decided already: ${describeDecision(this.given)}`);
    if (!this.waiting) throw new Error('the run does not wait for approval: there is nothing to decide');
    const fault = faultOfOrder(order);
    if (fault !== undefined) throw new Error(fault);
  }
}

function waitOf(decision: GateDecision, { settings }: DailyInput, run: RunTracker): ApprovalWait {
  const { approvalSeconds, onNoDecision } = wholeGateSettings(settings.gate);
  const { deadlineAtMs } = run.marks;
  const { publishSeconds = 0 } = settings.deadline ?? {};
  const deadline = deadlineAtMs === undefined ? undefined : { deadlineAtMs, publishSeconds };
  return {
    untilMs: approvalUntilMs(Date.now(), approvalSeconds, deadline),
    onNoDecision,
    doubts: describeDoubts(decision),
  };
}
