/**
 * The real worker is told to stop while it watches a training and while it loads, as each deployment does it: its successor goes
 * on where it was. What it logs meanwhile says of which day and stage it is, and never names a reader.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunView } from '../../src/clients/runs';
import { dailyWorkflowId, type RunSummary } from '../../src/contract';
import { runDate, Slice } from '../endToEnd/slice';

const timeLimitMs = 400_000;
/** The load lasts longer than the ten seconds in which a worker that stops may end what it does. */
const settings = {
  readiness: { waitLimitSeconds: 300, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
  historyDays: 1,
  training: {
    pollSeconds: 0.2,
    hyperparameters: { factors: '16', iterations: '1000', readers_per_shard: '400', checkpoint_seconds: '0' },
  },
  gate: { minEvaluationReaders: 20, recallFloor: 0, popularityMargin: 1 },
  load: { maxUnitsPerSecond: 60, parallelism: 2 },
};
const lineSchema = z.looseObject({
  msg: z.string(),
  workflowId: z.string().optional(),
  runDate: z.string().optional(),
  stage: z.string().optional(),
});

let slice: Slice;
let summary: RunSummary;
/** Items that the load had told of before the worker was told to stop, and the first figure told after. */
let loaded: { readonly before: number; readonly after: number };

beforeAll(async () => {
  slice = await Slice.start({ settings });
  await slice.backfill();
  await slice.fill();
  await during((view) => (view.training?.progress?.iteration ?? 0) > 0);
  signalTrainer('SIGSTOP');
  await endWorker();
  signalTrainer('SIGCONT');
  const { itemsLoaded: before = 0 } = await during((view) => (view.itemsLoaded ?? 0) > 100);
  await endWorker();
  const { itemsLoaded: after = 0 } = await during((view) => (view.itemsLoaded ?? 0) > 0);
  loaded = { before, after };
  summary = await slice.whenPublished();
}, timeLimitMs);

afterAll(() => slice.stop(), 60_000);

/** As soon as this holds of the run. Throws when the run is over before. */
function during(holds: (view: RunView) => boolean): Promise<RunView> {
  return slice.when((view) => {
    if (view.state !== 'running') throw new Error(`the run was over before: ${JSON.stringify(view)}`);
    return holds(view);
  });
}

/** SIGTERM, and until its successor has been started. */
async function endWorker(): Promise<void> {
  const known = slice.restarted.length;
  process.kill(slice.cloud.supervisor.pidOf('worker'), 'SIGTERM');
  while (slice.restarted.length === known) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A training that stands still outlasts the ten seconds, however quick the machine. */
function signalTrainer(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const trainers = readdirSync(cloudFolder(), { recursive: true, encoding: 'utf8' }).filter(
    (file) => basename(file) === 'pid',
  );
  expect(trainers).toHaveLength(1);
  const [group] = readFileSync(join(cloudFolder(), trainers[0] ?? ''), 'utf8').split(' ');
  process.kill(-Number(group), signal);
}

const cloudFolder = (): string => dirname(slice.cloud.environment['FRONTPAGE_SETTINGS'] ?? '');
const workerLog = (): string => readFileSync(join(cloudFolder(), 'logs', 'worker.log'), 'utf8');

describe('a worker that is told to stop', () => {
  it('hands over what it does, instead of letting it time out', async () => {
    const { events } = await slice.client.workflow.getHandle(dailyWorkflowId(runDate)).fetchHistory();
    const types = new Map(
      (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled ? [[String(eventId), scheduled.activityType?.name ?? '']] : [],
      ),
    );
    const again = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started?.lastFailure ? [[types.get(String(started.scheduledEventId)), JSON.stringify(started.lastFailure)]] : [],
    );
    const handedOver = again.filter(([, failure]) => /WorkerShutdown|WORKER_SHUTDOWN/.test(failure ?? ''));
    const names = handedOver.map(([name]) => name);
    expect(names).toContain('waitForTraining');
    expect(names).toContain('loadShards');
    expect(again.filter(([, failure]) => /heartbeat/i.test(failure ?? ''))).toEqual([]);
  });

  it('loses nothing: one paid job, and each list of the shards in the table, as its successor goes on from what was loaded', async () => {
    expect(slice.restarted).toEqual(['worker', 'worker']);
    expect(summary.trainingAttempts).toMatchObject([{ outcome: 'completed', interruptions: 0 }]);
    expect(loaded.after).toBeGreaterThanOrEqual(loaded.before);
    const stored = await slice.listsOfTable(summary.version);
    expect(stored).toEqual(await slice.listsOfShards(summary.trainingAttempts[0]?.jobName ?? ''));
    expect(summary.itemsLoaded).toBe(stored.size);
    expect(stored.size).toBeGreaterThan(1000);
  });
});

describe('its log', () => {
  it('says of which day and stage a run is', () => {
    const lines = workerLog()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => lineSchema.parse(JSON.parse(line)))
      .filter(({ workflowId }) => workflowId === dailyWorkflowId(runDate));
    expect(new Set(lines.map((line) => line.runDate))).toEqual(new Set([runDate]));
    expect(lines.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(['waiting for clicks', 'training', 'gate', 'loading', 'publishing', 'done']),
    );
  });

  it('names no reader', async () => {
    const log = workerLog();
    const readers = [...(await slice.listsOfTable(summary.version)).keys()].filter((pk) => pk.startsWith('u#'));
    expect(readers.length).toBeGreaterThan(1000);
    const ids = new Set(log.match(/[A-Za-z0-9_.:-]+/g));
    expect(readers.filter((pk) => ids.has(pk) || ids.has(pk.slice(2)))).toEqual([]);
  });
});
