/** The emulator that globalSetup started, and fresh names in it. */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createTable } from '../../local/resources';
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
