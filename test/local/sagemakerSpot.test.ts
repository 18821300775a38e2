/** Spot: waiting for capacity, reclaims, and what survives them. */
import { until } from './fixtures/localServer';
import { SageMakerBench, statusesOf } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
});
afterAll(() => bench.close());
afterEach(() => bench.control('clear', {}));

const onceInterrupted = [
  'Starting',
  'Downloading',
  'Training',
  'Interrupted',
  'Starting',
  'Downloading',
  'Training',
  'Uploading',
  'Completed',
];

test('a reclaimed job resumes from the checkpoint in S3 and shows the interruption', async () => {
  await bench.control('reclaims', { iteration: 8, phase: 'fit' });
  await bench.create(bench.spotRequest('reclaimed', { HyperParameters: { iterations: '30', seconds: '0.1' } }));
  const job = await bench.finished('reclaimed');

  expect(statusesOf(job)).toEqual(onceInterrupted);
  const result = await bench.result('reclaimed');
  expect(result.files).toEqual(['clicks', 'clicks/a.txt', 'clicks/deep', 'clicks/deep/b.txt']);
  // The newest checkpoint may not have reached S3; an older one has.
  expect(result.resumed).toBeGreaterThan(0);
  expect(result.resumed).toBeLessThan(30);
  expect(result.iterations).toBe(30);
});

test('the spot discount is shown as fewer billable seconds', async () => {
  await bench.create(bench.spotRequest('discounted', { HyperParameters: { iterations: '1', seconds: '3.1' } }));
  const { TrainingTimeInSeconds = 0, BillableTimeInSeconds = 0 } = await bench.finished('discounted');
  expect(TrainingTimeInSeconds).toBeGreaterThanOrEqual(3);
  expect(BillableTimeInSeconds).toBe(Math.floor(TrainingTimeInSeconds * (1 - 0.65)));
});

test('a reclaim by SIGTERM lets the trainer end by itself, and its exit code 0 is not success', async () => {
  await bench.control('reclaims', { job: 'warned', iterationLine: 2, mode: 'term', graceSeconds: 5 });
  await bench.create(bench.spotRequest('warned', { HyperParameters: { iterations: '40' } }));
  const job = await bench.finished('warned');
  expect(statusesOf(job)).toEqual(onceInterrupted);
});

test('iteration lines are counted over all attempts, and each rule strikes once', async () => {
  await bench.control('reclaims', { job: 'unlucky', iterationLine: 3 });
  await bench.control('reclaims', { job: 'unlucky', iterationLine: 6 });
  await bench.create(bench.spotRequest('unlucky', { HyperParameters: { iterations: '30', seconds: '0.1' } }));
  const job = await bench.finished('unlucky');
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(statusesOf(job).filter((status) => status === 'Interrupted')).toHaveLength(2);
});

test('a job without checkpoints begins again after a reclaim', async () => {
  await bench.control('reclaims', { afterSeconds: 0.5 });
  const { CheckpointConfig: _none, ...request } = bench.spotRequest('forgetful', {
    HyperParameters: { iterations: '30', seconds: '0.1' },
  });
  await bench.create(request);
  const job = await bench.finished('forgetful');
  expect(statusesOf(job)).toEqual(onceInterrupted);
  expect((await bench.result('forgetful')).resumed).toBe(0);
});

test('an upload can be cut in half once, as an agent that died would leave it', async () => {
  await bench.control('checkpoint-faults', { fault: 'corrupt', uploads: 1, suffix: '000001.json' });
  await bench.create(bench.spotRequest('cut', { HyperParameters: { iterations: '1000', seconds: '0.5' } }));
  await until(
    () => bench.keys('checkpoints/cut/'),
    (keys) => keys.includes('state-000001.json'),
  );
  expect(await bench.text('checkpoints/cut/state-000001.json')).toBe('{"compl');
  await bench.stop('cut');
  await bench.finished('cut');
});

test('a stalled checkpoint agent uploads nothing', async () => {
  await bench.control('checkpoint-faults', { fault: 'stall', seconds: 60 });
  await bench.create(bench.spotRequest('stalled', { HyperParameters: { iterations: '5', seconds: '0.1' } }));
  await bench.finished('stalled');
  expect(await bench.keys('checkpoints/stalled/')).toEqual([]);
  await bench.control('checkpoint-faults', { fault: 'stall', seconds: 0 });
});

test('without Spot capacity a job waits in Starting, takes no time, and ends with MaxWaitTimeExceeded', async () => {
  await bench.control('droughts', { market: 'spot', forSeconds: 60 });
  await bench.create(
    bench.spotRequest('thirsty', { StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 } }),
  );
  const waiting = await until(
    () => bench.describe('thirsty'),
    (job) => (job.SecondaryStatusTransitions?.[0]?.StatusMessage ?? '').startsWith('Insufficient capacity'),
  );
  expect(waiting.SecondaryStatus).toBe('Starting');
  expect(waiting.TrainingTimeInSeconds).toBeUndefined();

  const job = await bench.finished('thirsty');
  expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'MaxWaitTimeExceeded']);
  expect(statusesOf(job)).toEqual(['Starting', 'Stopping', 'MaxWaitTimeExceeded']);
  expect(job.BillableTimeInSeconds).toBeUndefined();
  expect(job.FailureReason).toBeUndefined();
});

test('MaxWait covers running too', async () => {
  await bench.create(
    bench.spotRequest('overdue', {
      HyperParameters: { iterations: '1000' },
      StoppingCondition: { MaxRuntimeInSeconds: 2, MaxWaitTimeInSeconds: 2 },
    }),
  );
  const job = await bench.finished('overdue');
  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Stopping', 'MaxWaitTimeExceeded']);
});

test('a waiting job can be stopped', async () => {
  await bench.control('droughts', { forSeconds: 60 });
  await bench.create(bench.spotRequest('unwanted'));
  await bench.stop('unwanted');
  const job = await bench.finished('unwanted');
  expect(statusesOf(job)).toEqual(['Starting', 'Stopping', 'Stopped']);
});

test('on-demand capacity is another matter: its drought shows as Pending, and a Spot drought does not touch it', async () => {
  await bench.control('droughts', { market: 'spot', forSeconds: 60 });
  await bench.control('droughts', { market: 'on-demand', forSeconds: 0.5 });
  await bench.create(bench.request('patient'));
  const job = await bench.finished('patient');
  expect(statusesOf(job)).toEqual(['Starting', 'Pending', 'Downloading', 'Training', 'Uploading', 'Completed']);
});

test('a drought can take the instances of running Spot jobs, as a recorded trace does', async () => {
  await bench.create(bench.spotRequest('swept', { HyperParameters: { iterations: '40', seconds: '0.1' } }));
  await until(
    () => bench.keys('checkpoints/swept/'),
    (keys) => keys.length > 0,
  );
  await bench.control('droughts', { forSeconds: 0.5, reclaimsRunning: true });
  const job = await bench.finished('swept');
  expect(statusesOf(job)).toEqual(onceInterrupted);
  expect((await bench.result('swept')).resumed).toBeGreaterThan(0);
});
