/** The plan of costs against cases that were worked out by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';
import { duration } from '../../src/cli/plan';
import { makePlan, Unplannable } from '../../src/domain/costPlan';
import { dataBrewOnDemand, frontpage, kafkaAndAurora, kinesisAndGlue } from '../../src/domain/costPlanAlternatives';
import {
  balancersLine,
  firehoseLine,
  lakeLine,
  meanTasks,
  spoolLine,
  tableLines,
  temporalActionsPerDay,
  trainingLine,
} from '../../src/domain/costPlanLines';
import { rates } from '../../src/domain/costPlanRates';
import { pipelineSettingsOf, sizeFor, sizeSettings, sizes } from '../../src/domain/costPlanSizes';
import { loadSeconds, trainingSeconds, trainingSpeed } from '../../src/domain/costPlanStages';
import type { Workload } from '../../src/domain/costPlanWorkload';
import { prices } from '../../src/domain/prices';

const workload: Workload = { readers: 5_000_000, clicksPerDay: 80_000_000, pagesPerDay: 80_000_000, size: 'medium' };

describe('the cost of a service', () => {
  it('of the stream: 80,000 times 55.1 units of 5,120 bytes are 22.57 GB a day, 677.07 a month, $19.64', () => {
    expect(firehoseLine(workload).monthlyUsd).toBeCloseTo(677.07 * 0.029, 2);
  });

  it('of writing the table: 5 million lists written and removed are 300 million units, and 2,000 fresh items a beat 17.28 million', () => {
    const [writes] = tableLines(workload);
    expect(writes?.monthlyUsd).toBeCloseTo((300 + 17.28) * 0.625, 6);
  });

  it('of reading the table: two items of a page, eventually consistent, are one unit', () => {
    const [, reads] = tableLines(workload);
    expect(reads?.monthlyUsd).toBeCloseTo((2400 + 17.28) * 0.125, 6);
  });

  it('of keeping the table: three versions of 5 million items of 1,124 bytes are 16.86 GB, at $0.45 with recovery', () => {
    const [, , storage] = tableLines(workload);
    expect(storage?.monthlyUsd).toBeCloseTo(16.86 * 0.45, 6);
  });

  it('of the lake: 2.88 GB of clicks a day for 95 days, 37.5 GB of models, and requests of beats', () => {
    const requests = (30 * 1440 + 8640 * 6) * 0.000_005 + (8640 * 7 + 30 * 1440 * 2) * 0.000_000_4;
    expect(lakeLine(workload).monthlyUsd).toBeCloseTo((2.88 * 95 + 37.5) * 0.023 + requests, 6);
  });

  it('of the spools: 648 GB a month, written and read once', () => {
    expect(spoolLine(workload).monthlyUsd).toBeCloseTo(648 * 0.09, 6);
  });

  it('of training on Spot: 46 % of the price on demand, and the disk by the hour', () => {
    const { reading, fitting, ranking } = trainingSeconds(workload);
    const hours = ((reading + fitting + ranking) / 3600) * 30;
    expect(trainingLine(workload).monthlyUsd).toBeCloseTo(hours * (0.922 * 0.46 + (100 * 0.14) / 730), 6);
    expect(trainingLine(workload, 1).monthlyUsd).toBeCloseTo(hours * (0.922 + (100 * 0.14) / 730), 6);
  });

  it('of load balancers: a capacity unit for 25 connections a second, and for a GB of pages an hour', () => {
    const units = 80e6 / 86_400 / 25 + (80e6 / 24) * 2e-6;
    expect(balancersLine(workload).monthlyUsd).toBeCloseTo(730 * (0.045 + units * 0.008), 6);
  });

  it('of Temporal: the beats of both schedules are most of the actions of a small portal', () => {
    const small: Workload = { readers: 1000, clicksPerDay: 10_000, pagesPerDay: 10_000, size: 'small' };
    const beats = 288 * 8 + 144 * 5;
    expect(temporalActionsPerDay(small)).toBeGreaterThan(beats);
    expect(temporalActionsPerDay(small)).toBeLessThan(beats * 1.2);
  });

  it('counts tasks for the mean of the day, within the bounds of the size', () => {
    const tasks = { minTasks: 2, maxTasks: 4, requestsPerMinute: 1000, cpuUnits: 256, memoryMib: 512 };
    expect(meanTasks(tasks, 1440 * 100)).toBe(2);
    expect(meanTasks(tasks, 1440 * 2500)).toBe(3);
    expect(meanTasks(tasks, 1440 * 9000)).toBe(4);
  });
});

describe('the times of a night', () => {
  it('are those of the measured machine up to eight virtual CPUs, and half of what more promise beyond', () => {
    expect([2, 8, 16, 96].map(trainingSpeed)).toEqual([1, 1, 2, 12]);
  });

  it('of training: 80 million clicks at 422,208 a second, 560 million of history, and 640 million to fit', () => {
    const { reading, fitting, ranking } = trainingSeconds(workload);
    expect(reading).toBeCloseTo((80e6 / 422_208 + 560 * 0.3) / 2, 6);
    expect(fitting).toBeCloseTo((640 * 8.296) / 2, 6);
    expect(ranking).toBeCloseTo(5e6 / 239_808 / 2, 6);
  });

  it('of the load: a write unit a reader, at the rate of the size', () => {
    expect(loadSeconds(workload)).toBeCloseTo(5e6 / 3600, 6);
  });

  it('hold no figure that docs/performance.md does not have in its section', () => {
    const sections = new Map(
      readFileSync(join(repositoryRoot, 'docs', 'performance.md'), 'utf8')
        .split(/^## /m)
        .map((section) => [section.split('\n')[0] ?? '', section]),
    );
    const missing = Object.entries(rates).filter(
      ([, { section, written }]) => !sections.get(section)?.includes(written),
    );
    expect(missing).toEqual([]);
  });
});

describe('a design that was not chosen', () => {
  it('costs what it replaces differently, and the rest alike', () => {
    const ours = new Map(frontpage(workload).lines.map(({ service, monthlyUsd }) => [service, monthlyUsd]));
    for (const [design, replaced] of [
      [kafkaAndAurora, ['MSK', 'Aurora']],
      [kinesisAndGlue, ['Kinesis Data Streams', 'Glue']],
      [dataBrewOnDemand, ['DataBrew', 'SageMaker training']],
    ] as const) {
      const different = design(workload).lines.filter(({ service, monthlyUsd }) => ours.get(service) !== monthlyUsd);
      expect(different.map(({ service }) => service)).toEqual(replaced);
    }
  });

  it('of Kafka: three brokers and two connect units all month, 129.6 GB in them', () => {
    const [line] = kafkaAndAurora(workload).lines;
    expect(line?.monthlyUsd).toBeCloseTo(730 * (3 * 0.21 + 2 * 0.11) + (648 / 30) * 6 * 0.1, 6);
  });

  it('of Kinesis: the stream by the hour, 648 GB in and out', () => {
    const [stream, glue] = kinesisAndGlue(workload).lines;
    expect(stream?.monthlyUsd).toBeCloseTo(730 * 0.04 + 648 * 0.12, 6);
    expect(glue?.monthlyUsd).toBeCloseTo(4 * 730 * 0.44, 6);
  });
});

describe('a plan', () => {
  it('is the sum of its lines, for ours and three others', () => {
    const { designs } = makePlan({ readers: 5e6, clicksPerDay: 80e6, region: 'us-east-1' });
    expect(designs.map(({ name }) => name)).toEqual([
      'Frontpage',
      'MSK + Aurora',
      'Kinesis + Glue',
      'DataBrew + on demand',
    ]);
    for (const { lines, monthlyUsd } of designs) {
      expect(lines.reduce((sum, line) => sum + line.monthlyUsd, 0)).toBeCloseTo(monthlyUsd, 6);
      expect(lines.every((line) => line.monthlyUsd > 0)).toBe(true);
    }
  });

  it('takes the smallest size that is meant for so much', () => {
    expect([sizeFor(1e6, 16e6), sizeFor(1e6, 17e6), sizeFor(11e6, 1e6), sizeFor(101e6, 1)]).toEqual([
      'small',
      'medium',
      'large',
      undefined,
    ]);
  });

  it('is refused for a region without prices, and beyond the largest size unless one is named', () => {
    expect(() => makePlan({ readers: 1, clicksPerDay: 1, region: 'eu-west-1' })).toThrow(
      /no prices are known of region eu-west-1/,
    );
    const beyond = { readers: 200e6, clicksPerDay: 1, region: 'us-east-1' };
    expect(() => makePlan(beyond)).toThrow(Unplannable);
    expect(makePlan({ ...beyond, size: 'large' }).warnings).toContain('it is more than size large is meant for');
  });

  it('warns of what a service does not take at first', () => {
    const { warnings } = makePlan({ readers: 100e6, clicksPerDay: 1.6e9, region: 'us-east-1' });
    expect(warnings).toEqual([
      expect.stringMatching(/^55556 clicks a second .*quota of Firehose$/),
      expect.stringMatching(/^55556 pages a second .*quota of a table/),
    ]);
    expect(makePlan({ readers: 1e6, clicksPerDay: 16e6, region: 'us-east-1' }).warnings).toEqual([]);
  });

  it('says of each price its unit, its source and the date', () => {
    for (const { usd, unit, source, asOf } of Object.values(prices)) {
      expect(usd).toBeGreaterThan(0);
      expect(unit).not.toBe('');
      expect(source).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });
});

describe('docs/scale.md', () => {
  const page = readFileSync(join(repositoryRoot, 'docs', 'scale.md'), 'utf8');
  const portals = [
    [1e6, 16e6],
    [10e6, 160e6],
    [100e6, 1.6e9],
  ] as const;
  const plans = portals.map(([readers, clicksPerDay]) => makePlan({ readers, clicksPerDay, region: 'us-east-1' }));
  const usd = (value: number | undefined): string => Math.round(value ?? 0).toLocaleString('en-US');

  it('has the money of its three portals as the plan works it out, ours and the others', () => {
    expect(page).toContain(
      `| a month, US dollars | ${plans.map(({ designs }) => usd(designs[0]?.monthlyUsd)).join(' | ')} |`,
    );
    const others = plans.map(({ designs }) =>
      designs
        .slice(1)
        .map(({ monthlyUsd }) => usd(monthlyUsd))
        .join(', '),
    );
    expect(page).toContain(`| ${others.join(' | ')} |`);
  });

  it('has the times of their nights', () => {
    expect(page).toContain(
      `| all stages that are known | ${plans.map(({ totalSeconds }) => duration(totalSeconds)).join(' | ')} |`,
    );
    const fitting = plans.map(({ stages }) => stages.find(({ stage }) => stage === 'fitting')?.seconds ?? 0);
    expect(page).toContain(`| fitting | ${fitting.map(duration).join(' | ')} |`);
  });
});

describe('a size', () => {
  it('has memory for twice the most clicks that it is meant for, as the trainer reads them', () => {
    const gib = { small: 32, medium: 64, large: 384 };
    for (const size of sizes) {
      expect((2 * sizeSettings[size].maxClicksPerDay * rates.memoryBytes.value) / 2 ** 30).toBeLessThan(gib[size]);
    }
  });

  it('loads within what a table of its kind takes at once', () => {
    for (const size of sizes) {
      const { loadUnitsPerSecond, warmThroughput } = sizeSettings[size];
      expect(loadUnitsPerSecond).toBeLessThanOrEqual(warmThroughput?.writeUnitsPerSecond ?? 4000);
    }
  });

  it('may start tasks enough for three times the mean of its most clicks', () => {
    for (const size of sizes) {
      const { maxClicksPerDay, collector, serving } = sizeSettings[size];
      for (const { maxTasks, requestsPerMinute } of [collector, serving]) {
        expect(maxTasks * requestsPerMinute).toBeGreaterThan((3 * maxClicksPerDay) / 1440);
      }
    }
  });

  it('tells the pipeline how long a click is on its way', () => {
    expect(pipelineSettingsOf('small').fresh.deliverySeconds).toBe(90);
  });
});
