import { describeLate, describeRun } from '../src/cli';
import type { RunView } from '../src/clients/runs';
import { parseRunDate } from '../src/domain/runDate';

const runDate = parseRunDate('2026-11-23');
const waiting: RunView = {
  runDate,
  workflowId: 'daily-recommendations-2026-11-23',
  startedAtMs: Date.parse('2026-11-24T00:30:00Z'),
  state: 'running',
};

describe('the lines of frontpage status', () => {
  it('show a run that waits hour by hour, with what it waits for and until when', () => {
    const lines = describeRun({
      ...waiting,
      waitingFor: 'the clicks of 2026-11-23 are not all delivered: 23 of 24 hours have objects; missing hours 7',
      readiness: {
        hours: Array.from({ length: 24 }, (_, hour) =>
          hour === 7
            ? { hour, objects: 0, sizeBytes: 0, state: 'missing' }
            : { hour, objects: 12, sizeBytes: 34_000, state: 'as usual' },
        ),
        waitingFor: ['missing hours 7'],
        waitsUntilMs: Date.parse('2026-11-24T06:30:00Z'),
      },
    });
    expect(lines).toHaveLength(16);
    expect(lines[1]).toContain('missing hours 7');
    expect(lines[10]).toBe('  07           0       0 B  missing       19          12   34.0 kB  as usual');
    expect(lines.at(-1)).toBe('  waits until 2026-11-24T06:30:00Z');
  });

  it('show the mark of a run that went on without a whole day', () => {
    const degraded = { reason: 'proceeded by the desk: noon is lost', missingHours: [12] };
    const lines = describeRun({ ...waiting, status: { runDate, stage: 'training', stages: [], degraded } });
    expect(lines).toContain('  DEGRADED: proceeded by the desk: noon is lost; missing hours 12');
  });

  it('show what training has cost so far, and when the set must be live', () => {
    const money = {
      costUsd: 0.314,
      onDemandUsd: 0.9,
      savingPercent: 65.1,
      trainingSeconds: 7000,
      billableSeconds: 2450,
      interruptions: 2,
      lostSeconds: 270,
      byRung: [],
    };
    const deadlineAtMs = Date.parse('2026-11-24T06:00:00Z');
    const lines = describeRun({ ...waiting, status: { runDate, stage: 'training', stages: [], money, deadlineAtMs } });
    expect(lines).toEqual([
      'run 2026-11-23: running, training',
      '  training so far: $0.31, 65.1 % saved, 2 interruptions, 4.5 min lost',
      '  to be live by 2026-11-24T06:00:00Z',
    ]);
  });
});

describe('the lines of frontpage status about a borderline candidate', () => {
  const approvalWait = {
    untilMs: Date.parse('2026-11-24T05:00:00Z'),
    onNoDecision: 'reject',
    doubts: 'recall@10 against recent popularity: 0.08800 against 0.08550, by -0.001000 to 0.006000: within chance',
  } as const;

  it('show until when it waits, what comes then, and what is in doubt', () => {
    const status = { runDate, stage: 'waiting for approval', stages: [], approvalWait } as const;
    expect(describeRun({ ...waiting, status })).toEqual([
      'run 2026-11-23: running, waiting for approval',
      '  gate: borderline, waits for approval until 2026-11-24T05:00:00Z, then it is rejected',
      `  gate: ${approvalWait.doubts}`,
    ]);
  });

  it('show who decided and why, once somebody has', () => {
    const approval = {
      verdict: 'reject',
      by: 'the desk',
      reason: 'too old',
      decidedBy: 'operator',
      decidedAtMs: 1,
    } as const;
    const status = { runDate, stage: 'waiting for approval', stages: [], approvalWait, approval } as const;
    expect(describeRun({ ...waiting, status })).toContain('  gate: rejected by the desk: too old');
  });
});

describe('the lines of frontpage late', () => {
  it.each([
    [2, 3000, '2 objects of 2026-11-23, 3.0 kB, arrived after its run had frozen what it reads'],
    [0, 0, 'nothing arrived below 2026-11-23 after its run had frozen what it reads'],
  ])('for %d objects', (objects, sizeBytes, line) => {
    expect(describeLate({ runDate, generation: 1, objects, sizeBytes, reportUri: 's3://lake/late.json' })).toEqual([
      line,
      'report: s3://lake/late.json',
    ]);
  });
});
