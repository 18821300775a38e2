/** Traces as they reach a receiver of OTLP: from the operator's command over the workflow to its activities. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { forgetReader } from '../../src/clients/erasures';
import { startRun } from '../../src/clients/runs';
import { connectClient, ensureSearchAttributes } from '../../src/clients/temporalClient';
import { startTracing, type Tracing } from '../../src/clients/tracing';
import { dailyWorkflowId, searchAttributes, taskQueue } from '../../src/contract';
import { runMarkInterceptors } from '../../src/telemetry/runMarks';
import { bundleWorkflows } from '../../src/workflowBundle';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { activitiesOf, dailyInput, runDate } from '../support/scenarios';
import { quietRuntime, startDevServer } from '../support/workflowEnvironment';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlpReceiver';

const reader = 'reader-7d2f';
const logger = new DefaultLogger('ERROR');

let receiver: OtlpReceiver;
let tracing: Tracing;
let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
const problems: string[] = [];

beforeAll(async () => {
  quietRuntime();
  receiver = await startOtlpReceiver();
  tracing = startTracing(receiver, {
    service: 'frontpage-worker',
    delivery: 'batched',
    onProblem: (problem) => problems.push(problem),
  });
  bundle = await bundleWorkflows({ logger, plugins: [tracing.plugin] });
});

afterAll(() => receiver.close());

describe('the traces of a run', () => {
  let env: TestWorkflowEnvironment;

  beforeAll(async () => {
    env = await startDevServer();
    await ensureSearchAttributes(env.client, Object.values(searchAttributes));
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: bundle,
      plugins: [tracing.plugin],
      interceptors: { activity: [runMarkInterceptors] },
      activities: { ...activitiesOf().activities },
      debugMode: true,
    });
    const client = await connectClient({ connectionOptions: { address: env.address }, traces: receiver });
    await worker.runUntil(async () => {
      await startRun(client, dailyInput);
      await client.workflow.getHandle(dailyWorkflowId(runDate)).result();
      await forgetReader(client, createMemoryReaderItems(), reader);
    });
    await tracing.end();
    await client.connection.close();
  });

  afterAll(() => env.teardown());

  const named = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name);

  it('are one trace, from the command over the workflow to each activity', () => {
    const [start] = named('StartWorkflow:dailyRecommendations');
    const [run] = named('RunWorkflow:dailyRecommendations');
    expect(start?.service).toBe('frontpage-commands');
    expect(run).toMatchObject({ traceId: start?.traceId, parentSpanId: start?.spanId, service: 'frontpage-worker' });
    for (const activity of ['readLive', 'freezeManifest', 'startTraining', 'loadShards', 'publish', 'writeReport']) {
      const scheduled = named(`StartActivity:${activity}`);
      expect(scheduled.length).toBeGreaterThan(0);
      expect(new Set(scheduled.map(({ traceId }) => traceId))).toContain(start?.traceId);
      for (const ran of named(`RunActivity:${activity}`)) {
        expect(scheduled.map(({ spanId }) => spanId)).toContain(ran.parentSpanId);
        expect(ran.traceId).toBe(start?.traceId);
      }
    }
    expect(problems).toEqual([]);
  });

  it('name the run, and never a reader', () => {
    const ids = receiver.spans.flatMap(({ attributes }) =>
      attributes.flatMap(({ key, value }) => (key === 'temporalWorkflowId' ? [value['stringValue']] : [])),
    );
    expect(ids).toContain(dailyWorkflowId(runDate));
    expect(named('StartWorkflow:forgetUser')).toHaveLength(1);
    expect(receiver.bodies.join('\n')).not.toContain(reader);
  });
});

describe('histories of released versions, of runs without traces', () => {
  const historiesDir = join(__dirname, '../histories');
  const recordings = readdirSync(historiesDir).flatMap((release) =>
    readdirSync(join(historiesDir, release)).map((file) => [release, basename(file, '.json')] as const),
  );

  it('replay on a worker that traces', async () => {
    const histories = recordings.map(([release, scenario]) => ({
      workflowId: `${release}-${scenario}`,
      history: historyFromJSON(JSON.parse(readFileSync(join(historiesDir, release, `${scenario}.json`), 'utf8'))),
    }));
    const failed: string[] = [];
    let replayed = 0;
    const options = { workflowBundle: bundle, plugins: [tracing.plugin] };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      replayed += 1;
      if (error !== undefined) failed.push(`${workflowId}: ${error.message}`);
    }
    expect(replayed).toBe(recordings.length);
    expect(replayed).toBeGreaterThan(30);
    expect(failed).toEqual([]);
  }, 180_000);
});

describe('the bundle of workflows', () => {
  const modulesOf = (code: string): string[] =>
    [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map((match) => match[1] ?? '');
  const packagesOf = (code: string): Set<string> =>
    new Set(modulesOf(code).flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []));

  it('has OpenTelemetry in it only where runs are traced', async () => {
    const plain = await bundleWorkflows({ logger });
    expect([...packagesOf(plain.code)].filter((name) => name.includes('opentelemetry'))).toEqual([]);
    const traced = [...packagesOf(bundle.code)].filter((name) => name.includes('opentelemetry'));
    expect(traced).toContain('@temporalio/interceptors-opentelemetry');
    expect(traced.filter((name) => !/^(@opentelemetry\/|@temporalio\/interceptors-opentelemetry$)/.test(name))).toEqual(
      [],
    );
  });

  it('has what encrypts failures in it only where payloads are encrypted', async () => {
    const room = './src/failureConverter.ts';
    expect(modulesOf(bundle.code)).not.toContain(room);
    const encrypted = await bundleWorkflows({ logger, encrypted: true });
    expect(modulesOf(encrypted.code)).toContain(room);
    expect(modulesOf(encrypted.code).filter((name) => /node_modules\/(@fastify|pino|zod)/.test(name))).toEqual([]);
  });
});

describe('a receiver that is away', () => {
  it('is named, and costs nothing but the spans', async () => {
    const told: string[] = [];
    const lonely = startTracing(
      { url: 'http://127.0.0.1:9/v1/traces' },
      { service: 'frontpage-commands', delivery: 'at once', onProblem: (problem) => told.push(problem) },
    );
    lonely.plugin.otelOptions.tracer?.startSpan('StartWorkflow:dailyRecommendations').end();
    await lonely.end();
    expect(told.join('\n')).toMatch(/^traces: .*ECONNREFUSED/);
  });
});
