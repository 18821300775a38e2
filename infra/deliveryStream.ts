/**
 * The delivery stream of clicks: what collectors put, it writes below `clicks/` of the lake as gzip, and what it cannot write
 * below `errors/`. Its role may write these two prefixes and nothing else.
 */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { clicksPrefixExpression, errorsPrefixExpression } from '../src/domain/keys';
import { anyObject } from './reason';

export interface DeliveryStreamProps {
  readonly lake: Bucket;
  readonly buffer: { readonly sizeMb: number; readonly intervalSeconds: number };
}

/** What comes before the first expression in each of them. */
const prefixes = [clicksPrefixExpression, errorsPrefixExpression].map((each) => each.slice(0, each.indexOf('/') + 1));

export class DeliveryStream extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, { lake, buffer }: DeliveryStreamProps) {
    super(scope, id);
    const log = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const logStream = new LogStream(this, 'LogStream', { logGroup: log, removalPolicy: RemovalPolicy.DESTROY });
    const role = this.role(lake, log);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: lake.bucketArn,
        roleArn: role.roleArn,
        prefix: clicksPrefixExpression,
        errorOutputPrefix: errorsPrefixExpression,
        compressionFormat: 'GZIP',
        bufferingHints: { sizeInMBs: buffer.sizeMb, intervalInSeconds: buffer.intervalSeconds },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: log.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    // The service looks at once whether it may write.
    this.stream.node.addDependency(role);
  }

  private role(lake: Bucket, log: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'WriteClicksAndErrors',
        actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
        resources: prefixes.map((prefix) => lake.arnForObjects(`${prefix}*`)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'FindTheBucket',
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [lake.bucketArn],
      }),
    );
    role.addToPolicy(new PolicyStatement({ sid: 'Log', actions: ['logs:PutLogEvents'], resources: [log.logGroupArn] }));
    Validations.of(role).acknowledge(
      ...anyObject(lake, prefixes, 'The service chooses the names of the objects that it writes.'),
    );
    return role;
  }
}
