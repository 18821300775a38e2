/** What is known of DescribeTrainingJob, fact by fact: when a field appears, what a time means, which text is shown. */
import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { describeJob } from '../../local/sagemaker/description';
import * as job from '../../local/sagemaker/job';
import { parseCreateRequest } from '../../local/sagemaker/request';
import { until } from './fixtures/localServer';
import { SageMakerBench, statusesOf } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
});
afterAll(() => bench.close());
afterEach(() => bench.control('clear', {}));

const textsOf = (ended: DescribeTrainingJobCommandOutput) =>
  (ended.SecondaryStatusTransitions ?? []).map(({ Status, StatusMessage }) => `${Status}: ${StatusMessage}`);

describe('a finished job', () => {
  let ended: DescribeTrainingJobCommandOutput;
  beforeAll(async () => {
    await bench.create(bench.request('finished', { HyperParameters: { iterations: '12', seconds: '0.1' } }));
    ended = await bench.finished('finished');
  });

  test('shows the last message of each status', () => {
    expect(textsOf(ended)).toEqual([
      'Starting: Preparing the instances for training',
      'Downloading: Downloading the training image',
      'Training: Training image download completed. Training in progress.',
      'Uploading: Uploading generated training model',
      'Completed: Training job completed',
    ]);
  });

  test('counts whole seconds from the start of Downloading to the end of Uploading', () => {
    const { TrainingStartTime: start, TrainingEndTime: end } = ended;
    expect(ended.TrainingTimeInSeconds).toBe(Math.floor(((end?.getTime() ?? 0) - (start?.getTime() ?? 0)) / 1000));
    const uploading = ended.SecondaryStatusTransitions?.find(({ Status }) => Status === 'Uploading');
    expect(end).toEqual(uploading?.EndTime);
  });

  test('ends with a transition that starts and ends at one instant, and is not modified before it', () => {
    const last = ended.SecondaryStatusTransitions?.at(-1);
    expect([last?.StartTime, last?.EndTime]).toEqual([ended.TrainingEndTime, ended.TrainingEndTime]);
    expect(ended.LastModifiedTime?.getTime()).toBeGreaterThanOrEqual(ended.TrainingEndTime?.getTime() ?? Infinity);
  });

  test('echoes the defaults of the service, and nothing that was not given', () => {
    expect(ended).toMatchObject({
      EnableNetworkIsolation: false,
      EnableInterContainerTrafficEncryption: false,
      EnableManagedSpotTraining: false,
      ProfilingStatus: 'Disabled',
      AlgorithmSpecification: { EnableSageMakerMetricsTimeSeries: false },
    });
    expect(ended.CheckpointConfig).toEqual({ S3Uri: `s3://${bench.bucket}/checkpoints/finished/` });
    expect(ended.FailureReason).toBeUndefined();
  });

  test('has metrics with times of whole seconds', () => {
    expect(ended.FinalMetricDataList?.length).toBeGreaterThan(0);
    for (const { Timestamp } of ended.FinalMetricDataList ?? []) expect((Timestamp?.getTime() ?? 0.5) % 1000).toBe(0);
  });
});

test('a waiting job has neither a start of training nor any time, and its open transition no end', async () => {
  await bench.control('droughts', { market: 'on-demand', forSeconds: 60 });
  await bench.create(bench.request('pending'));
  const waiting = await until(
    () => bench.describe('pending'),
    ({ SecondaryStatus }) => SecondaryStatus === 'Pending',
  );
  expect(textsOf(waiting)).toEqual([
    'Starting: Starting the training job',
    'Pending: Training job waiting for capacity',
  ]);
  expect(waiting.SecondaryStatusTransitions?.at(-1)?.EndTime).toBeUndefined();
  for (const field of ['TrainingStartTime', 'TrainingEndTime', 'TrainingTimeInSeconds', 'BillableTimeInSeconds']) {
    expect(waiting).not.toHaveProperty(field);
  }
  await bench.control('clear', {});
  expect(textsOf(await bench.finished('pending'))[1]).toBe('Pending: Preparing the instances for training');
});

test('a running job has a start and times of at least one second, and no end', async () => {
  await bench.create(bench.spotRequest('running', { HyperParameters: { iterations: '1000' } }));
  const running = await until(
    () => bench.describe('running'),
    ({ SecondaryStatus }) => SecondaryStatus === 'Training',
  );
  const downloading = running.SecondaryStatusTransitions?.find(({ Status }) => Status === 'Downloading');
  expect(running.TrainingStartTime).toEqual(downloading?.StartTime);
  expect(running.TrainingTimeInSeconds).toBeGreaterThanOrEqual(1);
  expect(running.BillableTimeInSeconds).toBeGreaterThanOrEqual(1);
  expect(running).not.toHaveProperty('TrainingEndTime');
  expect(running).not.toHaveProperty('ModelArtifacts');
  await bench.stop('running');
  const stopped = await bench.finished('running');
  expect(textsOf(stopped).at(-1)).toBe('Stopped: Training job stopped');
});

test('a trainer that says nothing of its failure leaves an empty place in the reason', async () => {
  await bench.create(bench.request('silent', { HyperParameters: { exit_code: '1' } }));
  const ended = await bench.finished('silent');
  expect(ended.FailureReason).toBe('AlgorithmError: , exit code: 1');
  expect(textsOf(ended).at(-1)).toBe('Failed: Training job failed');
});

test('a reason has at most 1024 characters', async () => {
  await bench.create(bench.request('talkative', { HyperParameters: { fail: 'x'.repeat(2400) } }));
  expect((await bench.finished('talkative')).FailureReason).toHaveLength(1024);
});

test('stopping a job that never got capacity costs nothing and looks like any cancelled one', async () => {
  await bench.control('droughts', { forSeconds: 60 });
  await bench.create(bench.spotRequest('never-ran'));
  await bench.stop('never-ran');
  const ended = await bench.finished('never-ran');
  expect([ended.TrainingJobStatus, ended.SecondaryStatus, ended.FailureReason]).toEqual([
    ...['Stopped', 'Stopped', undefined],
  ]);
  expect([ended.TrainingTimeInSeconds, ended.BillableTimeInSeconds]).toEqual([undefined, undefined]);
  expect(statusesOf(ended)).toEqual(['Starting', 'Stopping', 'Stopped']);
});

describe('as a value', () => {
  const created = () =>
    job.newJob(parseCreateRequest(bench.spotRequest('value')), 'arn:aws:sagemaker:us-east-1:0:training-job/value', 0);
  const at = (state: job.TrainingJob, nowMs: number) => describeJob(state, 0.65, nowMs);

  test.each<[job.SecondaryStatus, string]>([
    ['Starting', 'InProgress'],
    ['Pending', 'InProgress'],
    ['Downloading', 'InProgress'],
    ['Training', 'InProgress'],
    ['Interrupted', 'InProgress'],
    ['Uploading', 'InProgress'],
    ['Completed', 'Completed'],
    ['Failed', 'Failed'],
    ['Stopped', 'Stopped'],
    ['MaxRuntimeExceeded', 'Stopped'],
    ['MaxWaitTimeExceeded', 'Stopped'],
  ])('%s is shown as %s', (secondary, primary) => {
    expect(job.primaryStatus(job.enter(created(), secondary, '', 1))).toBe(primary);
  });

  test('uploading after a stop is still Stopping', () => {
    const stopping = job.beginStop(job.enter(created(), 'Training', '', 1), 'requested', 2);
    expect(job.primaryStatus(stopping)).toBe('Stopping');
    expect(job.primaryStatus(job.enter(stopping, 'Uploading', '', 3))).toBe('Stopping');
  });

  test('a message is overwritten in place while the status stays, and a new status closes the old one', () => {
    const waiting = job.enter(created(), 'Starting', job.messages.insufficientCapacity, 1000);
    expect(waiting.transitions).toEqual([
      { status: 'Starting', message: job.messages.insufficientCapacity, startMs: 0 },
    ]);
    expect(job.enter(waiting, 'Downloading', '', 2000).transitions).toMatchObject([
      { status: 'Starting', endMs: 2000 },
      { status: 'Downloading', startMs: 2000 },
    ]);
  });

  test('the wait between two attempts is neither training nor billed, and the discount is fewer seconds', () => {
    const attempt = (state: job.TrainingJob, fromMs: number) =>
      job.enter(job.enter(state, 'Downloading', '', fromMs), 'Training', '', fromMs + 10_000);
    const interrupted = job.enter(attempt(created(), 0), 'Interrupted', '', 100_000);
    const again = attempt(job.enter(interrupted, 'Starting', '', 100_000), 700_000);
    expect(at(again, 800_000)).toMatchObject({ TrainingTimeInSeconds: 200, BillableTimeInSeconds: 70 });
  });
});
