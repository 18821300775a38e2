/** The wire: names, texts and limits of errors, lists, tags, and the faults that a test can ask for. */
import {
  AddTagsCommand,
  type CreateTrainingJobCommandInput,
  DeleteTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
} from '@aws-sdk/client-sagemaker';
import { SageMakerBench } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
});
afterAll(() => bench.close());

const pattern = '^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$';

test.each<[string, (request: CreateTrainingJobCommandInput) => CreateTrainingJobCommandInput, string]>([
  [
    'a name with an underscore',
    (request) => ({ ...request, TrainingJobName: 'no_underscore' }),
    `1 validation error detected: Value 'no_underscore' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
  ],
  [
    'a role that is none',
    (request) => ({ ...request, RoleArn: 'short' }),
    "2 validation errors detected: Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; Value 'short' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern",
  ],
  [
    'no role',
    ({ RoleArn: _left, ...request }) => ({ ...request, RoleArn: undefined }),
    "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  ],
  [
    'a long hyperparameter',
    (request) => ({ ...request, HyperParameters: { long: 'x'.repeat(2501) } }),
    "at 'hyperParameters.long' failed to satisfy constraint: Member must have length less than or equal to 2500",
  ],
  [
    'too many hyperparameters',
    (request) => ({
      ...request,
      HyperParameters: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`p${n}`, ''])),
    }),
    "at 'hyperParameters' failed to satisfy constraint: Map value must have length less than or equal to 100",
  ],
  [
    'a bad name in the environment',
    (request) => ({ ...request, Environment: { '1BAD': '' } }),
    "at 'environment' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ^[a-zA-Z_][a-zA-Z0-9_]*$]",
  ],
  [
    'a bad channel name',
    (request) => ({
      ...request,
      InputDataConfig: [
        { ChannelName: 'a b', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/k' } } },
      ],
    }),
    "Value 'a b' at 'inputDataConfig.1.member.channelName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[A-Za-z0-9.\\-_]+$",
  ],
  [
    'MaxWait without Spot',
    (request) => ({ ...request, StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 2 } }),
    'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
  ],
  [
    'Spot without MaxWait',
    (request) => ({ ...request, EnableManagedSpotTraining: true }),
    'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
  ],
  [
    'Spot with a MaxWait below MaxRuntime',
    (request) => ({
      ...request,
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 59 },
    }),
    'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
  ],
  [
    'an entrypoint of its own',
    (request) => ({
      ...request,
      AlgorithmSpecification: { TrainingImage: 'i', TrainingInputMode: 'File', ContainerEntrypoint: ['run'] },
    }),
    'ContainerEntrypoint is not supported by the local SageMaker runtime: start it with another --trainer-command',
  ],
  [
    'two instances',
    (request) => ({ ...request, ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 } }),
    'InstanceCount other than 1 is not supported by the local SageMaker runtime: give 1',
  ],
])('%s is refused at once', async (_what, change, message) => {
  await expect(bench.create(change(bench.request('refused')))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
  await expect(bench.describe('refused')).rejects.toMatchObject({ name: 'ValidationException' });
});

test.each([
  ['an empty prefix', 'S3Prefix', (bucket: string) => `s3://${bucket}/nothing/`],
  ['a bucket that is not there', 'S3Prefix', () => 's3://no-such-bucket-at-all/x/'],
  ['a manifest that is not there', 'ManifestFile', (bucket: string) => `s3://${bucket}/no.manifest`],
] as const)('%s as input is refused at once', async (_what, type, uriIn) => {
  const uri = uriIn(bench.bucket);
  await expect(
    bench.create(
      bench.request('no-input', {
        InputDataConfig: [{ ChannelName: 'clicks', DataSource: { S3DataSource: { S3DataType: type, S3Uri: uri } } }],
      }),
    ),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(`No S3 objects found under S3 URL "${uri}" given in input data source.`),
  });
});

test('a job that does not exist is a ValidationException with the words that clients match', async () => {
  const missing = { name: 'ValidationException', message: expect.stringMatching(/^Requested resource not found/) };
  await expect(bench.describe('nobody')).rejects.toMatchObject(missing);
  await expect(bench.stop('nobody')).rejects.toMatchObject(missing);
});

test('a second job of the same name is refused as ResourceInUse with the ARN of the first', async () => {
  const arn = await bench.create(bench.request('twice'));
  await expect(bench.create(bench.request('twice'))).rejects.toMatchObject({
    name: 'ResourceInUse',
    message: `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
  });
  await bench.finished('twice');
});

test('of two creates of one name at the same time one wins', async () => {
  const outcomes = await Promise.allSettled([bench.create(bench.request('race')), bench.create(bench.request('race'))]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await bench.finished('race');
});

test('a create whose answer is lost has happened: the retry is told that the name is taken', async () => {
  await bench.control('drop-creates', { count: 1 });
  await expect(bench.create(bench.request('lost-answer'))).rejects.toMatchObject({ name: 'ResourceInUse' });
  expect((await bench.finished('lost-answer')).TrainingJobStatus).toBe('Completed');
});

test.each(['ThrottlingException', 'InternalFailure'])('%s of single calls is outlived by the SDK', async (error) => {
  await bench.create(bench.request(`after-${error}`));
  await bench.control('errors', { operation: 'DescribeTrainingJob', error, count: 2 });
  expect((await bench.finished(`after-${error}`)).TrainingJobStatus).toBe('Completed');
});

test('ResourceLimitExceeded reaches the client, and creates nothing', async () => {
  await bench.control('errors', { operation: 'CreateTrainingJob', error: 'ResourceLimitExceeded' });
  await expect(bench.create(bench.request('over-quota'))).rejects.toMatchObject({
    name: 'ResourceLimitExceeded',
    message: expect.stringContaining('account-level service limit'),
  });
  await expect(bench.describe('over-quota')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('jobs are listed newest first, page by page, by name and by status', async () => {
  for (const name of ['listed-1', 'listed-2', 'listed-3']) {
    await bench.create(bench.request(name));
    await bench.finished(name);
  }
  const list = (input: object) => bench.client.send(new ListTrainingJobsCommand({ NameContains: 'listed', ...input }));

  const first = await list({ MaxResults: 2 });
  expect(first.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(['listed-3', 'listed-2']);
  const second = await list({ MaxResults: 2, NextToken: first.NextToken });
  expect(second.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(['listed-1']);
  expect(second.NextToken).toBeUndefined();
  expect((await list({ StatusEquals: 'Failed' })).TrainingJobSummaries).toEqual([]);
});

test('a finished job can be deleted, and its name is free again', async () => {
  const remove = () => bench.client.send(new DeleteTrainingJobCommand({ TrainingJobName: 'gone' }));
  await bench.create(bench.request('gone', { HyperParameters: { iterations: '1000' } }));
  await expect(remove()).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('is in status InProgress'),
  });
  await bench.stop('gone');
  await bench.finished('gone');
  await remove();
  await expect(bench.describe('gone')).rejects.toMatchObject({ name: 'ValidationException' });
  await bench.create(bench.request('gone'));
  await bench.finished('gone');
});

test('tags are told by ListTags only, and can be added to', async () => {
  const arn = await bench.create(bench.request('tagged', { Tags: [{ Key: 'project', Value: 'frontpage' }] }));
  expect(await bench.finished('tagged')).not.toHaveProperty('Tags');
  await bench.client.send(new AddTagsCommand({ ResourceArn: arn, Tags: [{ Key: 'attempt', Value: '1' }] }));
  expect((await bench.client.send(new ListTagsCommand({ ResourceArn: arn }))).Tags).toEqual([
    { Key: 'project', Value: 'frontpage' },
    { Key: 'attempt', Value: '1' },
  ]);
});

test('a control request that cannot be understood is refused, naming the field', async () => {
  expect(await bench.control('reclaims', { iteration: 1, afterSeconds: 2 })).toEqual({
    status: 400,
    answer: { error: 'body: give exactly one of afterSeconds, iteration, iterationLine and during' },
  });
  expect(await bench.control('errors', { operation: 'CreateTrainingJob', error: 'Nonsense' })).toMatchObject({
    status: 400,
    answer: { error: expect.stringMatching(/^error: /) },
  });
  expect(await bench.control('settings', { spotDiscount: 2 })).toMatchObject({
    status: 400,
    answer: { error: expect.stringMatching(/^spotDiscount: /) },
  });
});

test('changing one setting leaves the others', async () => {
  expect(await bench.control('settings', { spotDiscount: 0.7 })).toMatchObject({
    status: 200,
    answer: { spotDiscount: 0.7, startupSeconds: 0, stopGraceSeconds: 5 },
  });
});
