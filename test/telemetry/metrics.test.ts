/** What Prometheus finds at the endpoints of the programs, against what the dashboard asks for and the handbook lists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricMeter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Runtime, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { freePort } from '../../local/processes';
import { NotifierUnavailable } from '../../src/clients/notifier';
import { startRun } from '../../src/clients/runs';
import { ensureSearchAttributes } from '../../src/clients/temporalClient';
import { startCollector } from '../../src/collector/startCollector';
import { loadFreshSettings } from '../../src/config';
import { dailyWorkflowId, freshTaskQueue, searchAttributes, taskQueue } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';
import { failure } from '../../src/failures';
import { startServing } from '../../src/serving/startServing';
import { countActivities, countAlerts, countWrites } from '../../src/telemetry/prometheus';
import { installRuntime } from '../../src/telemetry/runtime';
import { click, collectorOptions } from '../collector/collectorFixture';
import { FakeDeliveryStream } from '../collector/fakeDeliveryStream';
import { FakeReader, popularTable } from '../serving/fakeReader';
import { createMemoryTable } from '../support/memoryTable';
import { activitiesOf, completed, dailyInput, evaluated, runDate } from '../support/scenarios';
import { keepNoPromiseStacks, startDevServer, workflowBundlePath } from '../support/workflowEnvironment';

const reader = 'reader-7d2f';
const root = join(__dirname, '../..');
const dashboardSchema = z.object({
  uid: z.literal('frontpage'),
  title: z.string(),
  schemaVersion: z.number(),
  templating: z.object({ list: z.array(z.object({ name: z.literal('datasource'), type: z.literal('datasource') })) }),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.enum(['row', 'timeseries', 'stat']),
      title: z.string(),
      description: z.string().optional(),
      datasource: z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) }).optional(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
});
const dashboard = dashboardSchema.parse(JSON.parse(readFileSync(join(root, 'infra/grafana/frontpage.json'), 'utf8')));
const handbook = readFileSync(join(root, 'docs/operations.md'), 'utf8');

const asked = new Set(
  dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/\b(?:frontpage|temporal)_[a-z0-9_]+/g) ?? []),
  ),
);

interface Scraped {
  readonly text: string;
  /** Of samples, as a query names them. */
  readonly samples: ReadonlySet<string>;
  /** As `# TYPE` names them. */
  readonly metrics: readonly string[];
}

const scraped = new Map<'worker' | 'serving' | 'collector', Scraped>();
const of = (program: 'worker' | 'serving' | 'collector'): Scraped => {
  const found = scraped.get(program);
  if (found === undefined) throw new Error(`${program} was not scraped`);
  return found;
};

async function scrape(url: string): Promise<Scraped> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return {
    text,
    samples: new Set([...text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{| )/gm)].map((match) => match[1] ?? '')),
    metrics: [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? ''),
  };
}

/** The value of a sample with these labels, whatever others it has. */
function valueOf({ text }: Scraped, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = lines.find((each) => Object.entries(labels).every(([key, value]) => each.includes(`${key}="${value}"`)));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

beforeAll(async () => {
  const port = await freePort();
  installRuntime({ logLevel: 'silent', metricsAddress: `127.0.0.1:${port}` });
  keepNoPromiseStacks();
  const env = await startDevServer();
  try {
    await ensureSearchAttributes(env.client, Object.values(searchAttributes));
    await playRuns(env);
    scraped.set('worker', await scrape(`http://127.0.0.1:${port}`));
  } finally {
    await env.teardown();
  }
  scraped.set('serving', await playServing());
  scraped.set('collector', await playCollector());
});

/** A day that fails, a day that is interrupted and published, a beat, and a batch of lists for the table. */
async function playRuns(env: TestWorkflowEnvironment): Promise<void> {
  const meter = Runtime.instance().metricMeter;
  const failingDay = parseRunDate('2026-11-20');
  const { activities } = activitiesOf({
    waitForTraining: async () => ({ ...completed, interruptions: 2 }),
    evaluateModel: async ({ runDate: day }) => {
      if (day === failingDay) throw failure('ModelArtefactInvalid', 'not what the manifest says');
      return evaluated(0.1);
    },
  });
  const counted = { ...countActivities(activities, meter) };
  const common = {
    connection: env.nativeConnection,
    workflowBundle: { codePath: workflowBundlePath() },
    debugMode: true,
  };
  const daily = await Worker.create({ ...common, taskQueue, activities: counted });
  const fresh = await Worker.create({ ...common, taskQueue: freshTaskQueue, activities: counted });
  await daily.runUntil(
    fresh.runUntil(async () => {
      await startRun(env.client, { ...dailyInput, runDate: failingDay });
      await expect(env.client.workflow.getHandle(dailyWorkflowId(failingDay)).result()).rejects.toThrow('failed');
      await startRun(env.client, dailyInput);
      await env.client.workflow.getHandle(dailyWorkflowId(runDate)).result();
      await env.client.workflow.execute('freshLists', {
        taskQueue: freshTaskQueue,
        workflowId: 'beat',
        args: [{ settings: loadFreshSettings({}) }],
      });
    }),
  );
  const table = createMemoryTable();
  table.refuse = ({ pk }) => pk === 'u#refused';
  const list = { sk: 'v#2026-11-23.01', articles: 'a1 a2', expiresAt: 4_000_000_000 };
  await countWrites(table, meter).write([
    { pk: `u#${reader}`, ...list },
    { pk: 'u#refused', ...list },
  ]);
  await playAlerts(meter);
}

/** One that is taken, and one that is not. */
async function playAlerts(meter: MetricMeter): Promise<void> {
  let isAway = false;
  const send = async (): Promise<void> => {
    if (isAway) throw new NotifierUnavailable('does not answer');
  };
  const [webhook] = countAlerts([{ channel: 'webhook', send }], meter);
  const about = { kind: 'published', severity: 'notice', runDate, title: 'a new set is live' } as const;
  const alert = { ...about, text: '2026-11-23.01 is live', link: 'docs/runbook.md#published' };
  await webhook?.send(alert);
  isAway = true;
  await expect(webhook?.send(alert)).rejects.toThrow('does not answer');
}

async function playServing(): Promise<Scraped> {
  const fake = new FakeReader();
  fake.version = '2026-11-23.01';
  fake.put('popular', fake.version, 'p1 p2');
  fake.put(reader, fake.version, 'a1 a2');
  fake.popular = { list: popularTable('f1 f2'), beat: 7, atMs: Date.now() - 60_000, expiresAt: 4_000_000_000 };
  const serving = await startServing({
    ...{ host: '127.0.0.1', port: 0, reader: fake, pointerCacheSeconds: 0, budgetMs: 20_000, logLevel: 'silent' },
    fresh: { cacheSeconds: 5, maxAgeSeconds: 900 },
  });
  await fetch(`${serving.url}/v1/users/${reader}/recommendations`);
  const found = await scrape(serving.url);
  await serving.close();
  return found;
}

async function playCollector(): Promise<Scraped> {
  const collector = await startCollector(collectorOptions(new FakeDeliveryStream()));
  await fetch(`${collector.url}/v1/clicks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clicks: [click('e1', { user_id: reader })] }),
  });
  const found = await scrape(collector.url);
  await collector.close();
  return found;
}

describe('the dashboard', () => {
  it('asks only for metrics that the programs have', () => {
    const there = new Set([...scraped.values()].flatMap(({ samples }) => [...samples]));
    expect([...asked].filter((name) => !there.has(name))).toEqual([]);
    expect(asked.size).toBeGreaterThan(30);
  });

  it('asks for every metric that the pipeline tells', () => {
    const ours = of('worker').metrics.filter((name) => name.startsWith('frontpage_'));
    expect(ours.length).toBeGreaterThan(10);
    expect(ours.filter((name) => ![...asked].some((query) => query.startsWith(name)))).toEqual([]);
  });

  it('has panels with ids of their own that do not lie on each other, each saying what it shows', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ type, description }) => type !== 'row' && !description)).toEqual([]);
    expect(panels.filter(({ type, targets }) => type !== 'row' && targets.length === 0)).toEqual([]);
  });
});

describe('the metrics of the pipeline', () => {
  it('are in the handbook, all of them and no others', () => {
    const documented = [...handbook.matchAll(/^\| `(frontpage_[a-z0-9_]+)/gm)].map((match) => match[1] ?? '');
    expect(documented.sort()).toEqual(
      of('worker')
        .metrics.filter((name) => name.startsWith('frontpage_'))
        .sort(),
    );
  });

  it('count what the runs did', () => {
    const worker = of('worker');
    expect(valueOf(worker, 'frontpage_runs_total', { outcome: 'published' })).toBe(1);
    expect(valueOf(worker, 'frontpage_runs_total', { outcome: 'failed' })).toBe(1);
    expect(valueOf(worker, 'frontpage_runs_total', { outcome: 'rolled back' })).toBe(0);
    expect(valueOf(worker, 'frontpage_training_interruptions_total', { market: 'spot' })).toBe(4);
    expect(valueOf(worker, 'frontpage_training_billed_seconds_total', { market: 'spot' })).toBe(420);
    expect(valueOf(worker, 'frontpage_stage_seconds_count', { stage: 'training' })).toBe(2);
    expect(valueOf(worker, 'frontpage_live_run_date_seconds')).toBe(Date.parse('2026-11-23T00:00:00Z') / 1000);
    expect(valueOf(worker, 'frontpage_clicks_read_total', { fate: 'learned from' })).toBe(300_000);
    expect(valueOf(worker, 'frontpage_items_written_total')).toBe(1);
    expect(valueOf(worker, 'frontpage_items_refused_total')).toBe(1);
    expect(valueOf(worker, 'frontpage_alerts_total', { channel: 'webhook', outcome: 'sent' })).toBe(1);
    expect(valueOf(worker, 'frontpage_alerts_total', { channel: 'webhook', outcome: 'failed' })).toBe(1);
    expect(valueOf(worker, 'frontpage_fresh_clicks_total', { fate: 'counted' })).toBe(2900);
    expect(valueOf(worker, 'frontpage_fresh_click_to_list_seconds_count', { of: 'median' })).toBe(1);
  });
});

describe('the time to an answer', () => {
  it('is in serving’s histogram, whose last bucket has every answer', () => {
    const serving = of('serving');
    expect(valueOf(serving, 'frontpage_serving_answer_seconds_bucket', { le: '+Inf' })).toBe(1);
    expect(valueOf(serving, 'frontpage_serving_answer_seconds_count')).toBe(1);
    expect(valueOf(serving, 'frontpage_serving_answer_seconds_sum')).toBeGreaterThan(0);
  });
});

describe('metrics', () => {
  it.each(['worker', 'serving', 'collector'] as const)('of the %s name no reader', (program) => {
    expect(of(program).text).toContain('# TYPE');
    expect(of(program).text).not.toContain(reader);
  });
});
