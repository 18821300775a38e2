import { backfillReadiness, type DayOfRange, daysOfRange, planBackfill } from '../../src/domain/backfill';
import { defaultReadiness } from '../../src/domain/readinessSettings';
import { parseRunDate } from '../../src/domain/runDate';

const day = (text: string, state: DayOfRange['state'], more: Partial<DayOfRange> = {}): DayOfRange => ({
  runDate: parseRunDate(text),
  state,
  generation: 1,
  hasClicks: true,
  ...more,
});
const days = [
  day('2026-11-04', 'missing'),
  day('2026-11-03', 'failed', { generation: 2 }),
  day('2026-11-02', 'done'),
  day('2026-11-01', 'missing', { hasClicks: false }),
  day('2026-11-05', 'running'),
];

describe('the plan of a backfill', () => {
  it.each([
    ['missing', ['2026-11-04'], ['2026-11-01'], ['2026-11-03', '2026-11-02', '2026-11-05']],
    ['failed', ['2026-11-03'], [], ['2026-11-04', '2026-11-02', '2026-11-01', '2026-11-05']],
    ['all', ['2026-11-02', '2026-11-03', '2026-11-04'], ['2026-11-01'], ['2026-11-05']],
  ] as const)('in mode %s', (mode, run, withoutClicks, leftAlone) => {
    const plan = planBackfill(days, mode);
    expect(plan.run.map(({ runDate }) => runDate)).toEqual(run);
    expect(plan.withoutClicks).toEqual(withoutClicks);
    expect(plan.leftAlone.map(({ runDate }) => runDate)).toEqual(leftAlone);
  });

  it('runs a day in the generation that it was run in last', () => {
    expect(planBackfill(days, 'failed').run).toEqual([{ runDate: '2026-11-03', generation: 2 }]);
  });

  it('has both ends of its range, over the end of a month', () => {
    expect(daysOfRange(parseRunDate('2026-02-27'), parseRunDate('2026-03-01'))).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
    ]);
  });
});

describe('the readiness of a backfilled day', () => {
  const runDate = parseRunDate('2026-11-23');

  it('is as always while Firehose may still deliver', () => {
    expect(backfillReadiness(runDate, Date.parse('2026-11-25T00:59:59Z'), defaultReadiness)).toBe(defaultReadiness);
  });

  it('is looked at and not waited for afterwards, by the same bounds of volume', () => {
    const quick = backfillReadiness(runDate, Date.parse('2026-11-25T01:00:00Z'), defaultReadiness);
    expect(quick).toMatchObject({
      quietWithoutMetricSeconds: 5,
      waitLimitSeconds: 300,
      volume: defaultReadiness.volume,
    });
  });
});
