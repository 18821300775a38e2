/** The inspection of the lake on Amazon S3. */
import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ExpiryRule } from '../domain/checkupLake';
import { dayMs } from '../domain/durations';
import { field } from '../domain/field';
import type { AwsEndpoint } from './awsEndpoint';
import { asking } from './awsFault';
import { shortPatience } from './awsPatience';
import type { LakeInspection } from './lakeInspection';

export function createS3LakeInspection(bucket: string, endpoint: AwsEndpoint): LakeInspection {
  const s3 = new S3Client({ ...endpoint, ...shortPatience, forcePathStyle: endpoint.endpoint !== undefined });
  return {
    reach: () =>
      asking('s3:ListBucket', async () => {
        const head = new HeadBucketCommand({ Bucket: bucket });
        let date: unknown;
        // The SDK hands the headers of an answer to its own steps only.
        head.middlewareStack.add(
          (next) => async (args) => {
            const answer = await next(args);
            date = field(field(answer.response, 'headers'), 'date');
            return answer;
          },
          { step: 'deserialize', priority: 'low' },
        );
        const askedAtMs = Date.now();
        await s3.send(head);
        const serverAtMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
        return Number.isNaN(serverAtMs) ? undefined : { askedAtMs, answeredAtMs: Date.now(), serverAtMs };
      }),

    list: () =>
      asking('s3:ListBucket', async () => {
        await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
      }),

    write: (key) =>
      asking('s3:PutObject', async () => {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'doctor' }));
      }),

    remove: (key) =>
      asking('s3:DeleteObject', async () => {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      }),

    publicAccess: () =>
      asking('s3:GetBucketPublicAccessBlock', () =>
        unless('NoSuchPublicAccessBlockConfiguration', undefined, async () => {
          const answer = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
          const block = answer.PublicAccessBlockConfiguration ?? {};
          return {
            blocksAcls: block.BlockPublicAcls ?? false,
            ignoresAcls: block.IgnorePublicAcls ?? false,
            blocksPolicies: block.BlockPublicPolicy ?? false,
            restrictsBuckets: block.RestrictPublicBuckets ?? false,
          };
        }),
      ),

    expiryRules: () =>
      asking('s3:GetLifecycleConfiguration', () =>
        unless('NoSuchLifecycleConfiguration', [], async () => {
          const answer = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
          return (answer.Rules ?? []).flatMap(expiryOf);
        }),
      ),
  };
}

function expiryOf({ ID, Status, Filter, Prefix, Expiration }: LifecycleRule): ExpiryRule[] {
  const { Days, Date: at } = Expiration ?? {};
  const days = Days ?? (at === undefined ? undefined : Math.max(0, (at.getTime() - Date.now()) / dayMs));
  if (Status !== 'Enabled' || days === undefined) return [];
  const prefix = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
  return [{ id: ID ?? '', prefix, days: Math.floor(days) }];
}

/** What is not configured is answered as an error. */
async function unless<T>(errorName: string, otherwise: T, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === errorName) return otherwise;
    throw error;
  }
}
