/** The collector: what it takes, where it keeps it, where it delivers it. */
import { hostname } from 'node:os';
import { z } from 'zod';
import type { AwsEndpoint } from '../clients/awsEndpoint';
import { type EventTimeRule, eventTimePolicies } from '../domain/eventTime';
import { awsEndpoint, common, type Environment, type LogLevel, name, port, read, whole } from './environment';

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
