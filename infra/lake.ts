/**
 * The lake: one private bucket, readable over TLS only. Lifecycle rules name prefixes, never the whole bucket: what is kept
 * without a copy (erasures, manifests, the state of the fresh loop) has no rule.
 */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { trainingOutputPrefix } from '../src/domain/keys';
import { reason } from './reason';

export interface LakeProps {
  /** How long raw clicks are kept, days. */
  readonly clicksDays: number;
}

/** How long what lies below a prefix is kept, days. Above `historyDays` and `retentionDays` of any sensible settings. */
const keptDays = {
  'errors/': 90,
  'interactions/': 60,
  [`${trainingOutputPrefix}/`]: 30,
  'checkpoints/': 14,
  'bulk-errors/': 30,
  'alerts/': 400,
} as const;

/** So long an object that was deleted or overwritten by mistake can be brought back. */
const noncurrentDays = 7;

export class Lake extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { clicksDays }: LakeProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        ...Object.entries({ 'clicks/': clicksDays, 'ledger/': clicksDays, ...keptDays }).map(expireBelow),
        {
          id: 'deleted-and-overwritten',
          noncurrentVersionExpiration: Duration.days(noncurrentDays),
          abortIncompleteMultipartUploadAfter: Duration.days(noncurrentDays),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    Validations.of(this.bucket).acknowledge(
      reason(
        'AwsSolutions-S1',
        'Access logs of S3 are delivered by best effort and prove nothing. Each prefix has one writing role; who needs a trail turns on data events of CloudTrail, which name it.',
      ),
    );
  }
}

function expireBelow([prefix, days]: readonly [string, number]): LifecycleRule {
  return { id: prefix.slice(0, -1), prefix, expiration: Duration.days(days) };
}
