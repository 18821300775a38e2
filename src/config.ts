/** The environment, read once and typed. The only reader of process.env in src; a bad value fails naming its variable. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import type { AwsEndpoint } from './clients/awsEndpoint';
import type { FreshLoopSettings, PipelineSettings } from './contract';
import { minBulkUnitsPerSecond } from './domain/bulkInput';
import { type EventTimeRule, eventTimePolicies } from './domain/eventTime';
import { defaultFreshSettings } from './domain/freshSettings';
import { defaultGate } from './domain/gateSettings';
import { defaultReadiness } from './domain/readinessSettings';
import { parseRunDate, type RunDate } from './domain/runDate';
import { pricePerHourUsd } from './domain/trainingCost';
import type { TrainingPlace } from './domain/trainingJob';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;
type AwsService = 'S3' | 'DYNAMODB' | 'FIREHOSE' | 'SAGEMAKER' | 'CLOUDWATCH';

export interface WorkerConfig {
  readonly temporal: ClientConnectConfig;
  readonly table: string;
  readonly stream: string;
  readonly trainingPlace: TrainingPlace;
  readonly aws: Readonly<Record<Exclude<AwsService, 'FIREHOSE'>, AwsEndpoint>>;
  readonly logLevel: LogLevel;
}

export interface ScheduleConfig {
  readonly temporal: ClientConnectConfig;
  /** Five cron fields, in `timeZone`. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly settings: PipelineSettings;
  readonly fresh: FreshLoopSettings;
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
  readonly logLevel: LogLevel;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type LogLevel = (typeof logLevels)[number];

const name = z.string().min(3);
const whole = z.coerce.number().int().positive();
const port = z.coerce.number().int().min(0).max(65_535);
const common = { LOG_LEVEL: z.enum(logLevels).default('info') };

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
    },
    logLevel: env.LOG_LEVEL,
  };
}

export function loadScheduleConfig(environment: Environment = process.env): ScheduleConfig {
  const env = read(environment, {
    FRONTPAGE_SCHEDULE_CRON: z
      .string()
      .regex(/^\S+ \S+ \S+ \S+ \S+$/, 'needs five fields, for example "30 0 * * *"')
      .default('30 0 * * *'),
    FRONTPAGE_SCHEDULE_TIME_ZONE: z.string().refine(isTimeZone, 'is not an IANA time zone').default('UTC'),
  });
  return {
    temporal: loadTemporalConfig(environment),
    cron: env.FRONTPAGE_SCHEDULE_CRON,
    timeZone: env.FRONTPAGE_SCHEDULE_TIME_ZONE,
    settings: loadPipelineSettings(environment),
    fresh: loadFreshSettings(environment),
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
    logLevel: env.LOG_LEVEL,
  };
}

export function loadTableConfig(environment: Environment = process.env): { table: string; aws: AwsEndpoint } {
  const env = read(environment, { FRONTPAGE_TABLE: name });
  return { table: env.FRONTPAGE_TABLE, aws: awsEndpoint(environment, 'DYNAMODB') };
}

/** TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…, or the TOML profile that the Temporal CLI uses. */
export function loadTemporalConfig(environment: Environment = process.env): ClientConnectConfig {
  const set = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
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
  const { fresh, ...settings } = loadSettings(environment);
  const { everyMinutes, deliverySeconds, lists } = freshLoopSettings(fresh);
  return { ...settings, blend: { everyMinutes, deliverySeconds, lists } };
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
function awsEndpoint(environment: Environment, service: AwsService): AwsEndpoint {
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

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
