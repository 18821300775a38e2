import {
  approvalUntilMs,
  decisionOfPolicy,
  describeApproval,
  faultOfOrder,
  type GateApproval,
} from '../../src/domain/approval';

describe('the end of the wait for approval', () => {
  const nowMs = 1_000_000;

  it.each([
    ['without a deadline', undefined, nowMs + 7_200_000],
    ['with a deadline that is far away', { deadlineAtMs: nowMs + 90_000_000, publishSeconds: 60 }, nowMs + 7_200_000],
    ['with one that comes first', { deadlineAtMs: nowMs + 600_000, publishSeconds: 60 }, nowMs + 540_000],
    ['with one that leaves no time to publish', { deadlineAtMs: nowMs + 600_000, publishSeconds: 900 }, nowMs],
    ['with one that is over', { deadlineAtMs: nowMs - 1, publishSeconds: 0 }, nowMs],
  ])('%s', (_what, deadline, untilMs) => {
    expect(approvalUntilMs(nowMs, 7200, deadline)).toBe(untilMs);
  });
});

describe('a decision', () => {
  it('is whole with a verdict, a name and a reason', () => {
    expect(faultOfOrder({ verdict: 'approve', by: 'the desk', reason: 'looked at it' })).toBeUndefined();
  });

  it.each([
    [undefined],
    [{}],
    [{ verdict: 'accept', by: 'a', reason: 'b' }],
    [{ verdict: 'approve', by: ' ', reason: 'b' }],
    [{ verdict: 'approve', by: 'a' }],
    [{ verdict: 'reject', by: 7, reason: 'b' }],
  ])('is not with %j', (order) => {
    expect(faultOfOrder(order)).toEqual(expect.any(String));
  });

  it('is made by the policy when nobody makes it', () => {
    expect(decisionOfPolicy('reject', 7200)).toEqual({
      verdict: 'reject',
      by: 'the policy gate.onNoDecision=reject',
      reason: 'nobody decided within 7200 s',
    });
    expect(decisionOfPolicy('accept', 7200).verdict).toBe('approve');
  });
});

describe('the lines about a borderline candidate', () => {
  const approvalWait = {
    untilMs: Date.parse('2026-11-24T04:00:00Z'),
    onNoDecision: 'reject',
    doubts: 'NDCG@10 against the live set: …',
  } as const;

  it('say until when it waits, what comes then, and what is in doubt', () => {
    expect(describeApproval({ approvalWait })).toEqual([
      'borderline, waits for approval until 2026-11-24T04:00:00Z, then it is rejected',
      'NDCG@10 against the live set: …',
    ]);
  });

  it('say who decided and why, once somebody has', () => {
    const approval: GateApproval = {
      verdict: 'approve',
      by: 'the desk',
      reason: 'looked at it',
      decidedBy: 'operator',
      decidedAtMs: 1,
    };
    expect(describeApproval({ approvalWait, approval })).toEqual(['approved by the desk: looked at it']);
  });

  it('are none for any other', () => {
    expect(describeApproval({})).toEqual([]);
  });
});
