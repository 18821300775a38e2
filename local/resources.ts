/**
 * What the pipeline stands on in AWS, made in the laptop cloud as `infra` makes it in an account: bucket, table, delivery
 * stream, and Temporal's search attributes. Making what is there already changes nothing. As a program, `tsx
 * local/resources.ts` makes all of it where the environment points.
 */
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsEndpoint } from '../src/clients/awsEndpoint';
import { connectClient, ensureSearchAttributes } from '../src/clients/temporalClient';
import { loadTemporalConfig } from '../src/config';
import { searchAttributes } from '../src/contract';
import { clicksPrefixExpression, errorsPrefixExpression } from '../src/domain/keys';

export const bucket = 'frontpage-lake';
export const table = 'frontpage-recommendations';
export const stream = 'frontpage-clicks';
export const roleArn = 'arn:aws:iam::000000000000:role/frontpage-training';
export const image = 'frontpage-trainer:local';

export async function createBucket(aws: AwsEndpoint, name = bucket): Promise<void> {
  const s3 = new S3Client({ ...aws, forcePathStyle: true });
  await unlessThere(
    ['BucketAlreadyOwnedByYou', 'BucketAlreadyExists'],
    s3.send(new CreateBucketCommand({ Bucket: name })),
  );
  s3.destroy();
}

export async function createTable(aws: AwsEndpoint, tableName = table): Promise<void> {
  const dynamodb = new DynamoDBClient(aws);
  await unlessThere(
    ['ResourceInUseException'],
    dynamodb.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
      }),
    ),
  );
  await unlessThere(
    ['ValidationException'],
    dynamodb.send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires_at' },
      }),
    ),
  );
  dynamodb.destroy();
}

/** The stream of clicks into a bucket; by default the one of the laptop cloud. */
export async function createDeliveryStream(
  firehoseEndpoint: AwsEndpoint,
  intervalSeconds: number,
  names: { readonly stream: string; readonly bucket: string } = { stream, bucket },
): Promise<void> {
  const firehose = new FirehoseClient(firehoseEndpoint);
  await unlessThere(
    ['ResourceInUseException'],
    firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: names.stream,
        DeliveryStreamType: 'DirectPut',
        ExtendedS3DestinationConfiguration: {
          RoleARN: 'arn:aws:iam::000000000000:role/frontpage-delivery',
          BucketARN: `arn:aws:s3:::${names.bucket}`,
          Prefix: clicksPrefixExpression,
          ErrorOutputPrefix: errorsPrefixExpression,
          CompressionFormat: 'GZIP',
          BufferingHints: { SizeInMBs: 5, IntervalInSeconds: intervalSeconds },
        },
      }),
    ),
  );
  firehose.destroy();
}

export async function registerSearchAttributes(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const client = await connectClient(loadTemporalConfig(environment));
  try {
    await ensureSearchAttributes(client, Object.values(searchAttributes));
  } finally {
    await client.connection.close();
  }
}

async function unlessThere(names: readonly string[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error) || !names.includes(error.name)) throw error;
  }
}

/** The SDKs find endpoints and credentials in the environment by themselves. */
async function main(): Promise<void> {
  const aws = { region: process.env['AWS_REGION'] ?? 'us-east-1' };
  await createBucket(aws);
  await createTable(aws);
  await createDeliveryStream(aws, 60);
  await registerSearchAttributes(process.env);
  console.log(`bucket ${bucket}, table ${table}, stream ${stream} and the search attributes are there`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
