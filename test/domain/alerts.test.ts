import {
  type Alert,
  type AlertFacts,
  alertCatalogue,
  articleLink,
  articleOf,
  identityOf,
} from '../../src/domain/alerts';
import { notificationOf } from '../../src/domain/alertText';
import { alertKey } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';

const runDate = parseRunDate('2026-11-23');
const at = (time: string): number => Date.parse(`2026-11-24T${time}:00Z`);
const alertOf = (facts: AlertFacts): Alert => ({ ...facts, runDate, about: 'run-1' });
const tell = (facts: AlertFacts) => notificationOf(alertOf(facts), 'https://runbook.example#x');

const examples: readonly [AlertFacts, string][] = [
  [
    { kind: 'not started', cause: 'paused', why: 'the schedule is paused, nobody said why', dueAtMs: at('00:30') },
    'There is no run of 2026-11-23, which was due at 2026-11-24T00:30Z: the schedule is paused, nobody said why.',
  ],
  [
    { kind: 'not started', cause: 'no schedule', why: 'the server has no daily schedule' },
    'There is no run of 2026-11-23: the server has no daily schedule.',
  ],
  [
    { kind: 'waiting for data', sinceMs: at('00:30'), untilMs: at('06:30'), waitingFor: ['missing hours 7', 'quiet'] },
    'Waiting since 2026-11-24T00:30Z, until 2026-11-24T06:30Z at most: missing hours 7; quiet.',
  ],
  [
    { kind: 'waiting for data', sinceMs: at('00:30'), untilMs: at('06:30'), waitingFor: [] },
    'Waiting since 2026-11-24T00:30Z, until 2026-11-24T06:30Z at most: what is missing is not known yet.',
  ],
  [
    { kind: 'recovering from interruption', jobName: 'frontpage-a1', interruptions: 2, donePercent: 57 },
    '2 interruptions so far, 57 % of the work was done. The job goes on from its newest checkpoint when there is capacity [job=frontpage-a1].',
  ],
  [
    { kind: 'escalated to on demand', rung: 'ml.m5.2xlarge on-demand', after: 'moved-on (deadline)' },
    'The attempt before ended as moved-on (deadline); the training continues on ml.m5.2xlarge on-demand.',
  ],
  [
    { kind: 'escalated to on demand', rung: 'ml.m5.2xlarge on-demand' },
    'No time is left to try Spot, so the training starts on ml.m5.2xlarge on-demand.',
  ],
  [{ kind: 'rejected', message: 'recall@10 is below' }, 'What is live stays live: recall@10 is below'],
  [
    { kind: 'waiting for approval', untilMs: at('04:00'), onNoDecision: 'reject', doubts: 'recall@10' },
    'Decide until 2026-11-24T04:00Z, or it is rejected. In doubt is recall@10.',
  ],
  [
    { kind: 'late', deadlineAtMs: at('06:00'), stage: 'training' },
    "The set of 2026-11-23 was to be live by 2026-11-24T06:00Z; the run is at 'training'.",
  ],
  [
    {
      kind: 'published',
      version: '2026-11-23.01',
      readers: 100_000,
      recallAt10: 0.1,
      training: '$0.08, 65 % saved, 0 interruptions',
      degraded: 'hour 7 is lost',
    },
    '2026-11-23.01 is live: lists for 100000 readers, recall@10 0.1000.\nTraining: $0.08, 65 % saved, 0 interruptions.\nThe day is degraded: hour 7 is lost.',
  ],
  [
    { kind: 'rolled back', from: '2026-11-23.01', to: '2026-11-22.01', why: 'empty answers: 80.0 %' },
    'Readers are back at 2026-11-22.01, from 2026-11-23.01: empty answers: 80.0 %',
  ],
  [
    { kind: 'failed', failureType: 'DataRejected', stage: 'training', message: '7 % of the lines are malformed' },
    "DataRejected at 'training', so what is live stays live: 7 % of the lines are malformed",
  ],
];

describe('an alert', () => {
  it.each(examples)('tells of $kind in whole sentences', (facts, text) => {
    expect(tell(facts).text).toBe(text);
  });

  it('has an example above for each kind', () => {
    expect(new Set(examples.map(([{ kind }]) => kind))).toEqual(new Set(Object.keys(alertCatalogue)));
  });

  it('says in its title how much it matters, and of which day it is', () => {
    expect(tell({ kind: 'rejected', message: 'x' })).toMatchObject({
      severity: 'urgent',
      title: 'urgent: the candidate was rejected (2026-11-23)',
      runDate,
      link: 'https://runbook.example#x',
    });
  });

  it('names no reader, should a failure ever name the item of one', () => {
    const message = 'an item differs [pk=u#reader-4711, sk=v#2026-11-23.01]; also u#reader-4712';
    const { text } = tell({ kind: 'failed', failureType: 'LoadVerificationFailed', stage: 'verifying', message });
    expect(text).toContain('[pk=u#…, sk=v#2026-11-23.01]; also u#…');
    expect(text).not.toContain('reader-');
  });

  it('cuts short what a trainer said at length', () => {
    const { text } = tell({ kind: 'rejected', message: 'x'.repeat(50_000) });
    expect(text.length).toBeLessThan(2000);
    expect(text.endsWith('…')).toBe(true);
  });

  it('is the same as another one of its day, its kind, and what it is about, whatever its facts', () => {
    const one = alertOf({ kind: 'rejected', message: 'a' });
    expect(identityOf(alertOf({ kind: 'rejected', message: 'b' }))).toBe(identityOf(one));
    const others: Alert[] = [
      { ...one, about: 'run-2' },
      { ...one, runDate: parseRunDate('2026-11-22') },
      alertOf({ kind: 'late', deadlineAtMs: 0, stage: 'gate' }),
    ];
    expect(new Set([one, ...others].map(identityOf)).size).toBe(4);
  });

  it('is kept below its day, under a key without spaces', () => {
    expect(alertKey(runDate, 'recovering from interruption', 'ab12')).toBe(
      'alerts/dt=2026-11-23/recovering-from-interruption-ab12.json',
    );
  });

  it('leads to the heading of its article, as GitHub makes an anchor of it', () => {
    expect(articleLink(articleOf('waiting for data'), 'https://git.example/runbook.md')).toBe(
      'https://git.example/runbook.md#waiting-for-data',
    );
    expect(articleLink('DataRejected', 'docs/runbook.md')).toBe('docs/runbook.md#datarejected');
  });
});
