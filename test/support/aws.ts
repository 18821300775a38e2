/** The emulator that globalSetup started, and fresh names in it. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createTable, image, roleArn } from '../../local/resources';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';

export function testAws(): AwsEndpoint & { endpoint: string } {
  const endpoint = process.env['TEST_AWS_ENDPOINT'];
  if (!endpoint)
    throw new Error('TEST_AWS_ENDPOINT is unset: run this file through jest, whose globalSetup starts the emulator');
  return { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** Creates a bucket that no other test uses and returns its name. */
export async function freshBucket(): Promise<string> {
  const bucket = `lake-${randomUUID()}`;
  const s3 = new S3Client({ ...testAws(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  s3.destroy();
  return bucket;
}

/** Creates a recommendation table that no other test uses and returns its name. */
export async function freshTable(): Promise<string> {
  const tableName = `recommendations-${randomUUID()}`;
  await createTable(testAws(), tableName);
  return tableName;
}

/** What a worker needs that runs against the emulator, with a bucket and a table of its own. */
export async function workerEnvironment(temporalAddress: string): Promise<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: testAws().endpoint,
    TEMPORAL_ADDRESS: temporalAddress,
    FRONTPAGE_BUCKET: await freshBucket(),
    FRONTPAGE_TABLE: await freshTable(),
    FRONTPAGE_STREAM: 'clicks',
    FRONTPAGE_TRAINING_ROLE_ARN: roleArn,
    FRONTPAGE_TRAINING_IMAGE: image,
  };
}
