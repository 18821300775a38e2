/**
 * What CreateTrainingJob accepts: shapes and limits of the service's model (botocore 2017-07-24), and the rules between
 * fields. What the service knows and this runtime cannot do is refused by name; fields that change nothing here are dropped.
 */
import { z } from 'zod';
import { parseInput, validationError } from '../validation';

const s3Uri = z
  .string()
  .max(1024)
  .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/);

export const jobNameSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);

export const tagSchema = z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) });

function entriesOf(key: z.ZodString, value: z.ZodString) {
  return z.record(key, value).refine((map) => Object.keys(map).length <= 100, {
    params: { constraint: 'Map value must have length less than or equal to 100' },
  });
}

const channelSchema = z.object({
  ChannelName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9.\-_]+$/)
    // The service's pattern allows both; here they would be the folders above the channel's own.
    .refine((name) => name !== '.' && name !== '..', { params: { constraint: 'Member must not be . or ..' } }),
  DataSource: z.object({
    S3DataSource: z.object({
      S3DataType: z.enum(['S3Prefix', 'ManifestFile', 'AugmentedManifestFile', 'Converse']),
      S3Uri: s3Uri,
      S3DataDistributionType: z.enum(['FullyReplicated', 'ShardedByS3Key']).optional(),
    }),
  }),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(['None', 'Gzip']).default('None'),
  RecordWrapperType: z.enum(['None', 'RecordIO']).default('None'),
  InputMode: z.enum(['Pipe', 'File', 'FastFile']).optional(),
});
export type Channel = z.infer<typeof channelSchema>;

const metricDefinitionSchema = z.object({ Name: z.string().min(1).max(255), Regex: z.string().min(1).max(500) });
export type MetricDefinition = z.infer<typeof metricDefinitionSchema>;

const containerWords = z.array(z.string().max(256)).min(1).max(100).optional();

export const createRequestSchema = z.object({
  TrainingJobName: jobNameSchema,
  RoleArn: z
    .string()
    .min(20)
    .max(2048)
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/),
  HyperParameters: entriesOf(z.string().max(256), z.string().max(2500).regex(/^.*$/)).optional(),
  AlgorithmSpecification: z.object({
    TrainingImage: z.string().min(1).max(255).optional(),
    AlgorithmName: z.string().min(1).max(170).optional(),
    TrainingInputMode: z.enum(['Pipe', 'File', 'FastFile']),
    MetricDefinitions: z.array(metricDefinitionSchema).max(40).optional(),
    EnableSageMakerMetricsTimeSeries: z.boolean().default(false),
    ContainerEntrypoint: containerWords,
    ContainerArguments: containerWords,
  }),
  InputDataConfig: z.array(channelSchema).min(1).max(20).optional(),
  OutputDataConfig: z.object({
    KmsKeyId: z.string().max(2048).default(''),
    S3OutputPath: s3Uri,
    CompressionType: z.enum(['GZIP', 'NONE']).default('GZIP'),
  }),
  ResourceConfig: z.object({
    InstanceType: z
      .string()
      .regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/)
      .optional(),
    InstanceCount: z.number().int().min(0).optional(),
    VolumeSizeInGB: z.number().int().min(0).optional(),
    KeepAlivePeriodInSeconds: z.number().int().min(0).max(21_600).optional(),
    InstanceGroups: z.array(z.unknown()).max(5).optional(),
  }),
  StoppingCondition: z.object({
    MaxRuntimeInSeconds: z.number().int().min(1).max(2_419_200).default(86_400),
    MaxWaitTimeInSeconds: z.number().int().min(1).optional(),
    MaxPendingTimeInSeconds: z.number().int().min(7200).max(2_419_200).optional(),
  }),
  Tags: z.array(tagSchema).max(50).optional(),
  EnableNetworkIsolation: z.boolean().default(false),
  EnableInterContainerTrafficEncryption: z.boolean().default(false),
  EnableManagedSpotTraining: z.boolean().default(false),
  CheckpointConfig: z.object({ S3Uri: s3Uri, LocalPath: z.string().max(4096).optional() }).optional(),
  Environment: entriesOf(
    z
      .string()
      .max(512)
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/),
    z.string().max(512),
  ).optional(),
  RetryStrategy: z.object({ MaximumRetryAttempts: z.number().int().min(1).max(30) }).optional(),
});
export type CreateRequest = z.infer<typeof createRequestSchema>;

/** The request with defaults filled in; throws the service's ValidationException or SerializationException. */
export function parseCreateRequest(input: unknown): CreateRequest {
  const request = parseInput(createRequestSchema, input);
  checkSpotRules(request);
  checkImage(request);
  checkMetrics(request.AlgorithmSpecification.MetricDefinitions ?? []);
  refuseUnsupported(request);
  return request;
}

function checkSpotRules(request: CreateRequest): void {
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds } = request.StoppingCondition;
  if (!request.EnableManagedSpotTraining) {
    if (MaxWaitTimeInSeconds === undefined) return;
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true',
    );
  }
  // The rule is documented; its text is ours, no sample of the service's was found.
  if (MaxWaitTimeInSeconds === undefined || MaxWaitTimeInSeconds < MaxRuntimeInSeconds) {
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    );
  }
  if ((request.ResourceConfig.KeepAlivePeriodInSeconds ?? 0) > 0) {
    throw validationError('KeepAlivePeriodInSeconds cannot be used when EnableManagedSpotTraining is set to true');
  }
}

function checkImage({ AlgorithmSpecification: { TrainingImage, AlgorithmName } }: CreateRequest): void {
  if ((TrainingImage === undefined) === (AlgorithmName === undefined)) {
    throw validationError('Exactly one of TrainingImage and AlgorithmName must be given in AlgorithmSpecification');
  }
}

function checkMetrics(definitions: readonly MetricDefinition[]): void {
  for (const { Name, Regex } of definitions) {
    try {
      RegExp(Regex);
    } catch (error) {
      throw validationError(`Invalid regular expression in MetricDefinition '${Name}': ${String(error)}`);
    }
  }
}

function refuseUnsupported(request: CreateRequest): void {
  const { AlgorithmSpecification: algorithm, ResourceConfig: resources } = request;
  const channels = request.InputDataConfig ?? [];
  const source = (channel: Channel) => channel.DataSource.S3DataSource;
  const refusals: readonly [boolean, string, string][] = [
    [algorithm.ContainerEntrypoint !== undefined, 'ContainerEntrypoint', 'start it with another --trainer-command'],
    [algorithm.ContainerArguments !== undefined, 'ContainerArguments', 'the trainer is always started with `train`'],
    [algorithm.AlgorithmName !== undefined, 'AlgorithmName', 'give TrainingImage'],
    [algorithm.TrainingInputMode !== 'File', 'TrainingInputMode', 'use File'],
    [channels.some(({ InputMode }) => (InputMode ?? 'File') !== 'File'), 'InputMode of a channel', 'use File'],
    [channels.some(({ CompressionType }) => CompressionType !== 'None'), 'CompressionType of a channel', 'use None'],
    [
      channels.some((channel) => !['S3Prefix', 'ManifestFile'].includes(source(channel).S3DataType)),
      'S3DataType of a channel',
      'use S3Prefix or ManifestFile',
    ],
    [
      !['/opt/ml/checkpoints', '/opt/ml/checkpoints/'].includes(
        request.CheckpointConfig?.LocalPath ?? '/opt/ml/checkpoints',
      ),
      'LocalPath of CheckpointConfig',
      'leave it out, the folder is /opt/ml/checkpoints',
    ],
    [resources.InstanceGroups !== undefined, 'InstanceGroups', 'give InstanceType and InstanceCount 1'],
    [resources.InstanceType === undefined, 'ResourceConfig without InstanceType', 'give an InstanceType'],
    [resources.InstanceCount !== 1, 'InstanceCount other than 1', 'give 1'],
    [(resources.KeepAlivePeriodInSeconds ?? 0) > 0, 'KeepAlivePeriodInSeconds', 'leave it out'],
  ];
  const refused = refusals.find(([applies]) => applies);
  if (refused) throw validationError(`${refused[1]} is not supported by the local SageMaker runtime: ${refused[2]}`);
}
