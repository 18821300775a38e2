/** What serving processes tell CloudWatch, and what the pipeline reads of it, on an emulator. */
import { randomUUID } from 'node:crypto';
import type { ServingMetrics } from '../../src/clients/servingMetrics';
import { createCloudWatchServingMetrics } from '../../src/clients/servingMetrics.cloudwatch';
import { startServingReport } from '../../src/clients/servingMetrics.report';
import type { ServingCounts } from '../../src/domain/servingHealth';
import { Counters } from '../../src/serving/counters';
import { testAws } from '../support/aws';
import { until } from '../support/runProgram';

const minuteMs = 60_000;
const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 30 * minuteMs;
const counts = (answers: number, empty = 0): ServingCounts => ({ answers, unavailable: 1, empty, degraded: 2 });

describe('serving metrics in CloudWatch', () => {
  it('are summed by the minute over all processes of a table, and others are not counted', async () => {
    const [name, other] = [`t-${randomUUID()}`, `t-${randomUUID()}`];
    const [one, two] = [
      createCloudWatchServingMetrics(name, testAws()),
      createCloudWatchServingMetrics(name, testAws()),
    ];
    await one.add(counts(10), startMs + 1000);
    await two.add(counts(5, 3), startMs + 40_000);
    await one.add(counts(7), startMs + 2 * minuteMs);
    await createCloudWatchServingMetrics(other, testAws()).add(counts(1000), startMs);
    expect(await one.answered(startMs, startMs + 5 * minuteMs)).toEqual([
      { atMs: startMs, answers: 15, unavailable: 2, empty: 3, degraded: 4 },
      { atMs: startMs + 2 * minuteMs, answers: 7, unavailable: 1, empty: 0, degraded: 2 },
    ]);
    expect(await one.answered(startMs + 3 * minuteMs, startMs + 5 * minuteMs)).toEqual([]);
  });

  it('of a table that nobody told of are none', async () => {
    const unheard = createCloudWatchServingMetrics(`t-${randomUUID()}`, testAws());
    expect(await unheard.answered(startMs, startMs + minuteMs)).toEqual([]);
  });
});

describe('the report of a serving process', () => {
  const page = { version: '2026-11-23.01', tier: 'personal', articles: ['a1'], degraded: false } as const;

  function house() {
    const told: ServingCounts[] = [];
    const failures: unknown[] = [];
    let refuses = false;
    const metrics: ServingMetrics = {
      answered: async () => [],
      add: async (added) => {
        if (refuses) throw new Error('CloudWatch does not answer');
        told.push(added);
      },
    };
    const counters = new Counters();
    const report = startServingReport({
      metrics,
      counters: async () => counters.text(undefined),
      everyMs: 5,
      onFailure: (error) => failures.push(error),
    });
    const refuse = (now: boolean): void => {
      refuses = now;
    };
    return { told, failures, counters, report, refuse };
  }
  const total = (told: readonly ServingCounts[]): number => told.reduce((sum, { answers }) => sum + answers, 0);

  it('tells each answer once, the last ones at its end', async () => {
    const { told, counters, report, failures } = house();
    for (let answers = 0; answers < 10; answers++) counters.answered(page);
    await until(() => (total(told) === 10 ? true : undefined));
    counters.answered(page);
    counters.refused();
    await report.stop();
    expect(total(told)).toBe(11);
    expect(told.reduce((sum, { unavailable }) => sum + unavailable, 0)).toBe(1);
    expect(failures).toEqual([]);
  });

  it('makes up for reports that failed', async () => {
    const { told, counters, report, failures, refuse } = house();
    refuse(true);
    counters.answered(page);
    await until(() => (failures.length > 2 ? true : undefined));
    refuse(false);
    await report.stop();
    expect(total(told)).toBe(1);
    expect(String(failures[0])).toContain('CloudWatch does not answer');
  });
});
