/** The environment, read once and typed. The only reader of process.env in src; a bad value fails naming its variable. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { AwsEndpoint } from './clients/awsEndpoint';
import { InvalidPayloadKeys, type PayloadKeys, parsePayloadKeys } from './clients/payloadKeys';
import type { TemporalConfig } from './clients/temporalClient';
import {
  dailyScheduleId,
  type FreshLoopSettings,
  type PipelineSettings,
  type RunWatchInput,
  type SweepSettings,
} from './contract';
import { minBulkUnitsPerSecond } from './domain/bulkInput';
import { InvalidCron, parseCron } from './domain/cron';
import { type EventTimeRule, eventTimePolicies } from './domain/eventTime';
import { defaultFreshSettings } from './domain/freshSettings';
import { defaultGate } from './domain/gateSettings';
import { defaultReadiness } from './domain/readinessSettings';
import { parseRunDate, type RunDate } from './domain/runDate';
import { pricePerHourUsd } from './domain/trainingCost';
import type { TrainingPlace } from './domain/trainingJob';
import type { Deployment } from './versioning';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;
type AwsService = 'S3' | 'DYNAMODB' | 'FIREHOSE' | 'SAGEMAKER' | 'CLOUDWATCH' | 'SNS';

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

/** Where alerts go: to all that is set; to the log of the worker when nothing is. */
export interface AlertConfig {
  /** Whoever knows it can write to the channel: it is a secret. */
  readonly webhookUrl?: string;
  readonly topicArn?: string;
  /** Of the runbook that alerts link to. */
  readonly runbookUrl: string;
}

export interface ScheduleConfig {
  readonly temporal: TemporalConfig;
  /** Five cron fields, in `timeZone`. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  /** By how much a daily run may start later than its time, at random. */
  readonly jitterMinutes: number;
  /** How late a daily run that an outage kept from starting is still started. */
  readonly catchupHours: number;
  /** Five cron fields, in `timeZone`. */
  readonly sweepCron: string;
  readonly settings: PipelineSettings;
  readonly sweep: SweepSettings;
  readonly fresh: FreshLoopSettings;
  readonly watch: RunWatchInput;
}

export interface CollectorConfig {
  readonly host: string;
  readonly port: number;
  readonly streamName: string;
  readonly bucket: string;
  readonly aws: Readonly<Record<'FIREHOSE' | 'S3', AwsEndpoint>>;
  readonly collectorId: string;
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
  readonly lingerMs: number;
  readonly heartbeatSeconds: number;
  readonly ledgerSeconds: number;
  readonly drainSeconds: number;
  readonly eventTime: EventTimeRule;
  readonly admission: { readonly allowedOrigins: readonly string[]; readonly requestsPerMinute: number };
  readonly trustProxy: boolean | string;
  readonly logLevel: LogLevel;
}

export interface ServingConfig {
  readonly host: string;
  readonly port: number;
  readonly tableName: string;
  readonly aws: AwsEndpoint;
  readonly pointerCacheSeconds: number;
  readonly budgetMs: number;
  readonly fresh: { readonly cacheSeconds: number; readonly maxAgeSeconds: number };
  readonly staticArticles: readonly string[];
  /** Absent: the process tells nobody how it serves. */
  readonly report?: { readonly everySeconds: number; readonly aws: AwsEndpoint };
  readonly apiKey?: string;
  /** The demo news site, and where its pages send clicks to; absent: there is none. */
  readonly portal?: { readonly catalogue: string; readonly collectorUrl: string };
  readonly logLevel: LogLevel;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type LogLevel = (typeof logLevels)[number];

const name = z.string().min(3);
const whole = z.coerce.number().int().positive();
const port = z.coerce.number().int().min(0).max(65_535);
const common = { LOG_LEVEL: z.enum(logLevels).default('info') };
/** Temporal writes a release as `<deployment>.<build id>`, or with a colon. */
const deploymentName = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'needs 1 to 100 letters, digits, or _ -');
const buildId = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'needs 1 to 100 letters, digits, or _ . -');
const payloadKeys = z.string().transform((text, context): PayloadKeys => {
  try {
    return parsePayloadKeys(text);
  } catch (error) {
    if (!(error instanceof InvalidPayloadKeys)) throw error;
    context.issues.push({ code: 'custom', message: error.message, input: undefined });
    return z.NEVER;
  }
});
const cron = z.string().superRefine((text, context) => {
  try {
    parseCron(text);
  } catch (error) {
    if (!(error instanceof InvalidCron)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

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

export function loadAlertConfig(environment: Environment = process.env): AlertConfig {
  const env = read(environment, {
    FRONTPAGE_ALERT_WEBHOOK_URL: z
      .string()
      .refine(isSafeAddress, 'is not an https address; without https it may be on this machine only')
      .optional(),
    FRONTPAGE_ALERT_TOPIC_ARN: z
      .string()
      .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, 'is not the ARN of a standard SNS topic')
      .optional(),
    FRONTPAGE_RUNBOOK_URL: z.string().min(1).default('docs/runbook.md'),
  });
  return {
    runbookUrl: env.FRONTPAGE_RUNBOOK_URL,
    ...(env.FRONTPAGE_ALERT_WEBHOOK_URL === undefined ? {} : { webhookUrl: env.FRONTPAGE_ALERT_WEBHOOK_URL }),
    ...(env.FRONTPAGE_ALERT_TOPIC_ARN === undefined ? {} : { topicArn: env.FRONTPAGE_ALERT_TOPIC_ARN }),
  };
}

export function loadScheduleConfig(environment: Environment = process.env): ScheduleConfig {
  const env = read(environment, {
    FRONTPAGE_SCHEDULE_CRON: cron.default('30 0 * * *'),
    FRONTPAGE_SCHEDULE_TIME_ZONE: z.string().refine(isTimeZone, 'is not an IANA time zone').default('UTC'),
    // Beyond an hour the deadline, which is counted from the start, would no longer be the operator's.
    FRONTPAGE_SCHEDULE_JITTER_MINUTES: z.coerce.number().nonnegative().max(60).default(0),
    // Beyond a day and a half a day would be made up for after the next one.
    FRONTPAGE_SCHEDULE_CATCHUP_HOURS: z.coerce.number().positive().max(36).default(24),
    FRONTPAGE_SCHEDULE_SWEEP_CRON: cron.default('0 12 * * *'),
  });
  return {
    temporal: loadTemporalConfig(environment),
    cron: env.FRONTPAGE_SCHEDULE_CRON,
    timeZone: env.FRONTPAGE_SCHEDULE_TIME_ZONE,
    jitterMinutes: env.FRONTPAGE_SCHEDULE_JITTER_MINUTES,
    catchupHours: env.FRONTPAGE_SCHEDULE_CATCHUP_HOURS,
    sweepCron: env.FRONTPAGE_SCHEDULE_SWEEP_CRON,
    settings: loadPipelineSettings(environment),
    sweep: loadSettings(environment).sweep,
    fresh: loadFreshSettings(environment),
    watch: loadRunWatchInput(environment),
  };
}

export function loadCollectorConfig(environment: Environment = process.env): CollectorConfig {
  const env = read(environment, {
    ...common,
    COLLECTOR_HOST: z.string().default('127.0.0.1'),
    COLLECTOR_PORT: port.default(8081),
    COLLECTOR_ID: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'needs 1 to 64 letters, digits, or _ . : -')
      .default(hostname().slice(0, 64)),
    COLLECTOR_LINGER_MS: whole.default(1000),
    COLLECTOR_HEARTBEAT_SECONDS: z.coerce.number().positive().default(60),
    COLLECTOR_LEDGER_SECONDS: z.coerce.number().positive().default(60),
    // No default: a folder that goes with its container would lose clicks that were answered 202.
    COLLECTOR_SPOOL_DIR: z.string().min(1),
    COLLECTOR_SPOOL_MAX_MB: whole.default(1024),
    COLLECTOR_DRAIN_SECONDS: z.coerce.number().nonnegative().default(10),
    COLLECTOR_EVENT_TIME: z.enum(eventTimePolicies).default('reject'),
    COLLECTOR_MAX_FUTURE_SECONDS: z.coerce.number().nonnegative().default(300),
    COLLECTOR_MAX_AGE_HOURS: z.coerce.number().positive().default(48),
    COLLECTOR_REQUESTS_PER_MINUTE: whole.default(3000),
    COLLECTOR_TRUST_PROXY: z
      .string()
      .regex(/^(true|false|[0-9a-fA-F.:/, ]*[.:][0-9a-fA-F.:/, ]*)$/, 'needs true, false, or addresses and networks')
      .transform((text) => (text === 'true' || text === 'false' ? text === 'true' : text))
      .default(false),
    COLLECTOR_ALLOWED_ORIGINS: z
      .string()
      .regex(
        /^(\*|https?:\/\/[^\s,/]+(,https?:\/\/[^\s,/]+)*)?$/,
        'needs origins like https://example.org, separated by commas, or *',
      )
      .default(''),
    FRONTPAGE_STREAM: name,
    FRONTPAGE_BUCKET: name,
  });
  return {
    host: env.COLLECTOR_HOST,
    port: env.COLLECTOR_PORT,
    streamName: env.FRONTPAGE_STREAM,
    bucket: env.FRONTPAGE_BUCKET,
    aws: { FIREHOSE: awsEndpoint(environment, 'FIREHOSE'), S3: awsEndpoint(environment, 'S3') },
    collectorId: env.COLLECTOR_ID,
    spoolDir: env.COLLECTOR_SPOOL_DIR,
    spoolMaxBytes: env.COLLECTOR_SPOOL_MAX_MB * 1024 * 1024,
    lingerMs: env.COLLECTOR_LINGER_MS,
    heartbeatSeconds: env.COLLECTOR_HEARTBEAT_SECONDS,
    ledgerSeconds: env.COLLECTOR_LEDGER_SECONDS,
    drainSeconds: env.COLLECTOR_DRAIN_SECONDS,
    eventTime: {
      policy: env.COLLECTOR_EVENT_TIME,
      maxFutureSeconds: env.COLLECTOR_MAX_FUTURE_SECONDS,
      maxAgeHours: env.COLLECTOR_MAX_AGE_HOURS,
    },
    admission: {
      allowedOrigins: env.COLLECTOR_ALLOWED_ORIGINS.split(',').filter((origin) => origin !== ''),
      requestsPerMinute: env.COLLECTOR_REQUESTS_PER_MINUTE,
    },
    trustProxy: env.COLLECTOR_TRUST_PROXY,
    logLevel: env.LOG_LEVEL,
  };
}

export function loadServingConfig(environment: Environment = process.env): ServingConfig {
  const env = read(environment, {
    ...common,
    SERVING_HOST: z.string().default('127.0.0.1'),
    SERVING_PORT: port.default(8082),
    // Browsers keep an answer for 30 seconds. Processes that knew the live version for longer could turn it back for a reader.
    SERVING_POINTER_CACHE_SECONDS: z.coerce.number().nonnegative().max(30).default(5),
    SERVING_BUDGET_MS: whole.max(10_000).default(50),
    SERVING_FRESH_CACHE_SECONDS: z.coerce.number().nonnegative().max(60).default(5),
    // Twelve beats of five minutes may fail before pages are made without fresh lists.
    SERVING_FRESH_MAX_AGE_SECONDS: z.coerce.number().nonnegative().max(86_400).default(3600),
    SERVING_STATIC_ARTICLES: z
      .string()
      .regex(/^([A-Za-z0-9_.:-]{1,64}(,[A-Za-z0-9_.:-]{1,64})*)?$/, 'needs article ids, separated by commas')
      .default(''),
    // What a minute brought must be known in the minute after it: the watch over a publish leaves out no more.
    SERVING_REPORT_SECONDS: z.coerce.number().nonnegative().max(60).default(0),
    SERVING_API_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
    SERVING_PORTAL_CATALOGUE: z.string().min(1).optional(),
    SERVING_PORTAL_COLLECTOR_URL: z.url({ protocol: /^https?$/, error: 'is not an http or https address' }).optional(),
    FRONTPAGE_TABLE: name,
  });
  if (env.SERVING_API_KEY === undefined && !isLoopback(env.SERVING_HOST)) {
    throw new ConfigError(`SERVING_API_KEY is missing: serving on ${env.SERVING_HOST}, beyond this machine, needs one`);
  }
  return {
    host: env.SERVING_HOST,
    port: env.SERVING_PORT,
    tableName: env.FRONTPAGE_TABLE,
    aws: awsEndpoint(environment, 'DYNAMODB'),
    pointerCacheSeconds: env.SERVING_POINTER_CACHE_SECONDS,
    budgetMs: env.SERVING_BUDGET_MS,
    fresh: { cacheSeconds: env.SERVING_FRESH_CACHE_SECONDS, maxAgeSeconds: env.SERVING_FRESH_MAX_AGE_SECONDS },
    staticArticles: env.SERVING_STATIC_ARTICLES.split(',').filter((id) => id !== ''),
    ...(env.SERVING_REPORT_SECONDS === 0
      ? {}
      : { report: { everySeconds: env.SERVING_REPORT_SECONDS, aws: awsEndpoint(environment, 'CLOUDWATCH') } }),
    ...(env.SERVING_API_KEY === undefined ? {} : { apiKey: env.SERVING_API_KEY }),
    ...portalOf(env.SERVING_PORTAL_CATALOGUE, env.SERVING_PORTAL_COLLECTOR_URL),
    logLevel: env.LOG_LEVEL,
  };
}

function portalOf(catalogue: string | undefined, collectorUrl: string | undefined): Pick<ServingConfig, 'portal'> {
  if (catalogue !== undefined && collectorUrl !== undefined) return { portal: { catalogue, collectorUrl } };
  if (catalogue === undefined && collectorUrl === undefined) return {};
  const missing = catalogue === undefined ? 'SERVING_PORTAL_CATALOGUE' : 'SERVING_PORTAL_COLLECTOR_URL';
  throw new ConfigError(`${missing} is missing: the demo portal needs a catalogue, and a collector for its clicks`);
}

export interface OperatorConfig {
  readonly host: string;
  readonly port: number;
  readonly temporal: TemporalConfig;
  readonly table: { readonly name: string; readonly aws: AwsEndpoint };
  readonly lake: { readonly bucket: string; readonly aws: AwsEndpoint };
  /** Of the namespace in the Temporal UI. */
  readonly temporalUrl?: string;
  readonly collectorUrl?: string;
  readonly servingUrl?: string;
  readonly key?: string;
  readonly guardPages: boolean;
  readonly logLevel: LogLevel;
}

export function loadOperatorConfig(environment: Environment = process.env): OperatorConfig {
  const address = z.url({ protocol: /^https?$/, error: 'is not an http or https address' }).optional();
  const env = read(environment, {
    ...common,
    OPERATOR_HOST: z.string().default('127.0.0.1'),
    OPERATOR_PORT: port.default(8084),
    OPERATOR_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
    OPERATOR_TEMPORAL_UI_URL: address,
    OPERATOR_COLLECTOR_URL: address,
    OPERATOR_SERVING_URL: address,
    FRONTPAGE_BUCKET: name,
    FRONTPAGE_TABLE: name,
  });
  const isLocal = isLoopback(env.OPERATOR_HOST);
  if (env.OPERATOR_KEY === undefined && !isLocal) {
    throw new ConfigError(
      `OPERATOR_KEY is missing: the operator's page on ${env.OPERATOR_HOST}, beyond this machine, needs one`,
    );
  }
  const temporal = loadTemporalConfig(environment);
  const ui = env.OPERATOR_TEMPORAL_UI_URL?.replace(/\/$/, '');
  return {
    host: env.OPERATOR_HOST,
    port: env.OPERATOR_PORT,
    temporal,
    table: { name: env.FRONTPAGE_TABLE, aws: awsEndpoint(environment, 'DYNAMODB') },
    lake: { bucket: env.FRONTPAGE_BUCKET, aws: awsEndpoint(environment, 'S3') },
    ...(ui === undefined ? {} : { temporalUrl: `${ui}/namespaces/${temporal.namespace ?? 'default'}` }),
    ...(env.OPERATOR_COLLECTOR_URL === undefined ? {} : { collectorUrl: env.OPERATOR_COLLECTOR_URL }),
    ...(env.OPERATOR_SERVING_URL === undefined ? {} : { servingUrl: env.OPERATOR_SERVING_URL }),
    ...(env.OPERATOR_KEY === undefined ? {} : { key: env.OPERATOR_KEY }),
    guardPages: !isLocal,
    logLevel: env.LOG_LEVEL,
  };
}

export function loadTableConfig(environment: Environment = process.env): { table: string; aws: AwsEndpoint } {
  const env = read(environment, { FRONTPAGE_TABLE: name });
  return { table: env.FRONTPAGE_TABLE, aws: awsEndpoint(environment, 'DYNAMODB') };
}

/** The lake alone, for commands. */
export function loadLakeConfig(environment: Environment = process.env): { bucket: string; aws: AwsEndpoint } {
  const env = read(environment, { FRONTPAGE_BUCKET: name });
  return { bucket: env.FRONTPAGE_BUCKET, aws: awsEndpoint(environment, 'S3') };
}

/** The delivery stream and what it tells of itself. */
export function loadStreamConfig(environment: Environment = process.env): {
  stream: string;
  aws: Readonly<Record<'FIREHOSE' | 'CLOUDWATCH', AwsEndpoint>>;
} {
  const env = read(environment, { FRONTPAGE_STREAM: name });
  return {
    stream: env.FRONTPAGE_STREAM,
    aws: { FIREHOSE: awsEndpoint(environment, 'FIREHOSE'), CLOUDWATCH: awsEndpoint(environment, 'CLOUDWATCH') },
  };
}

/** All variables, for a doctor. */
export function processEnvironment(): Environment {
  return process.env;
}

/**
 * The connection: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…, or the TOML profile that the Temporal
 * CLI uses. Beside it what every program that speaks to Temporal must do alike: encrypt, and trace.
 */
export function loadTemporalConfig(environment: Environment = process.env): TemporalConfig {
  const env = read(environment, {
    FRONTPAGE_PAYLOAD_KEYS: payloadKeys.optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  });
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, '');
  const tracesUrl = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base === undefined ? undefined : `${base}/v1/traces`);
  return {
    ...loadConnection(environment),
    ...(env.FRONTPAGE_PAYLOAD_KEYS === undefined ? {} : { payloadKeys: env.FRONTPAGE_PAYLOAD_KEYS }),
    ...(tracesUrl === undefined ? {} : { traces: { url: tracesUrl } }),
  };
}

const temporalFiles = [
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
] as const;

function loadConnection(environment: Environment): ClientConnectConfig {
  for (const variable of temporalFiles) {
    const file = environment[variable];
    if (file !== undefined) requireReadable(variable, file);
  }
  const half = (['CERT', 'KEY'] as const).filter((part) => hasClientPart(environment, part));
  if (half.length === 1) {
    const missing = half[0] === 'CERT' ? 'KEY' : 'CERT';
    throw new ConfigError(
      `TEMPORAL_TLS_CLIENT_${missing}_PATH is missing: a client certificate and its key are given together`,
    );
  }
  const set = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`TEMPORAL_PROFILE or TEMPORAL_CONFIG_FILE: ${reason}`);
  }
}

function hasClientPart(environment: Environment, part: 'CERT' | 'KEY'): boolean {
  return ['PATH', 'DATA'].some((form) => environment[`TEMPORAL_TLS_CLIENT_${part}_${form}`] !== undefined);
}

function requireReadable(variable: string, file: string): void {
  try {
    readFileSync(file);
  } catch (error) {
    throw new ConfigError(
      `${variable}: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export interface CodecServerConfig {
  readonly host: string;
  readonly port: number;
  readonly payloadKeys: PayloadKeys;
  /** The web interface that may ask from a browser; absent: none. */
  readonly allowedOrigin?: string;
  /** Required as `Authorization: Bearer …` when given. */
  readonly apiKey?: string;
  readonly logLevel: LogLevel;
}

export function loadCodecServerConfig(environment: Environment = process.env): CodecServerConfig {
  const env = read(environment, {
    ...common,
    CODEC_SERVER_HOST: z.string().default('127.0.0.1'),
    CODEC_SERVER_PORT: port.default(8083),
    CODEC_SERVER_ORIGIN: z
      .string()
      .regex(/^https?:\/\/[^\s,/]+$/, 'needs one origin, like https://temporal.example.org')
      .optional(),
    CODEC_SERVER_API_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
    FRONTPAGE_PAYLOAD_KEYS: payloadKeys,
  });
  if (env.CODEC_SERVER_API_KEY === undefined && !isLoopback(env.CODEC_SERVER_HOST)) {
    throw new ConfigError(
      `CODEC_SERVER_API_KEY is missing: decrypting for ${env.CODEC_SERVER_HOST}, beyond this machine, needs one`,
    );
  }
  return {
    host: env.CODEC_SERVER_HOST,
    port: env.CODEC_SERVER_PORT,
    payloadKeys: env.FRONTPAGE_PAYLOAD_KEYS,
    ...(env.CODEC_SERVER_ORIGIN === undefined ? {} : { allowedOrigin: env.CODEC_SERVER_ORIGIN }),
    ...(env.CODEC_SERVER_API_KEY === undefined ? {} : { apiKey: env.CODEC_SERVER_API_KEY }),
    logLevel: env.LOG_LEVEL,
  };
}

const rung = z.strictObject({
  instanceType: z.string().regex(/^ml\.[a-z0-9.-]+$/),
  market: z.enum(['spot', 'on-demand']),
  patienceSeconds: z.number().positive().exactOptional(),
  pricePerHourUsd: z.number().positive().exactOptional(),
});
const share = z.number().min(0).max(1);
const seconds = z.number().int().positive();
const day = z.string().transform((text, context): RunDate => {
  try {
    return parseRunDate(text);
  } catch (error) {
    context.issues.push({
      code: 'custom',
      message: error instanceof Error ? error.message : String(error),
      input: text,
    });
    return z.NEVER;
  }
});

const settingsSchema = z
  .strictObject({
    readiness: z
      .strictObject({
        waitLimitSeconds: seconds.default(defaultReadiness.waitLimitSeconds),
        lookSeconds: seconds.default(defaultReadiness.lookSeconds),
        marginSeconds: z.number().int().nonnegative().default(defaultReadiness.marginSeconds),
        quietSeconds: seconds.default(defaultReadiness.quietSeconds),
        metricGraceSeconds: seconds.default(defaultReadiness.metricGraceSeconds),
        quietWithoutMetricSeconds: seconds.default(defaultReadiness.quietWithoutMetricSeconds),
        volume: z
          .strictObject({
            low: share.default(defaultReadiness.volume.low),
            high: z.number().min(1).default(defaultReadiness.volume.high),
          })
          .prefault({}),
        spikes: z.array(z.strictObject({ date: day, acceptVolumeUpTo: z.number().min(1) })).default([]),
        onTimeout: z.enum(['keep-yesterday', 'train-on-what-is-there']).default(defaultReadiness.onTimeout),
      })
      .refine(({ quietSeconds, quietWithoutMetricSeconds }) => quietWithoutMetricSeconds >= quietSeconds, {
        message: 'is below quietSeconds: without a metric, quiet must last at least as long as with one',
        path: ['quietWithoutMetricSeconds'],
      })
      .prefault({}),
    historyDays: z.number().int().nonnegative().max(365).default(7),
    retentionDays: z.number().int().positive().default(14),
    ladder: z
      .array(rung)
      .nonempty()
      .max(20)
      .default([
        { instanceType: 'ml.m5.2xlarge', market: 'spot' },
        { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
      ]),
    training: z
      .strictObject({
        maxRuntimeSeconds: seconds.default(3 * 3600),
        maxWaitSeconds: seconds.default(4 * 3600),
        volumeSizeGb: z.number().int().positive().default(50),
        pollSeconds: z.number().positive().default(20),
        hyperparameters: z.record(z.string(), z.string()).default({}),
      })
      .prefault({}),
    deadline: z
      .strictObject({
        hoursAfterStart: z.number().positive().default(5.5),
        launchSeconds: seconds.default(900),
        workSeconds: seconds.default(3600),
        publishSeconds: seconds.default(45 * 60),
        safetyFactor: z.number().min(1).max(5).default(1.25),
      })
      .prefault({}),
    budget: z
      .strictObject({
        maxAttempts: z.number().int().positive().max(20).default(8),
        maxCostUsd: z.number().positive().exactOptional(),
      })
      .prefault({}),
    gate: z
      .strictObject({
        recallFloor: share.default(defaultGate.recallFloor),
        popularityMargin: share.default(defaultGate.popularityMargin),
        championMargin: share.default(defaultGate.championMargin),
        confidence: z.number().min(0.5).max(0.999).default(defaultGate.confidence),
        minEvaluationReaders: z.number().int().positive().default(defaultGate.minEvaluationReaders),
        minReadersShare: share.default(defaultGate.minReadersShare),
        guards: z
          .strictObject({
            minFullListsShare: share.default(defaultGate.guards.minFullListsShare),
            minCoverage: share.default(defaultGate.guards.minCoverage),
            maxConcentration: z.number().positive().default(defaultGate.guards.maxConcentration),
            freshHours: z.number().positive().default(defaultGate.guards.freshHours),
            maxStaleShare: share.default(defaultGate.guards.maxStaleShare),
            maxListLength: z.number().int().positive().default(defaultGate.guards.maxListLength),
            maxItemBytes: z.number().int().positive().default(defaultGate.guards.maxItemBytes),
          })
          .prefault({}),
        approvalSeconds: seconds.default(defaultGate.approvalSeconds),
        onNoDecision: z.enum(['reject', 'accept']).default(defaultGate.onNoDecision),
      })
      .prefault({}),
    load: z
      .strictObject({
        maxUnitsPerSecond: z.number().positive().default(3000),
        parallelism: z.number().int().positive().max(50).default(8),
        mode: z.enum(['batch', 'bulk']).default('batch'),
      })
      .refine(({ mode, maxUnitsPerSecond }) => mode === 'batch' || maxUnitsPerSecond >= minBulkUnitsPerSecond, {
        message: `is below ${minBulkUnitsPerSecond}, the least that a bulk load can be held to`,
        path: ['maxUnitsPerSecond'],
      })
      .prefault({}),
    publish: z.strictObject({ watchSeconds: z.number().int().nonnegative().max(3600).default(0) }).prefault({}),
    sweep: z
      .strictObject({
        keepVersions: z.number().int().min(2).max(100).default(3),
        maxUnitsPerSecond: z.number().positive().default(1000),
      })
      .prefault({}),
    alerts: z
      .strictObject({
        notStartedMinutes: z.number().int().positive().max(720).default(15),
        waitingMinutes: z.number().int().positive().max(1440).default(60),
      })
      .prefault({}),
    fresh: z
      .strictObject({
        everyMinutes: z.number().int().positive().max(60).default(5),
        keepMinutes: z.number().int().min(180).default(180),
        deliverySeconds: z.number().nonnegative().max(3600).default(90),
        windowMinutes: z.number().int().min(60).max(720).default(defaultFreshSettings.windowMinutes),
        maxClicksPerReaderHour: z.number().int().positive().default(defaultFreshSettings.maxClicksPerReaderHour),
        maxNextLists: z.number().int().nonnegative().max(20_000).default(defaultFreshSettings.maxNextLists),
      })
      .prefault({}),
  })
  .superRefine(({ ladder, budget }, context) => {
    if (budget.maxCostUsd === undefined) return;
    for (const [index, each] of ladder.entries()) {
      if (pricePerHourUsd(each) !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: ['ladder', index, 'pricePerHourUsd'],
        message: `is needed: no price is known of ${each.instanceType}, and budget.maxCostUsd cannot hold without`,
      });
    }
  });

/** Of the daily run: the defaults, overridden by the JSON file that FRONTPAGE_SETTINGS names. */
export function loadPipelineSettings(environment: Environment = process.env): PipelineSettings {
  const { fresh, alerts, ...settings } = loadSettings(environment);
  const { everyMinutes, deliverySeconds, lists } = freshLoopSettings(fresh);
  const { waitingMinutes } = alerts;
  return { ...settings, alerts: { waitingMinutes }, blend: { everyMinutes, deliverySeconds, lists } };
}

/** Of the watchdog over the daily schedule, from the same file. */
export function loadRunWatchInput(environment: Environment = process.env): RunWatchInput {
  return { scheduleId: dailyScheduleId, graceMinutes: loadSettings(environment).alerts.notStartedMinutes };
}

/** Of the fresh loop, from the same file. */
export function loadFreshSettings(environment: Environment = process.env): FreshLoopSettings {
  const { everyMinutes, keepMinutes, lists } = freshLoopSettings(loadSettings(environment).fresh);
  return { everyMinutes, keepMinutes, lists };
}

function freshLoopSettings({
  everyMinutes,
  keepMinutes,
  deliverySeconds,
  ...lists
}: z.infer<typeof settingsSchema>['fresh']) {
  return { everyMinutes, keepMinutes, deliverySeconds, lists: { ...defaultFreshSettings, ...lists } };
}

/** All settings as the file has them. */
export function loadSettings(environment: Environment = process.env): z.infer<typeof settingsSchema> {
  const file = environment['FRONTPAGE_SETTINGS'];
  let given: unknown = {};
  if (file !== undefined) {
    try {
      given = JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new ConfigError(`FRONTPAGE_SETTINGS: cannot read ${file} as JSON: ${String(error)}`);
    }
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(`FRONTPAGE_SETTINGS: ${z.prettifyError(parsed.error)} [file=${file}]`);
  return parsed.data;
}

/** The variables of the AWS SDKs: AWS_REGION, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL. Credentials come by the SDK's chain. */
export function awsEndpoint(environment: Environment, service: AwsService): AwsEndpoint {
  const url = z.url({ protocol: /^https?$/ }).optional();
  const variable =
    environment[`AWS_ENDPOINT_URL_${service}`] === undefined
      ? 'AWS_ENDPOINT_URL'
      : (`AWS_ENDPOINT_URL_${service}` as const);
  const { AWS_REGION: region } = read(environment, { AWS_REGION: z.string().min(1) });
  const endpoint = read(environment, { [variable]: url })[variable];
  return { region, ...(endpoint === undefined ? {} : { endpoint }) };
}

function read<Shape extends z.ZodRawShape>(environment: Environment, shape: Shape): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const variable = issue.path.join('.');
    return environment[variable] === undefined ? `${variable} is missing` : `${variable}: ${issue.message}`;
  });
  throw new ConfigError(problems.join('; '));
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname: host } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(host.replaceAll(/[[\]]/g, '')));
}

function isLoopback(host: string): boolean {
  // A name may begin like an address: 127.example.org is anybody's.
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
