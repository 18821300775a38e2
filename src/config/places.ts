/** Where things are, for commands that need no more: the table, the lake, the delivery stream. */
import type { AwsEndpoint } from '../clients/awsEndpoint';
import { awsEndpoint, type Environment, name, read } from './environment';

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
