/** The training service on Amazon SageMaker. */
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
  StopTrainingJobCommand,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { TrainingJobSpec } from '../domain/trainingJob';
import type { TrainingJobState } from '../domain/trainingOutcome';
import type { AwsEndpoint } from './awsEndpoint';
import { createCallPace } from './callPace';
import {
  ForeignTrainingJob,
  TrainingQuotaExceeded,
  TrainingRequestRefused,
  type TrainingService,
  TrainingServiceUnavailable,
} from './trainingService';

/** Two looks a second for all watchers of a worker together: the only published limit, of ListTrainingJobs, is as low. */
const minDescribeGapMs = 500;

export function createSageMakerTrainingService(endpoint: AwsEndpoint): TrainingService {
  // CreateTrainingJob is throttled readily: three attempts, the SDK's default, are too few when several runs start at once.
  const sagemaker = new SageMakerClient({ ...endpoint, maxAttempts: 8 });
  const describePace = createCallPace(minDescribeGapMs);

  async function describeJob(jobName: string): Promise<DescribeTrainingJobCommandOutput | undefined> {
    await describePace();
    try {
      return await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw translate(error, jobName);
    }
  }

  return {
    async start(spec) {
      const request = createRequest(spec);
      try {
        await sagemaker.send(new CreateTrainingJobCommand(request));
        return { adopted: false };
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ResourceInUse') throw translate(error, spec.name);
      }
      // The name is taken: by an earlier attempt of ours whose answer was lost, or by a stranger.
      const existing = await describeJob(spec.name);
      if (existing === undefined) {
        throw new TrainingServiceUnavailable(`the name is taken, yet there is no such job [job=${spec.name}]`);
      }
      const difference = differenceOf(request, existing);
      if (difference !== undefined) {
        throw new ForeignTrainingJob(
          `a training job named ${spec.name} exists and is not this run's: ${difference}. Rename or delete it, then retry`,
        );
      }
      return { adopted: true, state: stateOf(existing) };
    },

    async describe(jobName) {
      const job = await describeJob(jobName);
      return job === undefined ? undefined : stateOf(job);
    },

    async stop(jobName) {
      try {
        await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: jobName }));
      } catch (error) {
        const over = error instanceof Error && error.message.includes('is in status');
        if (!over && !isNotFound(error)) throw translate(error, jobName);
      }
    },
  };
}

function createRequest(spec: TrainingJobSpec): CreateTrainingJobCommandInput {
  const spot = spec.rung.market === 'spot';
  return {
    TrainingJobName: spec.name,
    RoleArn: spec.roleArn,
    AlgorithmSpecification: {
      TrainingImage: spec.image,
      TrainingInputMode: 'File',
      MetricDefinitions: spec.metrics.map(({ name, regex }) => ({ Name: name, Regex: regex })),
    },
    HyperParameters: spec.hyperparameters,
    InputDataConfig: spec.channels.map((channel) => ({
      ChannelName: channel.name,
      DataSource: {
        S3DataSource: {
          S3DataType: 'ManifestFile',
          S3Uri: channel.manifestUri,
          S3DataDistributionType: 'FullyReplicated',
        },
      },
    })),
    // NONE: the artefact arrives as files, which the gate and the loader read one by one.
    OutputDataConfig: { S3OutputPath: spec.outputUri, CompressionType: 'NONE' },
    ResourceConfig: {
      InstanceType: instanceType(spec.rung.instanceType),
      InstanceCount: 1,
      VolumeSizeInGB: spec.volumeSizeGb,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: spec.maxRuntimeSeconds,
      ...(spec.maxWaitSeconds === undefined ? {} : { MaxWaitTimeInSeconds: spec.maxWaitSeconds }),
    },
    RetryStrategy: { MaximumRetryAttempts: spec.serviceRetries },
    EnableManagedSpotTraining: spot,
    CheckpointConfig: { S3Uri: spec.checkpointsUri },
    Tags: Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function instanceType(name: string): TrainingInstanceType {
  const known = Object.values(TrainingInstanceType).find((type) => type === name);
  if (known === undefined)
    throw new TrainingRequestRefused(`'${name}' is no instance type of SageMaker training: correct the ladder`);
  return known;
}

/** What tells the found job from the one that was asked for, or nothing when they are the same. */
function differenceOf(
  asked: CreateTrainingJobCommandInput,
  found: DescribeTrainingJobCommandOutput,
): string | undefined {
  const pairs: [string, unknown, unknown][] = [
    ['image', asked.AlgorithmSpecification?.TrainingImage, found.AlgorithmSpecification?.TrainingImage],
    ['output path', asked.OutputDataConfig?.S3OutputPath, found.OutputDataConfig?.S3OutputPath],
    ['checkpoints', asked.CheckpointConfig?.S3Uri, found.CheckpointConfig?.S3Uri],
    ['hyperparameters', inKeyOrder(asked.HyperParameters), inKeyOrder(found.HyperParameters)],
    ['role', asked.RoleArn, found.RoleArn],
  ];
  const differing = pairs.find(([, ours, theirs]) => ours !== theirs);
  return differing && `its ${differing[0]} is ${String(differing[2])}, ours is ${String(differing[1])}`;
}

function inKeyOrder(values: Record<string, string> | undefined): string {
  return JSON.stringify(Object.entries(values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function stateOf(job: DescribeTrainingJobCommandOutput): TrainingJobState {
  const transitions = job.SecondaryStatusTransitions ?? [];
  return {
    status: job.TrainingJobStatus ?? 'unknown',
    secondaryStatus: job.SecondaryStatus ?? 'unknown',
    transitions: transitions.map(({ Status, StartTime, EndTime }) => ({
      status: Status ?? 'unknown',
      startMs: StartTime?.getTime() ?? 0,
      ...(EndTime === undefined ? {} : { endMs: EndTime.getTime() }),
    })),
    ...(job.FailureReason === undefined ? {} : { failureReason: job.FailureReason }),
    ...(job.TrainingTimeInSeconds === undefined ? {} : { trainingSeconds: job.TrainingTimeInSeconds }),
    ...(job.BillableTimeInSeconds === undefined ? {} : { billableSeconds: job.BillableTimeInSeconds }),
  };
}

/** The model declares ResourceNotFound, the service answers ValidationException; both are accepted. */
function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'ResourceNotFound' || error.message.startsWith('Requested resource not found'))
  );
}

function translate(error: unknown, jobName: string): Error {
  if (!(error instanceof Error)) return new TrainingServiceUnavailable(`${String(error)} [job=${jobName}]`);
  const message = `${error.name}: ${error.message} [job=${jobName}]`;
  switch (error.name) {
    case 'ResourceLimitExceeded':
      return new TrainingQuotaExceeded(message, { cause: error });
    case 'ValidationException':
    case 'AccessDeniedException':
    case 'ResourceNotFound':
    case 'UnrecognizedClientException':
      return new TrainingRequestRefused(message, { cause: error });
    default:
      return new TrainingServiceUnavailable(message, { cause: error });
  }
}
