import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities';
import { readerHash, registerErasure } from '../../src/clients/erasureRegister';
import {
  ForeignTrainingJob,
  TrainingQuotaExceeded,
  TrainingRequestRefused,
  TrainingServiceUnavailable,
} from '../../src/clients/trainingService';
import type { StartTrainingInput, WaitForTrainingInput } from '../../src/contract';
import { addDays, parseRunDate } from '../../src/domain/runDate';
import { trainingPace } from '../../src/domain/trainingPace';
import { FakeTrainingService, jobState } from '../support/fakeTrainingService';
import { idleServices } from '../support/idleServices';
import { createMemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { createMemoryTable } from '../support/memoryTable';
import { dailyInput } from '../support/scenarios';

const runDate = parseRunDate('2026-11-23');
const jobName = 'frontpage-2026-11-23-0123456789ab-a1';
const pace = trainingPace([], {
  hoursAfterStart: 5,
  launchSeconds: 60,
  workSeconds: 600,
  publishSeconds: 60,
  safetyFactor: 1,
});

function house() {
  const lake = createMemoryLake();
  const service = new FakeTrainingService();
  const activities = createActivities({
    lake,
    table: createMemoryTable(),
    trainingService: service,
    deliveryMetrics: { freshness: async () => [] },
    ...idleServices,
    readerItems: createMemoryReaderItems(),
    freshTable: createMemoryFreshTable(),
    trainingPlace: { bucket: 'lake', roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
  });
  return { lake, service, activities };
}

function inContext<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
  return new MockActivityEnvironment().run(activity, input);
}

describe('startTraining', () => {
  const input: StartTrainingInput = {
    runDate,
    generation: 1,
    attempt: 1,
    rung: { instanceType: 'ml.m5.xlarge', market: 'spot' },
    manifest: {
      uri: 's3://lake/m',
      sha256: 'ab',
      clickObjects: 1,
      clickBytes: 1,
      interactionObjects: 0,
      ledgerObjects: 0,
      missingHours: [],
    },
    historyDays: 7,
    retentionDays: 14,
    settings: dailyInput.settings.training,
  };

  it('starts one job, however often it is called', async () => {
    const { activities, service } = house();
    const first = await inContext(activities.startTraining, input);
    const second = await inContext(activities.startTraining, input);
    expect([first.adopted, second.adopted]).toEqual([false, true]);
    expect(second).toEqual({ ...first, adopted: true });
    expect(service.started.map(({ name }) => name)).toEqual([first.jobName]);
  });

  it.each([
    ['Stopped', 'MaxWaitTimeExceeded', true],
    ['Failed', 'Failed', true],
    ['Completed', 'Completed', undefined],
    ['InProgress', 'Interrupted', undefined],
  ])('says whether a job of an earlier run that stands at %s (%s) is spent', async (status, secondary, spent) => {
    const { activities, service } = house();
    await inContext(activities.startTraining, input);
    service.adoptedState = jobState(status, [secondary]);
    expect((await inContext(activities.startTraining, input)).spent).toBe(spent);
  });

  it('takes a new checkpoint scope for another manifest or configuration, and the same one for another rung', async () => {
    const { activities } = house();
    const scopeOf = async (change: Partial<StartTrainingInput>) =>
      (await inContext(activities.startTraining, { ...input, ...change })).scope;
    const scope = await scopeOf({});
    const limits = { maxRuntimeSeconds: 600, maxWaitSeconds: 900 };
    expect(await scopeOf({ attempt: 2, rung: { instanceType: 'ml.c5.xlarge', market: 'on-demand' }, ...limits })).toBe(
      scope,
    );
    expect(await scopeOf({ manifest: { ...input.manifest, sha256: 'cd' } })).not.toBe(scope);
    expect(await scopeOf({ settings: { ...input.settings, hyperparameters: { factors: '32' } } })).not.toBe(scope);
  });

  it('gives the job the list of readers who must be forgotten, and no checkpoint of before one joined it', async () => {
    const { activities, service, lake } = house();
    const channels = () => service.started.at(-1)?.channels.map(({ name }) => name);
    const before = await inContext(activities.startTraining, input);
    expect(channels()).toEqual(['clicks']);
    await registerErasure(lake, readerHash('r1'));
    const after = await inContext(activities.startTraining, input);
    expect(channels()).toEqual(['clicks', 'erasures']);
    expect(after.scope).not.toBe(before.scope);
    const list = service.started.at(-1)?.channels.at(-1)?.manifestUri.slice('s3://lake/'.length) ?? '';
    expect(JSON.parse(lake.objects.get(list)?.toString() ?? '')).toEqual([
      { prefix: 's3://lake/' },
      `erasures/${readerHash('r1')}.json`,
    ]);
  });

  it.each([
    [new ForeignTrainingJob('not ours'), 'ForeignTrainingJob', true],
    // Another rung may have room now; the workflow decides.
    [new TrainingQuotaExceeded('0 instances'), 'TrainingQuotaExceeded', true],
    [new TrainingServiceUnavailable('busy'), 'TrainingServiceUnavailable', false],
  ])('turns %s into a failure of the catalogue', async (error, type, nonRetryable) => {
    const { activities, service } = house();
    service.startError = error;
    await expect(inContext(activities.startTraining, input)).rejects.toMatchObject({ type, nonRetryable });
  });
});

describe('waitForTraining', () => {
  const input: WaitForTrainingInput = { jobName, scope: '0123456789ab', pollSeconds: 0.01 };
  const progress = {
    phase: 'tune',
    iteration: 3,
    iterations: 15,
    completed: 3,
    total: 45,
    resumedFrom: [2],
    remainingSeconds: 9,
    readSeconds: 5,
  };

  it('heartbeats status and progress, and tells how the job ended and what it lost', async () => {
    const { activities, service, lake } = house();
    await lake.put('checkpoints/0123456789ab/progress.json', JSON.stringify(progress));
    const way = ['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting', 'Downloading', 'Training'];
    service.states = [
      jobState('InProgress', way.slice(0, 3)),
      jobState('InProgress', way.slice(0, 4)),
      jobState('Completed', [...way, 'Uploading', 'Completed'], { trainingSeconds: 100, billableSeconds: 35 }),
    ];
    const env = new MockActivityEnvironment();
    const beats: unknown[] = [];
    env.on('heartbeat', (details) => beats.push(details));
    expect(await env.run(activities.waitForTraining, input)).toEqual({
      outcome: 'completed',
      interruptions: 1,
      trainingSeconds: 100,
      billableSeconds: 35,
      resumedFrom: [2],
      lostSeconds: 30,
      prepareSeconds: 15,
      remainingSeconds: 9,
    });
    expect(beats).toMatchObject([
      { status: 'Training', progress: { phase: 'tune', iteration: 3 } },
      { status: 'Interrupted', interruptions: 1 },
    ]);
  });

  it('goes on when the service does not answer for a while', async () => {
    const { activities, service } = house();
    service.states = [
      new TrainingServiceUnavailable('ECONNREFUSED'),
      new TrainingServiceUnavailable('Rate exceeded'),
      jobState('Completed', ['Completed']),
    ];
    expect(await inContext(activities.waitForTraining, input)).toMatchObject({ outcome: 'completed' });
  });

  it('asks to be tried again when it may not look: the job may be running, and is paid for', async () => {
    const { activities, service } = house();
    service.states = [new TrainingRequestRefused('AccessDeniedException')];
    await expect(inContext(activities.waitForTraining, input)).rejects.toMatchObject({
      type: 'TrainingServiceUnavailable',
      nonRetryable: false,
    });
  });

  it('fails when the job is gone', async () => {
    const { activities } = house();
    await expect(inContext(activities.waitForTraining, input)).rejects.toMatchObject({ type: 'TrainingJobMissing' });
  });

  it('watches on through a progress file that cannot be read', async () => {
    const { activities, service, lake } = house();
    await lake.put('checkpoints/0123456789ab/progress.json', '{"phase":');
    service.states = [jobState('Completed', ['Completed'])];
    expect(await inContext(activities.waitForTraining, input)).toMatchObject({ outcome: 'completed', resumedFrom: [] });
  });

  it('stops the paid job when it is cancelled, waits for its end, and tells what it cost', async () => {
    const { activities, service } = house();
    service.states = [jobState('InProgress', ['Training'])];
    service.stopErrors = [new TrainingServiceUnavailable('Rate exceeded'), new TrainingRequestRefused('denied')];
    const env = new MockActivityEnvironment();
    const waiting = env.run(activities.waitForTraining, input);
    setTimeout(() => env.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true })), 30);
    expect(await waiting).toMatchObject({ outcome: 'stopped', trainingSeconds: 40, billableSeconds: 14 });
    expect(service.stopped).toEqual([jobName]);
  });

  it('leaves the job alone when only its worker shuts down', async () => {
    const { activities, service } = house();
    service.states = [jobState('InProgress', ['Training'])];
    const env = new MockActivityEnvironment();
    const waiting = env.run(activities.waitForTraining, input);
    setTimeout(() => env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true })), 30);
    await expect(waiting).rejects.toBeInstanceOf(CancelledFailure);
    expect(service.stopped).toEqual([]);
  });

  describe('with a deadline', () => {
    const ladder = [
      { instanceType: 'ml.m5.xlarge', market: 'spot', patienceSeconds: 120 },
      { instanceType: 'ml.c5.xlarge', market: 'spot' },
      { instanceType: 'ml.m5.xlarge', market: 'on-demand' },
    ] as const;
    const inTime = (seconds: number, rung = 0): WaitForTrainingInput => ({
      ...input,
      deadline: { deadlineAtMs: Date.now() + seconds * 1000, pace, ladder, rung },
    });

    it('asks for on demand when the job waits for Spot and the last safe moment is there', async () => {
      const { activities, service } = house();
      service.states = [jobState('InProgress', ['Starting'], {}, Date.now())];
      expect(await inContext(activities.waitForTraining, inTime(720))).toEqual({
        outcome: 'in-progress',
        decision: { kind: 'move', rung: 2, why: 'deadline' },
      });
      expect(service.stopped).toEqual([]);
    });

    it('asks for the next Spot rung when patience is over and there is time', async () => {
      const { activities, service } = house();
      service.states = [jobState('InProgress', ['Starting'], {}, Date.now() - 130_000)];
      expect(await inContext(activities.waitForTraining, inTime(5000))).toEqual({
        outcome: 'in-progress',
        decision: { kind: 'move', rung: 1, why: 'patience' },
      });
    });

    it('takes the trainer’s word for what is left, and leaves a job alone that will be in time', async () => {
      const { activities, service, lake } = house();
      await lake.put(
        'checkpoints/0123456789ab/progress.json',
        JSON.stringify({ ...progress, remainingSeconds: 20, updatedAt: new Date().toISOString() }),
      );
      service.states = [
        jobState('InProgress', ['Starting', 'Downloading', 'Training'], {}, Date.now() - 300_000),
        jobState('Completed', ['Completed']),
      ];
      // By the estimate of the last runs alone it would be too late: 60 + 600 + 60 seconds.
      expect(await inContext(activities.waitForTraining, inTime(300))).toMatchObject({ outcome: 'completed' });
    });
  });
});

describe('stopTraining', () => {
  it('tells how the job ended, also when it completed before the order reached it, and however often it is called', async () => {
    const { activities, service } = house();
    service.afterStop = jobState('Completed', ['Completed'], { trainingSeconds: 50, billableSeconds: 20 });
    service.states = [jobState('InProgress', ['Training'])];
    const input = { jobName, scope: '0123456789ab', pollSeconds: 0.01 };
    const first = await inContext(activities.stopTraining, input);
    expect(first).toMatchObject({ outcome: 'completed', billableSeconds: 20 });
    expect(await inContext(activities.stopTraining, input)).toEqual(first);
  });
});

describe('estimateTraining', () => {
  const settings = {
    hoursAfterStart: 5,
    launchSeconds: 100,
    workSeconds: 1000,
    publishSeconds: 500,
    safetyFactor: 1.5,
  };
  const report = (workSeconds: number[], publishSeconds: number) => ({
    outcome: 'published',
    summary: {
      trainingAttempts: workSeconds.map((trainingSeconds) => ({ trainingSeconds, prepareSeconds: 20 })),
      stages: [
        { stage: 'training', startedAtMs: 0, endedAtMs: 5_000 },
        { stage: 'publishing', startedAtMs: 6_000, endedAtMs: 5_000 + publishSeconds * 1000 },
      ],
    },
  });

  it('takes the settings while there is no earlier run', async () => {
    const { activities } = house();
    expect(await inContext(activities.estimateTraining, { runDate, settings })).toEqual({
      startupSeconds: 100,
      workSeconds: 1500,
      publishSeconds: 750,
      safetyFactor: 1.5,
      runs: 0,
    });
  });

  it('learns from the last week: the median of the work, the longest of the rest; passes over what tells nothing', async () => {
    const { activities, lake } = house();
    const put = (daysAgo: number, content: unknown) =>
      lake.put(
        `reports/dt=${addDays(runDate, -daysAgo)}/run.json`,
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    await put(1, report([400], 60));
    await put(2, report([300, 200], 90));
    await put(3, report([900], 30));
    await put(4, { outcome: 'failed', failedStage: 'training' });
    await put(5, '{');
    // A backfilled day, of which nothing was loaded.
    const { outcome, summary } = report([5_000], 1);
    await put(6, { outcome, summary: { ...summary, itemsLoaded: 0 } });
    await put(8, report([90_000], 9000));
    const first = await inContext(activities.estimateTraining, { runDate, settings });
    expect(first).toEqual({
      startupSeconds: 130,
      workSeconds: 750,
      publishSeconds: 135,
      safetyFactor: 1.5,
      runs: 3,
    });
    expect(await inContext(activities.estimateTraining, { runDate, settings })).toEqual(first);
  });
});
