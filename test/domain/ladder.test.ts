import { memoryGib } from '../../src/domain/instances';
import { type AttemptOutcome, afterAttempt } from '../../src/domain/ladder';

const ladder = [
  { instanceType: 'ml.m5.xlarge', market: 'spot' },
  { instanceType: 'ml.c5.2xlarge', market: 'spot' },
  { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
] as const;

const rung = (index: number, waitSeconds = 0) => ({ kind: 'rung', rung: index, waitSeconds });
const exhausted = { kind: 'exhausted' };
const hopeless = { kind: 'hopeless' };

type Ended = Parameters<typeof afterAttempt>[0];

describe('what follows an attempt that made no model', () => {
  it.each<[Ended, number, AttemptOutcome[], object]>([
    ['interrupted-out', 0, ['interrupted-out'], rung(1)],
    ['interrupted-out', 2, ['interrupted-out'], exhausted],
    ['service-fault', 0, ['service-fault'], rung(0)],
    ['service-fault', 0, ['service-fault', 'service-fault'], rung(1)],
    ['service-fault', 2, ['service-fault', 'service-fault'], exhausted],
    // Each kind of ending has its own budget.
    ['service-fault', 0, ['capacity', 'throttled', 'service-fault'], rung(0)],
    ['runtime-exceeded', 2, ['runtime-exceeded'], rung(2)],
    ['runtime-exceeded', 2, ['runtime-exceeded', 'runtime-exceeded'], exhausted],
    // Another Spot type has its turn before anybody waits.
    ['capacity', 0, ['capacity'], rung(1)],
    ['quota', 0, ['quota'], rung(1)],
    ['capacity', 1, ['capacity'], rung(1, 60)],
    ['capacity', 1, ['capacity', 'capacity'], rung(1, 120)],
    ['capacity', 1, ['capacity', 'capacity', 'capacity'], rung(2)],
    ['quota', 2, ['quota', 'quota', 'quota'], exhausted],
    ['throttled', 0, ['throttled'], rung(0, 60)],
    ['throttled', 0, ['throttled', 'throttled', 'throttled'], rung(1)],
    // The same market first: 16 GiB on Spot are no more than 16, 32 on demand are.
    ['out-of-memory', 0, ['out-of-memory'], rung(2)],
    ['out-of-memory', 2, ['out-of-memory'], hopeless],
    ['data-rejected', 0, ['data-rejected'], hopeless],
    ['algorithm-error', 0, ['algorithm-error'], hopeless],
    ['input-missing', 0, ['input-missing'], hopeless],
    ['stopped', 0, ['stopped'], hopeless],
  ])('%s on rung %d after %j', (outcome, index, onThisRung, expected) => {
    expect(afterAttempt(outcome, index, ladder, onThisRung)).toEqual(expected);
  });

  it('takes more memory on the same market where the ladder has it', () => {
    const wide = [
      { instanceType: 'ml.m5.xlarge', market: 'spot' },
      { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
      { instanceType: 'ml.r5.xlarge', market: 'spot' },
    ] as const;
    expect(afterAttempt('out-of-memory', 0, wide, [])).toEqual(rung(2));
    expect(afterAttempt('out-of-memory', 1, wide, [])).toEqual(hopeless);
  });

  it.each([
    ['ml.m5.large', 8],
    ['ml.m5.2xlarge', 32],
    ['ml.c5.4xlarge', 32],
    ['ml.r5.xlarge', 32],
    ['ml.g4dn.2xlarge', 32],
    ['ml.p5.48xlarge', 1536],
    ['local', undefined],
  ])('%s has %s GiB', (instanceType, gib) => {
    expect(memoryGib(instanceType)).toBe(gib);
  });
});
