/**
 * Two independent judges of the local SageMaker and of what we send it: botocore's model of the service, with its
 * validator and its parser, and the deserialisers of the AWS SDK.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  AddTagsCommand,
  CreateTrainingJobCommand,
  DeleteTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { programs } from '../../local/prepare';
import { describeJob } from '../../local/sagemaker/description';
import * as job from '../../local/sagemaker/job';
import { parseCreateRequest } from '../../local/sagemaker/request';
import { createSageMakerTrainingService } from '../../src/clients/trainingService.sagemaker';
import { parseRunDate } from '../../src/domain/runDate';
import { type Rung, type TrainingJobSpec, trainingJobSpec } from '../../src/domain/trainingJob';
import { testAws } from '../support/aws';
import { dailyInput } from '../support/scenarios';
import { until } from './fixtures/localServer';
import { type Exchange, type RecordingProxy, startRecordingProxy } from './fixtures/recordingProxy';
import { describeJob as describeJobOf, finishedJob, SageMakerBench } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
let proxy: RecordingProxy;
let client: SageMakerClient;
beforeAll(async () => {
  bench = await SageMakerBench.start();
  proxy = await startRecordingProxy(bench.url);
  client = new SageMakerClient({ ...bench.clientConfig, endpoint: proxy.url, maxAttempts: 1 });
});
afterEach(() => bench.control('clear', {}));
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await bench.close();
});

/** What botocore finds wrong with these calls. */
function judge(exchanges: readonly Partial<Exchange>[]): string[] {
  const output = execFileSync(programs.python, [join(__dirname, 'fixtures', 'judgeSageMaker.py')], {
    input: JSON.stringify({ exchanges }),
    encoding: 'utf8',
  });
  return z.array(z.string()).parse(JSON.parse(output));
}

/** The calls since this one was begun. */
async function recorded(act: () => Promise<unknown>): Promise<Exchange[]> {
  const before = proxy.exchanges.length;
  await act();
  return proxy.exchanges.slice(before);
}

const refused = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => {
      throw new Error('this call should have been refused');
    },
    (error: unknown) => error,
  );

function specOf(attempt: number, rung: Rung): TrainingJobSpec {
  return trainingJobSpec(
    {
      ...{ runDate: parseRunDate('2026-11-23'), generation: 1, attempt, rung, scope: '0123456789ab' },
      ...{ hasInteractions: true, hasLedger: true, historyDays: 7, retentionDays: 14 },
      settings: dailyInput.settings.training,
    },
    { bucket: bench.bucket, roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
  );
}

describe('what our adapter sends', () => {
  test('is a valid CreateTrainingJob on Spot and on demand, Describe and Stop; and the answers are valid too', async () => {
    const service = createSageMakerTrainingService({ ...testAws(), endpoint: proxy.url });
    const manifest = JSON.stringify([{ prefix: `s3://${bench.bucket}/` }, 'input/a.txt']);
    const rungs: Rung[] = [
      { instanceType: 'ml.m5.xlarge', market: 'spot' },
      { instanceType: 'ml.m5.xlarge', market: 'on-demand' },
    ];
    const calls = await recorded(async () => {
      for (const [index, rung] of rungs.entries()) {
        const spec = specOf(index + 1, rung);
        for (const { manifestUri } of spec.channels) {
          await bench.store.put(manifestUri.slice(`s3://${bench.bucket}/`.length), manifest);
        }
        expect(await service.start(spec)).toMatchObject({ adopted: false });
        expect(await service.start(spec)).toMatchObject({ adopted: true });
        await service.stop(spec.name);
        await until(
          () => service.describe(spec.name),
          (state) => state?.status === 'Stopped' || state?.status === 'Completed',
        );
        await service.stop(spec.name);
      }
      expect(await service.describe('nobody')).toBeUndefined();
    });
    expect(new Set(calls.map(({ operation, status }) => `${operation} ${status}`))).toEqual(
      new Set([
        ...['CreateTrainingJob 200', 'CreateTrainingJob 400', 'DescribeTrainingJob 200', 'DescribeTrainingJob 400'],
        ...['StopTrainingJob 200', 'StopTrainingJob 400'],
      ]),
    );
    expect(judge(calls)).toEqual([]);
  });
});

describe('what the local server answers', () => {
  test('is valid of a job that waits, runs, is reclaimed, and ends well', async () => {
    await bench.control('droughts', { forSeconds: 0.5 });
    await bench.control('reclaims', { job: 'whole-life', iteration: 4 });
    await bench.control('reclaims', { job: 'whole-life', during: 'Uploading' });
    const calls = await recorded(async () => {
      const request = bench.spotRequest('whole-life', { HyperParameters: { iterations: '8', seconds: '0.1' } });
      await client.send(new CreateTrainingJobCommand({ ...request, Tags: [{ Key: 'project', Value: 'frontpage' }] }));
      const ended = await finishedJob(client, 'whole-life');
      await client.send(new ListTrainingJobsCommand({ NameContains: 'whole' }));
      await client.send(new AddTagsCommand({ ResourceArn: ended.TrainingJobArn, Tags: [{ Key: 'a', Value: 'b' }] }));
      await client.send(new ListTagsCommand({ ResourceArn: ended.TrainingJobArn }));
      await client.send(new DeleteTrainingJobCommand({ TrainingJobName: 'whole-life' }));
    });
    expect(calls.length).toBeGreaterThan(6);
    expect(judge(calls)).toEqual([]);
  });

  test('is valid in every status that a job can have', () => {
    const request = parseCreateRequest(bench.spotRequest('states', { HyperParameters: { iterations: '1' } }));
    const created = job.newJob(
      request,
      'arn:aws:sagemaker:us-east-1:000000000000:training-job/states',
      1_790_000_000_123,
    );
    const later = (from: job.TrainingJob, ...statuses: job.SecondaryStatus[]): job.TrainingJob =>
      statuses.reduce((at, status) => job.enter(at, status, 'a text', at.modifiedAtMs + 1500), from);
    const training = later(created, 'Pending', 'Downloading', 'Training');
    const uploading = { ...later(training, 'Uploading'), modelUri: 's3://lake/training/states/output/model' };
    const stopping = job.beginStop(training, 'requested', training.modifiedAtMs + 1);
    const metrics = [{ name: 'recall_at_10', value: Math.fround(0.1), atSeconds: 1_790_000_000 }];
    const states = [
      created,
      later(created, 'Pending'),
      later(created, 'Downloading'),
      training,
      { ...training, metrics },
      later(training, 'Interrupted'),
      uploading,
      stopping,
      later(stopping, 'Uploading'),
      ...(['Completed', 'Stopped', 'MaxRuntimeExceeded', 'MaxWaitTimeExceeded'] as const).map((status) =>
        job.end({ ...uploading, metrics }, status, uploading.modifiedAtMs + 1),
      ),
      job.end(uploading, 'Failed', uploading.modifiedAtMs + 1, `AlgorithmError: ${'x'.repeat(2000)}, exit code: 1`),
    ];
    const statuses = states.map((state) => job.currentTransition(state).status);
    expect(new Set(statuses)).toEqual(new Set(job.secondaryStatuses));
    const answers = states.map((state) => ({
      operation: 'DescribeTrainingJob',
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r' },
      answer: JSON.stringify(describeJob(state, 0.65, state.modifiedAtMs + 2500)),
    }));
    expect(judge(answers)).toEqual([]);
  });

  test('is an error that the model knows, whatever is wrong', async () => {
    const create = (name: string, change: object = {}) =>
      client.send(new CreateTrainingJobCommand({ ...bench.request(name), ...change }));
    const calls = await recorded(async () => {
      await create('once');
      await refused(create('once'));
      await refused(describeJobOf(client, 'nobody'));
      await refused(client.send(new StopTrainingJobCommand({ TrainingJobName: 'nobody' })));
      await finishedJob(client, 'once');
      await refused(client.send(new StopTrainingJobCommand({ TrainingJobName: 'once' })));
      await refused(create('wait', { StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 } }));
      for (const error of [
        ...['ThrottlingException', 'InternalFailure', 'ResourceLimitExceeded', 'ValidationException'],
        'AccessDeniedException',
      ]) {
        await bench.control('errors', { operation: 'CreateTrainingJob', error });
        await refused(create('never'));
      }
    });
    expect(calls.filter(({ status }) => status >= 400)).toHaveLength(10);
    // What is refused here is refused for its content: botocore has nothing against its form.
    expect(judge(calls)).toEqual([]);
  });

  test('reaches a client of the AWS SDK without the loss of a single member', async () => {
    await client.send(new CreateTrainingJobCommand(bench.spotRequest('seen-twice', { Environment: { EXTRA: 'x' } })));
    await finishedJob(client, 'seen-twice');
    const { $metadata: _, ...parsed } = await describeJobOf(client, 'seen-twice');
    expect(plain(parsed)).toEqual(JSON.parse(proxy.exchanges.at(-1)?.answer ?? 'null'));
  });
});

test('the judge does find what is wrong', () => {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r' };
  const answer = { TrainingJobName: 'a_b', CreationTime: 'now', SecondaryStatus: 'Napping', Mood: 1 };
  const findings = judge([
    { operation: 'CreateTrainingJob', request: JSON.stringify({ TrainingJobName: 'a_b', Colour: 'red' }) },
    { operation: 'DescribeTrainingJob', status: 200, headers, answer: JSON.stringify(answer) },
    { operation: 'StopTrainingJob', status: 400, headers: {}, answer: JSON.stringify({ __type: 'Nope', code: 'x' }) },
  ]).join('\n');
  for (const problem of [
    ...['Unknown parameter in input: "Colour"', "'a_b' does not match", 'request.RoleArn: is required'],
    ...['answer.CreationTime: must be a timestamp', "'Napping' is not one of", 'answer.Mood: the model has no such'],
    ...['answer.TrainingJobArn: is required', 'has no error', 'its content type is', 'has no request id'],
  ]) {
    expect(findings).toContain(problem);
  }
});

/** As JSON has it: times as seconds. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}
