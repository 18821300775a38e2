/** Serving, and the demo portal in it. */
import { z } from 'zod';
import type { AwsEndpoint } from '../clients/awsEndpoint';
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
  whole,
} from './environment';

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
