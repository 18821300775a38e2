/** F10: what our adapter makes of the API's faults, over the real wire. */
import { TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import { TrainingQuotaExceeded, TrainingRequestRefused } from '../../src/clients/trainingService';
import { createSageMakerTrainingService } from '../../src/clients/trainingService.sagemaker';
import { parseRunDate } from '../../src/domain/runDate';
import { type TrainingJobSpec, trainingJobSpec } from '../../src/domain/trainingJob';
import { testAws } from '../support/aws';
import { dailyInput } from '../support/scenarios';
import { until } from './fixtures/localServer';
import { SageMakerBench } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
  const manifest = JSON.stringify([{ prefix: `s3://${bench.bucket}/` }, 'input/a.txt']);
  await bench.store.put('manifests/dt=2026-11-23/clicks.manifest', manifest);
});
afterAll(() => bench.close());
afterEach(() => bench.control('clear', {}));

const serviceOf = () => createSageMakerTrainingService({ ...testAws(), endpoint: bench.url });

/** Each test has an attempt of its own, so a job of its own. */
function specOf(attempt: number): TrainingJobSpec {
  return trainingJobSpec(
    {
      ...{ runDate: parseRunDate('2026-11-23'), generation: 1, attempt, scope: '0123456789ab' },
      rung: { instanceType: TrainingInstanceType.ML_M5_XLARGE, market: 'spot' },
      ...{ hasInteractions: false, hasLedger: false, historyDays: 7, retentionDays: 14 },
      settings: dailyInput.settings.training,
    },
    { bucket: bench.bucket, roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
  );
}

test('F10: a create whose answer is lost is adopted, and there is one job', async () => {
  await bench.control('drop-creates', { count: 1 });
  expect(await serviceOf().start(specOf(1))).toMatchObject({ adopted: true });
  expect(await bench.state()).toMatchObject({ jobs: [{ name: specOf(1).name }] });
});

test('F10: a create that is throttled twice creates one job in the end', async () => {
  await bench.control('errors', { operation: 'CreateTrainingJob', error: 'ThrottlingException', count: 2 });
  expect(await serviceOf().start(specOf(2))).toEqual({ adopted: false });
});

test.each([
  ['ResourceLimitExceeded', TrainingQuotaExceeded],
  ['AccessDeniedException', TrainingRequestRefused],
  ['ValidationException', TrainingRequestRefused],
])('F10: a create refused with %s creates nothing', async (error, thrown) => {
  await bench.control('errors', { operation: 'CreateTrainingJob', error });
  await expect(serviceOf().start(specOf(3))).rejects.toBeInstanceOf(thrown);
  expect(await serviceOf().describe(specOf(3).name)).toBeUndefined();
});

test('F10: a describe that is throttled a few times still tells the state of the job', async () => {
  const service = serviceOf();
  await service.start(specOf(4));
  await bench.control('errors', { operation: 'DescribeTrainingJob', error: 'ThrottlingException', count: 3 });
  expect(await service.describe(specOf(4).name)).toMatchObject({ status: expect.any(String) });
});

test('F10: a wait that is over reads as Stopped with MaxWaitTimeExceeded, and not as a failure', async () => {
  await bench.control('droughts', { forSeconds: 60 });
  const service = serviceOf();
  await service.start({ ...specOf(5), maxRuntimeSeconds: 1, maxWaitSeconds: 1 });
  const state = await until(
    () => service.describe(specOf(5).name),
    (seen) => seen?.status === 'Stopped',
  );
  expect(state).toMatchObject({ status: 'Stopped', secondaryStatus: 'MaxWaitTimeExceeded' });
  expect(state).not.toHaveProperty('failureReason');
  expect(state).not.toHaveProperty('billableSeconds');
});
