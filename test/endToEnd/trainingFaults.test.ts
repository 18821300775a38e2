/**
 * The fault matrix of training, over the real trainer, the local SageMaker, a real worker and a real Temporal: for each
 * fault the run's outcome, how many jobs were paid for, and that the model is the same, bit for bit.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dailyWorkflowId } from '../../src/contract';
import { runDate } from './slice';
import { type PlayedRun, paid, TrainingHouse } from './trainingHouse';

const timeLimitMs = 300_000;
let house: TrainingHouse;
let calm: PlayedRun;
let longCalm: PlayedRun;

beforeAll(async () => {
  house = await TrainingHouse.start();
  calm = await house.play();
  longCalm = await house.play({ training: { hyperparameters: longTraining } });
}, 300_000);

afterAll(async () => {
  await house?.stop();
}, 60_000);

/** Seconds, not milliseconds; and its checkpoints are there for longer than it takes to bring them to S3. */
const longTraining = { iterations: '400', factors: '96', checkpoint_seconds: '5' };

/** That the run published, and the very model that a calm run makes. */
function expectSameModel(run: PlayedRun): void {
  expect(run.view).toMatchObject({ state: 'completed', result: { outcome: 'published' } });
  expect(run.modelDigest).toBe(calm.modelDigest);
}

/** A trace of Spot capacity, one value a minute. */
function traceFile(data: readonly number[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'frontpage-trace-')), 'trace.json');
  writeFileSync(file, JSON.stringify({ metadata: { gap_seconds: 60 }, data }));
  return file;
}

async function resetToBefore(activity: string): Promise<void> {
  const { client } = house.slice;
  const handle = client.workflow.getHandle(dailyWorkflowId(runDate));
  const { runId } = await handle.describe();
  const { events } = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: task }) => task?.activityType?.name === activity,
  )?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: handle.workflowId, runId },
    workflowTaskFinishEventId: scheduled ?? null,
    requestId: randomUUID(),
    reason: 'a test',
  });
}

describe('a training', () => {
  it('in calm is one paid job on the first rung', () => {
    expect(calm.view).toMatchObject({ state: 'completed', result: { outcome: 'published' } });
    expect(calm.attempts).toMatchObject([{ market: 'spot', outcome: 'completed', interruptions: 0 }]);
    expect(paid(calm.jobs)).toBe(1);
    expect(calm.modelDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it(
    'F8: resumes from its checkpoint when Spot is reclaimed, and again',
    async () => {
      const run = await house.play({
        training: { hyperparameters: longTraining },
        during: async () => {
          for (const interruptions of [0, 1]) {
            await house.whenJob((job) => job.interruptions === interruptions && job.secondaryStatus === 'Training');
            await house.whenCheckpointed();
            await house.control('droughts', { forSeconds: 0.5, reclaimsRunning: true });
          }
        },
      });
      expect(run.view).toMatchObject({ state: 'completed', result: { outcome: 'published' } });
      expect(run.modelDigest).toBe(longCalm.modelDigest);
      expect(run.attempts).toMatchObject([{ outcome: 'completed', interruptions: 2 }]);
      expect(run.attempts[0]?.resumedFrom).toHaveLength(2);
      expect(paid(run.jobs)).toBe(1);
    },
    timeLimitMs,
  );

  it(
    'goes on in the same job when the worker is killed, whatever it was doing',
    async () => {
      const kill = () => house.slice.cloud.supervisor.kill('worker');
      const run = await house.play({
        during: async () => {
          await house.whenJob(() => true);
          await kill();
          await house.whenJob(({ secondaryStatus }) => secondaryStatus === 'Training');
          await kill();
          await house.whenJob(({ secondaryStatus }) => secondaryStatus !== 'Training');
          await kill();
        },
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([{ outcome: 'completed' }]);
      expect(run.jobs).toHaveLength(1);
      expect(house.slice.restarted.filter((name) => name === 'worker')).toHaveLength(3);
    },
    timeLimitMs,
  );

  it(
    'goes on when Temporal restarts',
    async () => {
      const run = await house.play({
        during: async () => {
          await house.whenJob(({ secondaryStatus }) => secondaryStatus === 'Training');
          await house.slice.cloud.supervisor.kill('temporal');
        },
      });
      expectSameModel(run);
      expect(run.jobs).toHaveLength(1);
    },
    timeLimitMs,
  );

  it(
    'goes on with the job that runs when its workflow is reset to before the start',
    async () => {
      const run = await house.play({
        during: async () => {
          await house.whenJob(({ secondaryStatus }) => secondaryStatus === 'Training');
          await resetToBefore('startTraining');
        },
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([{ outcome: 'completed' }]);
      expect(run.jobs).toHaveLength(1);
    },
    timeLimitMs,
  );

  it(
    'F10: adopts its job when the answer to its creation is lost',
    async () => {
      const run = await house.play({ before: () => house.control('drop-creates', { count: 1 }) });
      expectSameModel(run);
      expect(run.jobs).toHaveLength(1);
    },
    timeLimitMs,
  );

  it(
    'F10: is watched on through throttled looks',
    async () => {
      const run = await house.play({
        before: () =>
          house.control('errors', { operation: 'DescribeTrainingJob', error: 'ThrottlingException', forSeconds: 15 }),
      });
      expectSameModel(run);
      expect(run.jobs).toHaveLength(1);
    },
    timeLimitMs,
  );

  it(
    'starts over from what is there when checkpoints stopped arriving in S3 before a reclaim',
    async () => {
      const run = await house.play({
        before: async () => {
          await house.control('checkpoint-faults', { fault: 'stall', seconds: 600 });
          await house.control('reclaims', { iteration: 20, phase: 'tune' });
        },
        during: async () => {
          await house.whenJob(({ interruptions }) => interruptions > 0);
          await house.control('checkpoint-faults', { fault: 'stall', seconds: 0 });
        },
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([{ outcome: 'completed', interruptions: 1 }]);
    },
    timeLimitMs,
  );

  it(
    'F9: passes over a checkpoint that arrived torn',
    async () => {
      const run = await house.play({
        before: async () => {
          await house.control('reclaims', { iteration: 20, phase: 'tune' });
          await house.control('checkpoint-faults', { fault: 'corrupt', uploads: 1, suffix: '.npz' });
        },
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([{ outcome: 'completed', interruptions: 1 }]);
    },
    timeLimitMs,
  );

  it(
    'climbs to on demand when Spot ran out of its waiting time while interrupted, from the same checkpoints',
    async () => {
      // Long enough for a checkpoint to be in S3 before Spot is gone, and on demand for all of it, however busy the machine is.
      const limit = Math.max(40, 2 * (longCalm.attempts[0]?.trainingSeconds ?? 0));
      const run = await house.play({
        deadline: 'none',
        training: { hyperparameters: longTraining, maxRuntimeSeconds: limit, maxWaitSeconds: limit },
        during: async () => {
          await house.whenJob(({ secondaryStatus }) => secondaryStatus === 'Training');
          await house.whenCheckpointed();
          await house.control('droughts', { forSeconds: 600, reclaimsRunning: true });
        },
      });
      expect(run.view).toMatchObject({ state: 'completed', result: { outcome: 'published' } });
      expect(run.modelDigest).toBe(longCalm.modelDigest);
      expect(run.attempts).toMatchObject([
        { market: 'spot', outcome: 'interrupted-out', interruptions: 1 },
        { market: 'on-demand', outcome: 'completed' },
      ]);
      expect(run.attempts[1]?.resumedFrom.length).toBeGreaterThan(0);
      expect(paid(run.jobs)).toBe(2);
    },
    2 * timeLimitMs,
  );

  it(
    'moves to on demand at the last safe moment though stopping is refused at first and the worker dies in between',
    async () => {
      const run = await house.play({
        deadline: { hoursAfterStart: 75 / 3600 },
        before: async () => {
          await house.control('droughts', { forSeconds: 600 });
          await house.control('errors', { operation: 'StopTrainingJob', error: 'ThrottlingException', count: 10 });
        },
        during: async () => {
          await house.whenJob(({ status }) => status === 'Stopping' || status === 'Stopped');
          await house.slice.cloud.supervisor.kill('worker');
        },
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([
        { market: 'spot', outcome: 'moved-on', why: 'deadline', billableSeconds: 0 },
        { market: 'on-demand', outcome: 'completed' },
      ]);
      expect(paid(run.jobs)).toBe(1);
    },
    timeLimitMs,
  );

  it(
    'makes the same model again when Spot is reclaimed while it is uploaded',
    async () => {
      const run = await house.play({ before: () => house.control('reclaims', { during: 'Uploading' }) });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([{ outcome: 'completed', interruptions: 1 }]);
      expect(run.jobs).toHaveLength(1);
    },
    timeLimitMs,
  );

  it(
    'tries the next Spot type at once when the first has no capacity at all, and pays for one job',
    async () => {
      const run = await house.play({
        settings: {
          ladder: [
            { instanceType: 'ml.m5.xlarge', market: 'spot' },
            { instanceType: 'ml.m5.2xlarge', market: 'spot' },
            { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
          ],
        },
        before: () => house.control('failures', { reason: 'CapacityError' }),
      });
      expectSameModel(run);
      expect(run.attempts).toMatchObject([
        { instanceType: 'ml.m5.xlarge', outcome: 'capacity', billableSeconds: 0 },
        { instanceType: 'ml.m5.2xlarge', market: 'spot', outcome: 'completed' },
      ]);
    },
    timeLimitMs,
  );

  it(
    'comes through a bad night by a recorded kind of trace: reclaims, a drought that does not end, on demand, in time',
    async () => {
      // A spell of Spot lasts until the training got on in it, however busy the machine is; then capacity goes as in the trace.
      const speed = 600;
      const spell = traceFile([1, 0]);
      const drought = traceFile([1, ...Array.from({ length: 6000 }, () => 0)]);
      // What is left of a training is judged by its first iteration, several times as slow as the rest on a busy machine.
      const trainingSeconds = longCalm.attempts[0]?.trainingSeconds ?? 0;
      const run = await house.play({
        deadline: { hoursAfterStart: (60 + 12 * trainingSeconds) / 3600 },
        training: { hyperparameters: longTraining },
        before: () => house.control('settings', { recoveryWaitSeconds: 0.2, startupSeconds: 0.2 }),
        during: async () => {
          for (const [interruptions, file] of [spell, spell, drought].entries()) {
            await house.whenJob((job) => job.interruptions === interruptions && job.secondaryStatus === 'Training');
            await house.whenCheckpointed();
            await house.control('spot-trace', { file, speed });
          }
        },
      });
      expect(run.view).toMatchObject({ state: 'completed', result: { outcome: 'published' } });
      expect(run.attempts).toMatchObject([
        { market: 'spot', outcome: 'moved-on', why: 'deadline' },
        { market: 'on-demand', outcome: 'completed' },
      ]);
      expect(run.attempts[0]?.interruptions).toBe(3);
      expect(run.attempts[1]?.resumedFrom.length).toBeGreaterThan(0);
      const published = run.view.status?.stages.find(({ stage }) => stage === 'publishing')?.endedAtMs;
      expect(published).toBeLessThanOrEqual(run.view.status?.deadlineAtMs ?? 0);
      expect(paid(run.jobs)).toBe(2);
    },
    2 * timeLimitMs,
  );
});
