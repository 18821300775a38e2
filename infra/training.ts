/**
 * Training: the image that jobs run, and the role they run under. The role reads what a manifest may name, and writes
 * checkpoints and the model; it reaches neither the table nor the stream.
 */
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { trainingOutputPrefix } from '../src/domain/keys';
import { anyObject, reason } from './reason';

const read = ['clicks/', 'interactions/', 'ledger/', 'erasures/', 'manifests/', 'checkpoints/'] as const;
const written = ['checkpoints/', `${trainingOutputPrefix}/`] as const;
const used = [...new Set<string>([...read, ...written])];
const logGroups = '/aws/sagemaker/TrainingJobs';

export class Training extends Construct {
  readonly imageUri: string;
  readonly role: Role;

  constructor(scope: Construct, id: string, { lake }: { readonly lake: Bucket }) {
    super(scope, id);
    const image = new DockerImageAsset(this, 'Image', {
      directory: join(__dirname, '..', 'trainer'),
      exclude: ['tests', '**/__pycache__'],
      // Instance types of the ladder are x86-64, whatever machine builds the image.
      platform: Platform.LINUX_AMD64,
    });
    this.imageUri = image.imageUri;
    const { account } = Stack.of(this);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    image.repository.grantPull(this.role);
    this.mayUseTheLake(lake);
    this.mayTell();
  }

  private mayUseTheLake(lake: Bucket): void {
    const objects = (prefixes: readonly string[]): string[] =>
      prefixes.map((prefix) => lake.arnForObjects(`${prefix}*`));
    const policy = [
      new PolicyStatement({ sid: 'ReadInputs', actions: ['s3:GetObject'], resources: objects(read) }),
      new PolicyStatement({
        sid: 'WriteCheckpointsAndModel',
        actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
        resources: objects(written),
      }),
      new PolicyStatement({
        sid: 'DropOldCheckpoints',
        actions: ['s3:DeleteObject'],
        resources: objects(['checkpoints/']),
      }),
      new PolicyStatement({
        sid: 'ListInputs',
        actions: ['s3:ListBucket'],
        resources: [lake.bucketArn],
        conditions: { StringLike: { 's3:prefix': used.map((prefix) => `${prefix}*`) } },
      }),
      new PolicyStatement({ sid: 'FindTheBucket', actions: ['s3:GetBucketLocation'], resources: [lake.bucketArn] }),
    ];
    for (const statement of policy) this.role.addToPolicy(statement);
    Validations.of(this.role).acknowledge(
      ...anyObject(lake, used, 'Days, scopes and jobs are not known when this is deployed.'),
    );
  }

  private mayTell(): void {
    const { partition, region, account } = Stack.of(this);
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'Log',
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        resources: [`arn:${partition}:logs:${region}:${account}:log-group:${logGroups}:*`],
      }),
    );
    this.role.addToPolicy(
      new PolicyStatement({
        sid: 'Metrics',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': logGroups } },
      }),
    );
    Validations.of(this.role).acknowledge(
      reason(
        'AwsSolutions-IAM5[Resource::*]',
        'ecr:GetAuthorizationToken and cloudwatch:PutMetricData know no resources.',
      ),
      reason(
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${logGroups}:*]`,
        'The streams of a log group are named by jobs; all jobs of an account share the group.',
      ),
    );
  }
}
