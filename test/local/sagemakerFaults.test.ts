/** Faults that a run must outlive, each asked for by a control route: of calls, of capacity, of the agent, of the service. */
import { type CreateTrainingJobCommandInput, SageMakerClient, StopTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { until } from './fixtures/localServer';
import { SageMakerBench, statusesOf } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
});
afterAll(() => bench.close());
afterEach(() => bench.control('clear', {}));

const longEnough = { iterations: '1000', seconds: '0.1' };

const reachesTraining = (name: string) =>
  until(
    () => bench.describe(name),
    (job) => job.SecondaryStatus === 'Training',
  );

test('an agent that stalls for good uploads nothing, so a reclaimed job begins again from the start', async () => {
  await bench.control('checkpoint-faults', { fault: 'stall', job: 'unsynced' });
  await bench.control('reclaims', { job: 'unsynced', iteration: 5 });
  const parameters = { iterations: '30', seconds: '0.1' };
  await bench.create(bench.spotRequest('unsynced', { HyperParameters: parameters }));
  await bench.create(bench.spotRequest('synced', { HyperParameters: parameters }));
  expect(statusesOf(await bench.finished('unsynced'))).toContain('Interrupted');
  await bench.finished('synced');

  expect((await bench.result('unsynced')).resumed).toBe(0);
  expect(await bench.keys('checkpoints/unsynced/')).toEqual([]);
  expect(await bench.keys('checkpoints/synced/')).not.toEqual([]);
});

test('an agent that stalled for a while makes up for it', async () => {
  await bench.control('checkpoint-faults', { fault: 'stall', seconds: 0.5 });
  await bench.create(bench.spotRequest('delayed', { HyperParameters: longEnough }));
  const keys = await until(
    () => bench.keys('checkpoints/delayed/'),
    (seen) => seen.length > 0,
  );
  expect(keys[0]).toMatch(/^state-\d{6}\.json$/);
  await bench.stop('delayed');
  await bench.finished('delayed');
});

test('an upload can arrive with one bit flipped', async () => {
  await bench.control('checkpoint-faults', {
    ...{ fault: 'corrupt', job: 'flipped', uploads: 1, suffix: '000001.json', how: 'flip' },
  });
  await bench.create(bench.spotRequest('flipped', { HyperParameters: { iterations: '1000', seconds: '0.5' } }));
  await until(
    () => bench.keys('checkpoints/flipped/'),
    (keys) => keys.includes('state-000001.json'),
  );
  const [sent, arrived] = [
    Buffer.from('{"completed":1}'),
    Buffer.from((await bench.text('checkpoints/flipped/state-000001.json')) ?? ''),
  ];
  const different = [...sent].map((byte, index) => byte ^ (arrived[index] ?? 0)).filter((bits) => bits !== 0);
  expect(arrived).toHaveLength(sent.length);
  expect(different).toEqual([1]);
  await bench.stop('flipped');
  await bench.finished('flipped');
});

test('an instance lost while the model is uploaded interrupts the job, which uploads a whole one in the end', async () => {
  await bench.control('reclaims', { job: 'late-loss', during: 'Uploading' });
  await bench.create(bench.spotRequest('late-loss', { HyperParameters: { iterations: '12', seconds: '0.1' } }));
  const job = await bench.finished('late-loss');

  expect(statusesOf(job)).toEqual([
    ...['Starting', 'Downloading', 'Training', 'Uploading', 'Interrupted'],
    ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
  ]);
  expect((await bench.result('late-loss')).resumed).toBeGreaterThan(0);
});

test('a job that is interrupted and finds no capacity again ends with MaxWaitTimeExceeded and keeps its checkpoints', async () => {
  await bench.create(
    bench.spotRequest('stranded', {
      HyperParameters: longEnough,
      StoppingCondition: { MaxRuntimeInSeconds: 4, MaxWaitTimeInSeconds: 4 },
    }),
  );
  await until(
    () => bench.keys('checkpoints/stranded/'),
    (keys) => keys.length > 0,
  );
  await bench.control('droughts', { forSeconds: 60, reclaimsRunning: true });
  const job = await bench.finished('stranded');

  expect(statusesOf(job)).toEqual([
    ...['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting', 'Stopping', 'MaxWaitTimeExceeded'],
  ]);
  expect([job.TrainingJobStatus, job.FailureReason]).toEqual(['Stopped', undefined]);
  expect(job.BillableTimeInSeconds).toBeGreaterThan(0);
  expect(await bench.keys('checkpoints/stranded/')).not.toEqual([]);
});

test('a reclaimed job waits in Starting while there is a drought, and goes on after it', async () => {
  await bench.create(bench.spotRequest('paused', { HyperParameters: { iterations: '40', seconds: '0.1' } }));
  await reachesTraining('paused');
  await bench.control('droughts', { forSeconds: 60, reclaimsRunning: true });
  const waiting = await until(
    () => bench.describe('paused'),
    (job) => job.SecondaryStatusTransitions?.at(-1)?.StatusMessage?.startsWith('Insufficient capacity') === true,
  );
  expect(statusesOf(waiting)).toEqual(['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting']);
  expect(waiting.TrainingJobStatus).toBe('InProgress');
  await bench.control('clear', {});
  expect((await bench.finished('paused')).TrainingJobStatus).toBe('Completed');
});

test.each(['ThrottlingException', 'ValidationException', 'AccessDeniedException'])(
  'a stop that is refused with %s leaves the job running, and the next one stops it',
  async (error) => {
    const name = `refused-${error}`;
    const once = new SageMakerClient({ ...bench.clientConfig, maxAttempts: 1 });
    await bench.create(bench.request(name, { HyperParameters: longEnough }));
    await reachesTraining(name);
    await bench.control('errors', { operation: 'StopTrainingJob', error, count: 2 });
    for (let round = 0; round < 2; round += 1) {
      await expect(once.send(new StopTrainingJobCommand({ TrainingJobName: name }))).rejects.toMatchObject({
        name: error,
      });
    }
    expect((await bench.describe(name)).TrainingJobStatus).toBe('InProgress');
    await once.send(new StopTrainingJobCommand({ TrainingJobName: name }));
    expect((await bench.finished(name)).TrainingJobStatus).toBe('Stopped');
    once.destroy();
  },
);

test('describe can be throttled for a time and not for a count, while the job goes on', async () => {
  await bench.create(bench.request('unseen'));
  await bench.control('errors', {
    ...{ operation: 'DescribeTrainingJob', error: 'ThrottlingException', forSeconds: 60 },
  });
  await expect(bench.describe('unseen')).rejects.toMatchObject({ name: 'ThrottlingException' });
  await bench.control('clear', {});
  expect((await bench.finished('unseen')).TrainingJobStatus).toBe('Completed');

  await bench.control('errors', {
    ...{ operation: 'DescribeTrainingJob', error: 'ThrottlingException', forSeconds: 0.3 },
  });
  const seen = await until(
    () => bench.describe('unseen').catch(() => undefined),
    (job) => job !== undefined,
  );
  expect(seen?.TrainingJobName).toBe('unseen');
});

test('a waiting job can end as CapacityError, without a second of training', async () => {
  await bench.control('failures', { reason: 'CapacityError', afterSeconds: 0.2 });
  await bench.control('droughts', { market: 'on-demand', forSeconds: 60 });
  await bench.create(bench.request('unprovisioned'));
  const job = await bench.finished('unprovisioned');
  expect(statusesOf(job)).toEqual(['Starting', 'Pending', 'Failed']);
  expect(job.FailureReason).toBe(
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
  );
  expect([job.TrainingTimeInSeconds, job.BillableTimeInSeconds]).toEqual([undefined, undefined]);
});

test('an error of the service ends a job without Uploading and without a model, and its checkpoints stay', async () => {
  await bench.control('failures', { reason: 'InternalServerError', job: 'broken', iteration: 5 });
  await bench.create(bench.spotRequest('broken', { HyperParameters: longEnough }));
  const job = await bench.finished('broken');
  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Failed']);
  expect(job.FailureReason).toBe('InternalServerError: We encountered an internal error. Please try again.');
  expect(job.ModelArtifacts).toBeUndefined();
  expect(await bench.keys('checkpoints/broken/')).not.toEqual([]);
  expect(await bench.keys('training/broken/')).toEqual([]);
});

test('a retry strategy starts a job anew after an error of the service, as often as it says', async () => {
  for (const iterationLine of [3, 6]) {
    await bench.control('failures', { reason: 'InternalServerError', job: 'retried', iterationLine });
  }
  const retry = (attempts: number): Partial<CreateTrainingJobCommandInput> => ({
    HyperParameters: { iterations: '1000' },
    RetryStrategy: { MaximumRetryAttempts: attempts },
  });
  await bench.create(bench.request('retried', retry(1)));
  const job = await bench.finished('retried');
  expect(statusesOf(job)).toEqual([
    ...['Starting', 'Downloading', 'Training', 'Starting', 'Downloading', 'Training', 'Failed'],
  ]);
  expect(job.RetryStrategy).toEqual({ MaximumRetryAttempts: 1 });
});

test('a drought of one instance type leaves the others alone', async () => {
  await bench.control('droughts', { instanceType: 'ml.m5.large', forSeconds: 60 });
  await bench.create(bench.spotRequest('dry-type'));
  const resources = { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 } as const;
  await bench.create(bench.spotRequest('other-type', { ResourceConfig: resources }));
  expect((await bench.finished('other-type')).TrainingJobStatus).toBe('Completed');
  expect((await bench.describe('dry-type')).SecondaryStatus).toBe('Starting');
  await bench.control('clear', {});
  expect((await bench.finished('dry-type')).TrainingJobStatus).toBe('Completed');
});

test('clearing forgets every fault at once', async () => {
  await bench.control('drop-creates', { count: 3 });
  await bench.control('errors', { operation: 'StopTrainingJob', error: 'InternalFailure', count: 9 });
  await bench.control('checkpoint-faults', { fault: 'corrupt', uploads: 4 });
  await bench.control('checkpoint-faults', { fault: 'stall' });
  await bench.control('failures', { reason: 'CapacityError' });
  await bench.control('reclaims', { during: 'Uploading' });
  await bench.control('droughts', { forSeconds: 60 });
  await bench.control('clear', {});
  expect(await bench.state()).toMatchObject({
    reclaims: [],
    failures: [],
    droughts: [],
    serviceFaults: { createsToDrop: 0, failing: {} },
    checkpointFaults: { uploadsStalled: false, corruptUploads: 0 },
  });
});

test.each<[string, object, string]>([
  ['reclaims', { during: 'Training' }, 'during: '],
  ['reclaims', { during: 'Uploading', iteration: 1 }, 'body: give exactly one of'],
  ['reclaims', { afterSeconds: 1, sometimes: true }, 'body: Unrecognized key: "sometimes"'],
  ['failures', { reason: 'Bad luck' }, 'reason: '],
  ['failures', { reason: 'CapacityError', iteration: 1 }, 'body: Unrecognized key: "iteration"'],
  ['failures', { reason: 'InternalServerError' }, 'body: give exactly one of'],
  ['droughts', { instanceType: 'large', forSeconds: 1 }, 'instanceType: '],
  ['errors', { operation: 'StopTrainingJob', error: 'InternalFailure', count: 1, forSeconds: 1 }, 'body: give count'],
  ['checkpoint-faults', { fault: 'stall', seconds: -1 }, 'seconds: '],
  ['checkpoint-faults', { fault: 'corrupt', how: 'burn' }, 'how: '],
  ['spot-trace', { file: '/nowhere.json' }, 'file: no Spot trace can be read there'],
  ['clear', { everything: true }, 'body: Unrecognized key: "everything"'],
])('a body of %s with %j is refused, naming the field', async (path, body, sentence) => {
  const { status, answer } = await bench.control(path, body);
  expect([status, answer]).toEqual([400, { error: expect.stringContaining(sentence) }]);
});
