/** The life of a training job, from request to artefact, through the real SDK client and real processes. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './fixtures/localServer';
import { SageMakerBench, statusesOf } from './fixtures/sagemakerBench';

let bench: SageMakerBench;
beforeAll(async () => {
  bench = await SageMakerBench.start();
});
afterAll(() => bench.close());

test('an on-demand job runs the trainer on its inputs and leaves the model as files', async () => {
  const arn = await bench.create(bench.request('plain', { Environment: { EXTRA: 'given' } }));
  expect(arn).toBe('arn:aws:sagemaker:us-east-1:000000000000:training-job/plain');
  const job = await bench.finished('plain');

  expect(job.TrainingJobStatus).toBe('Completed');
  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
  expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${bench.bucket}/training/plain/output/model`);
  expect(await bench.result('plain')).toEqual({
    iterations: 3,
    resumed: 0,
    files: ['clicks', 'clicks/a.txt', 'clicks/deep', 'clicks/deep/b.txt'],
    environment: { name: 'plain', region: 'us-east-1', extra: 'given' },
  });
  expect(await bench.text('training/plain/output/output/note.txt')).toBe('beside the model');
});

test('describe echoes the request with the defaults of the service, and transitions abut', async () => {
  await bench.create(bench.request('echo'));
  const job = await bench.finished('echo');

  expect(job.InputDataConfig?.[0]).toMatchObject({ CompressionType: 'None', RecordWrapperType: 'None' });
  expect(job.OutputDataConfig).toMatchObject({ KmsKeyId: '', CompressionType: 'NONE' });
  expect(job.EnableManagedSpotTraining).toBe(false);
  expect(job.BillableTimeInSeconds).toBe(job.TrainingTimeInSeconds);
  const transitions = job.SecondaryStatusTransitions ?? [];
  for (const [index, transition] of transitions.entries()) {
    const next = transitions[index + 1] ?? transition;
    expect(transition.EndTime).toEqual(index + 1 < transitions.length ? next.StartTime : transition.StartTime);
  }
  expect(job.TrainingStartTime).toEqual(transitions.find(({ Status }) => Status === 'Downloading')?.StartTime);
  expect(job.TrainingEndTime).toEqual(transitions.at(-1)?.StartTime);
});

test('metrics are the last value that standard output showed, as 32-bit floats', async () => {
  await bench.create(bench.request('metrics', { HyperParameters: { recall: '0.1' } }));
  const { FinalMetricDataList } = await bench.finished('metrics');

  expect(FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([
    ['iteration', 3],
    ['recall_at_10', Math.fround(0.1)],
  ]);
});

test('a compressed model arrives as one archive without a leading folder', async () => {
  await bench.create(bench.request('packed', { OutputDataConfig: { S3OutputPath: `s3://${bench.bucket}/training/` } }));
  const job = await bench.finished('packed');

  expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${bench.bucket}/training/packed/output/model.tar.gz`);
  expect(await bench.keys('training/packed/')).toEqual(['output/model.tar.gz', 'output/output.tar.gz']);
  const archive = join(mkdtempSync(join(tmpdir(), 'frontpage-archive-')), 'model.tar.gz');
  writeFileSync(archive, (await bench.store.get('training/packed/output/model.tar.gz')) ?? '');
  expect(execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })).toBe('result.json\n');
});

test('a manifest brings the objects it names, under their names', async () => {
  const manifest = [{ prefix: `s3://${bench.bucket}/` }, 'input/deep/b.txt'];
  await bench.store.put('some.manifest', JSON.stringify(manifest));
  const source = { S3DataType: 'ManifestFile', S3Uri: `s3://${bench.bucket}/some.manifest` } as const;
  await bench.create(
    bench.request('by-manifest', {
      InputDataConfig: [{ ChannelName: 'interactions', DataSource: { S3DataSource: source } }],
    }),
  );
  await bench.finished('by-manifest');

  expect(await bench.result('by-manifest')).toMatchObject({
    files: ['interactions', 'interactions/input', 'interactions/input/deep', 'interactions/input/deep/b.txt'],
  });
});

test('an object that a manifest names and S3 has not fails the job as a failed download', async () => {
  await bench.store.put('torn.manifest', JSON.stringify([{ prefix: `s3://${bench.bucket}/` }, 'input/gone.txt']));
  const source = { S3DataType: 'ManifestFile', S3Uri: `s3://${bench.bucket}/torn.manifest` } as const;
  await bench.create(
    bench.request('torn', { InputDataConfig: [{ ChannelName: 'clicks', DataSource: { S3DataSource: source } }] }),
  );
  const job = await bench.finished('torn');

  expect(job.TrainingJobStatus).toBe('Failed');
  expect(job.FailureReason).toMatch(/^ClientError: Data download failed:.*input\/gone\.txt/);
});

test('the reason of a failure is what the trainer wrote, and its output is uploaded first', async () => {
  await bench.create(
    bench.request('failing', { HyperParameters: { fail: 'DataRejected: no clicks', exit_code: '2' } }),
  );
  const job = await bench.finished('failing');

  expect(job.FailureReason).toBe('AlgorithmError: DataRejected: no clicks, exit code: 2');
  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Failed']);
  expect(await bench.keys('training/failing/output/model/')).toEqual(['partial.txt']);
});

test('exit code 137 that no reclaim caused is reported as lack of memory', async () => {
  await bench.create(bench.request('too-big', { HyperParameters: { fail: '', exit_code: '137' } }));
  expect((await bench.finished('too-big')).FailureReason).toMatch(
    /^ClientError: Please use an instance type with more memory/,
  );
});

test('checkpoints are in S3 while the trainer runs, deleted with their files, and never include marked ones', async () => {
  await bench.create(bench.request('checkpointing', { HyperParameters: { iterations: '40', seconds: '0.1' } }));
  const seen = await until(
    () => bench.keys('checkpoints/checkpointing/'),
    (keys) => keys.length > 0 && !keys.includes('state-000001.json') && !keys.includes('state-000002.json'),
  );
  expect((await bench.describe('checkpointing')).SecondaryStatus).toBe('Training');
  expect(seen.every((key) => /^state-\d{6}\.json$/.test(key))).toBe(true);
  await bench.stop('checkpointing');
  await bench.finished('checkpointing');
});

test('a stopped job gets SIGTERM, keeps the model it had, and is Stopped', async () => {
  await bench.create(bench.request('halted', { HyperParameters: { iterations: '1000' } }));
  await until(
    () => bench.keys('checkpoints/halted/'),
    (keys) => keys.length > 0,
  );
  await bench.stop('halted');
  await bench.stop('halted');
  const job = await bench.finished('halted');

  expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'Stopped']);
  expect(statusesOf(job)).toEqual(['Starting', 'Downloading', 'Training', 'Stopping', 'Uploading', 'Stopped']);
  expect(job.FailureReason).toBeUndefined();
  expect(await bench.keys('training/halted/output/model/')).toEqual(['partial.txt']);
  await expect(bench.stop('halted')).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The request was rejected because the training job is in status Stopped',
  });
});

test('a trainer that ignores SIGTERM is killed after the grace', async () => {
  await bench.control('settings', { stopGraceSeconds: 0.3 });
  await bench.create(bench.request('stubborn', { HyperParameters: { iterations: '1000', ignore_term: 'yes' } }));
  await until(
    () => bench.keys('checkpoints/stubborn/'),
    (keys) => keys.length > 0,
  );
  await bench.stop('stubborn');
  expect((await bench.finished('stubborn')).SecondaryStatus).toBe('Stopped');
  await bench.control('settings', { stopGraceSeconds: 5 });
});

test('a job over its MaxRuntime is Stopped with MaxRuntimeExceeded', async () => {
  await bench.create(
    bench.request('endless', {
      HyperParameters: { iterations: '1000' },
      StoppingCondition: { MaxRuntimeInSeconds: 1 },
    }),
  );
  const job = await bench.finished('endless');
  expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(['Stopped', 'MaxRuntimeExceeded']);
  expect(job.FailureReason).toBeUndefined();
});

test('every attempt has a log of its own with standard output and error', async () => {
  await bench.create(bench.request('logged'));
  await bench.finished('logged');
  const state = JSON.parse(readFileSync(join(bench.dataDir, 'jobs', 'logged.json'), 'utf8'));
  expect(state.attempts).toBe(1);
  const logs = execFileSync('sh', ['-c', `cat "${bench.dataDir}"/logs/logged/algo-1-*.log`], { encoding: 'utf8' });
  expect(logs).toMatch(/^argument=train pid=\d+ resumed=0\n/);
});

test('the agent leaves its markers beside the checkpoints, in the folder but not in S3', async () => {
  await bench.create(bench.request('marked', { HyperParameters: { iterations: '2', seconds: '1' } }));
  const folder = join(bench.dataDir, 'work', 'marked', '1', 'opt', 'ml', 'checkpoints');
  await until(
    async () => (existsSync(folder) ? readdirSync(folder) : []),
    (files) => files.includes('state-000001.json.sagemaker-uploaded'),
  );
  expect(await bench.keys('checkpoints/marked/')).toEqual(['state-000001.json']);
  await bench.finished('marked');
});
