import { describeRun } from '../src/cli/describeRun';
import { describeLate } from '../src/cli/late';
import { describePointer, describeSwept, describeVersions } from '../src/cli/versions';
import type { RunView } from '../src/clients/runs';
import type { RunStatus } from '../src/contract';
import type { PublishWatch } from '../src/domain/afterPublish';
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

  it('say of the stage in which a run failed that it failed there', () => {
    const stages = [{ stage: 'gate', startedAtMs: Date.parse('2026-11-24T01:00:00Z') }] as const;
    const lines = describeRun({ ...waiting, state: 'failed', status: { runDate, stage: 'gate', stages } });
    expect(lines).toEqual(['run 2026-11-23: failed, gate', '  gate                 2026-11-24T01:00:00Z  failed']);
  });

  it('of a cancelled run say no more than that', () => {
    const failure = { type: 'CancelledFailure', message: 'Workflow canceled' };
    expect(describeRun({ ...waiting, state: 'cancelled', failure })).toEqual(['run 2026-11-23: cancelled']);
  });

  it('of a run of a day that was live already say where the figures of the day are', () => {
    const result = { outcome: 'already published', runDate, version: '2026-11-23.01' } as const;
    expect(describeRun({ ...waiting, state: 'completed', result }).at(-1)).toBe(
      "  already published: 2026-11-23.01 is live, and 'frontpage report 2026-11-23' shows the run that made it",
    );
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

describe('the lines of frontpage status about what came after a publish', () => {
  const found = ['empty answers: 80.0 % after the publish, 0.1 % before'];
  const lineOf = (status: Pick<RunStatus, 'watch' | 'sweep'>): string | undefined =>
    describeRun({ ...waiting, status: { runDate, stage: 'done', stages: [], ...status } }).at(-1);

  it.each<[PublishWatch, string]>([
    [{ health: { verdict: 'as before', answers: 5200 } }, 'as before the publish, in 5200 answers'],
    [
      { health: { verdict: 'unknown', why: '0 answers are known of' } },
      'not known, so nothing was done: 0 answers are known of',
    ],
    [
      { health: { verdict: 'worse', answers: 900, found }, reaction: { kind: 'rolled back', to: '2026-11-22.01' } },
      `worse, readers are back at 2026-11-22.01: ${found[0]}`,
    ],
    [
      {
        health: { verdict: 'worse', answers: 900, found },
        reaction: { kind: 'left alone', why: 'nothing was live before' },
      },
      `worse, left alone, since nothing was live before: ${found[0]}`,
    ],
  ])('tell how serving did: %j', (watch, line) => {
    expect(lineOf({ watch })).toBe(`  serving: ${line}`);
  });

  it('tell what was swept, what was not, and why', () => {
    const sweep = {
      kept: ['2026-11-23.01'],
      swept: [
        { version: '2026-11-19.01', outcome: 'removed', lists: 61 },
        { version: '2026-11-20.01', outcome: 'spared', lists: 0, why: 'it was live before' },
      ],
    } as const;
    expect(lineOf({ sweep })).toBe(
      '  sweep: 2026-11-19.01 removed, 61 lists; 2026-11-20.01 spared: it was live before',
    );
    expect(describeSwept({ kept: ['2026-11-23.01', '2026-11-22.01'], swept: [] })).toEqual([
      'sweep: nothing was to be removed',
      'kept: 2026-11-23.01, 2026-11-22.01',
    ]);
    expect(lineOf({ sweep: { failed: 'the table refused' } })).toBe(
      '  sweep: failed, the next run makes up for it: the table refused',
    );
  });
});

describe('the lines of frontpage versions', () => {
  const record = { runDate, items: 61, readers: 60, modelUri: '', publishedAt: '2026-11-24T04:00:00.000Z' };

  it('mark what is live, and what is being removed', () => {
    const versions = [
      { ...record, version: '2026-11-23.01' },
      { ...record, version: '2026-11-19.01', sweptSince: '2026-11-24T04:10:00.000Z' },
    ];
    expect(describeVersions(versions, '2026-11-23.01')).toEqual([
      '* 2026-11-23.01  61 items  published 2026-11-24T04:00:00.000Z',
      '  2026-11-19.01  61 items  published 2026-11-24T04:00:00.000Z  is being removed since 2026-11-24T04:10:00.000Z',
    ]);
    expect(describeVersions([], undefined)).toEqual(['no version has been published yet']);
  });

  it('say who made the live one live and why, and where a rollback leads to', () => {
    const live = {
      version: '2026-11-23.01',
      runDate,
      publishedAt: '2026-11-24T04:00:00.000Z',
      reason: 'published by the daily run',
    };
    const said = '2026-11-23.01 is live since 2026-11-24T04:00:00.000Z: published by the daily run; ';
    expect(describePointer(live)).toEqual([`${said}none was live before`]);
    expect(describePointer({ ...live, previous: '2026-11-22.01' })).toEqual([
      `${said}a rollback leads to 2026-11-22.01`,
    ]);
    expect(describePointer({ ...live, previous: '2026-11-24.01' })).toEqual([
      `${said}readers were taken back from 2026-11-24.01`,
    ]);
    expect(describePointer(undefined)).toEqual([]);
  });
});

describe('the lines of frontpage late', () => {
  it.each([
    [2, 3000, '2 objects of 2026-11-23, 3.0 kB, arrived after its run had frozen what it reads'],
    [1, 1500, '1 object of 2026-11-23, 1.5 kB, arrived after its run had frozen what it reads'],
    [0, 0, 'no clicks of 2026-11-23 arrived after its run had frozen what it reads'],
  ])('for %d objects', (objects, sizeBytes, line) => {
    expect(describeLate({ runDate, generation: 1, objects, sizeBytes, reportUri: 's3://lake/late.json' })).toEqual([
      line,
      'report: s3://lake/late.json',
    ]);
  });
});
