/** The operator's page. */
import { z } from 'zod';
import type { AwsEndpoint } from '../clients/awsEndpoint';
import type { TemporalConfig } from '../clients/temporalClient';
import {
  awsEndpoint,
  ConfigError,
  common,
  type Environment,
  isLoopback,
  type LogLevel,
  name,
  port,
  read,
} from './environment';
import { loadTemporalConfig } from './temporal';

export interface OperatorConfig {
  readonly host: string;
  readonly port: number;
  readonly temporal: TemporalConfig;
  readonly table: { readonly name: string; readonly aws: AwsEndpoint };
  readonly lake: { readonly bucket: string; readonly aws: AwsEndpoint };
  /** Of the namespace in the Temporal UI. */
  readonly temporalUrl?: string;
  /** The file that serving's portal reads its headlines from. */
  readonly catalogue?: string;
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
    SERVING_PORTAL_CATALOGUE: z.string().min(1).optional(),
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
    ...(env.SERVING_PORTAL_CATALOGUE === undefined ? {} : { catalogue: env.SERVING_PORTAL_CATALOGUE }),
    ...(ui === undefined ? {} : { temporalUrl: `${ui}/namespaces/${temporal.namespace ?? 'default'}` }),
    ...(env.OPERATOR_COLLECTOR_URL === undefined ? {} : { collectorUrl: env.OPERATOR_COLLECTOR_URL }),
    ...(env.OPERATOR_SERVING_URL === undefined ? {} : { servingUrl: env.OPERATOR_SERVING_URL }),
    ...(env.OPERATOR_KEY === undefined ? {} : { key: env.OPERATOR_KEY }),
    guardPages: !isLocal,
    logLevel: env.LOG_LEVEL,
  };
}
