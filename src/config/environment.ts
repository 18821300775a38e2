/** What each part of the configuration is read with: a bad value fails naming its variable. */
import { z } from 'zod';
import type { AwsEndpoint } from '../clients/awsEndpoint';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type AwsService = 'S3' | 'DYNAMODB' | 'FIREHOSE' | 'SAGEMAKER' | 'CLOUDWATCH' | 'SNS';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

export const name = z.string().min(3);
export const whole = z.coerce.number().int().positive();
export const port = z.coerce.number().int().min(0).max(65_535);
export const common = { LOG_LEVEL: z.enum(logLevels).default('info') };

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

export function read<Shape extends z.ZodRawShape>(environment: Environment, shape: Shape): z.infer<z.ZodObject<Shape>> {
  const parsed = z.object(shape).safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const variable = issue.path.join('.');
    return environment[variable] === undefined ? `${variable} is missing` : `${variable}: ${issue.message}`;
  });
  throw new ConfigError(problems.join('; '));
}

export function isLoopback(host: string): boolean {
  // A name may begin like an address: 127.example.org is anybody's.
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
