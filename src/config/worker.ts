/** The worker: where everything is that a run uses. */
import { z } from 'zod';
import type { AwsEndpoint } from '../clients/awsEndpoint';
import type { TemporalConfig } from '../clients/temporalClient';
import type { TrainingPlace } from '../domain/trainingJob';
import type { Deployment } from '../versioning';
import { type AlertConfig, loadAlertConfig } from './alerts';
import {
  type AwsService,
  awsEndpoint,
  ConfigError,
  common,
  type Environment,
  type LogLevel,
  name,
  read,
} from './environment';
import { loadTemporalConfig } from './temporal';

export interface WorkerConfig {
  readonly temporal: TemporalConfig;
  readonly table: string;
  readonly stream: string;
  readonly trainingPlace: TrainingPlace;
  readonly aws: Readonly<Record<Exclude<AwsService, 'FIREHOSE'>, AwsEndpoint>>;
  readonly alerts: AlertConfig;
  /** Where Prometheus finds the worker's metrics, as `host:port`; absent: nowhere. */
  readonly metricsAddress?: string;
  /** Absent: the worker takes every run of its queues, whatever release the run began on. */
  readonly deployment?: Deployment;
  readonly logLevel: LogLevel;
}

/** Temporal writes a release as `<deployment>.<build id>`, or with a colon. */
const deploymentName = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'needs 1 to 100 letters, digits, or _ -');
const buildId = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'needs 1 to 100 letters, digits, or _ . -');

export function loadWorkerConfig(environment: Environment = process.env): WorkerConfig {
  const env = read(environment, {
    ...common,
    FRONTPAGE_BUCKET: name,
    FRONTPAGE_TABLE: name,
    FRONTPAGE_STREAM: name,
    FRONTPAGE_TRAINING_ROLE_ARN: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/, 'is not the ARN of an IAM role'),
    FRONTPAGE_TRAINING_IMAGE: z.string().min(1).max(255),
    // No default: two workers of one machine would want the same port.
    FRONTPAGE_METRICS_ADDRESS: z
      .string()
      .regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5}$/, 'needs an address and a port, as 127.0.0.1:9464')
      .optional(),
    FRONTPAGE_WORKER_DEPLOYMENT: deploymentName.optional(),
    FRONTPAGE_WORKER_BUILD_ID: buildId.optional(),
  });
  return {
    temporal: loadTemporalConfig(environment),
    table: env.FRONTPAGE_TABLE,
    stream: env.FRONTPAGE_STREAM,
    trainingPlace: {
      bucket: env.FRONTPAGE_BUCKET,
      roleArn: env.FRONTPAGE_TRAINING_ROLE_ARN,
      image: env.FRONTPAGE_TRAINING_IMAGE,
    },
    aws: {
      S3: awsEndpoint(environment, 'S3'),
      DYNAMODB: awsEndpoint(environment, 'DYNAMODB'),
      SAGEMAKER: awsEndpoint(environment, 'SAGEMAKER'),
      CLOUDWATCH: awsEndpoint(environment, 'CLOUDWATCH'),
      SNS: awsEndpoint(environment, 'SNS'),
    },
    alerts: loadAlertConfig(environment),
    ...(env.FRONTPAGE_METRICS_ADDRESS === undefined ? {} : { metricsAddress: env.FRONTPAGE_METRICS_ADDRESS }),
    ...deploymentOf(env.FRONTPAGE_WORKER_DEPLOYMENT, env.FRONTPAGE_WORKER_BUILD_ID),
    logLevel: env.LOG_LEVEL,
  };
}

function deploymentOf(deployment: string | undefined, release: string | undefined): Pick<WorkerConfig, 'deployment'> {
  if (deployment !== undefined && release !== undefined) return { deployment: { name: deployment, buildId: release } };
  if (deployment === undefined && release === undefined) return {};
  const missing = deployment === undefined ? 'FRONTPAGE_WORKER_DEPLOYMENT' : 'FRONTPAGE_WORKER_BUILD_ID';
  throw new ConfigError(
    `${missing} is missing: a worker of a deployment needs the deployment's name and its own build id`,
  );
}
