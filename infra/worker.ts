/**
 * The worker: the only program that may write the recommendation table, start training jobs, and pass the role of training.
 * Nobody reaches it; it asks Temporal for work.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Secret as ContainerSecret, FargateService } from 'aws-cdk-lib/aws-ecs';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { pipelineMetricsNamespace } from '../src/clients/pipelineMetrics.cloudwatch';
import type { SizeSettings } from '../src/domain/costPlanSizes';
import type { Portal } from './portal';
import { Program, runFile, type ServicePlace } from './program';
import { anyObject, logicalIdOf, reason } from './reason';
import type { Training } from './training';

export interface WorkerProps extends ServicePlace {
  readonly subnets: SubnetType;
  readonly lake: Bucket;
  readonly table: Table;
  readonly stream: CfnDeliveryStream;
  readonly training: Training;
  readonly alerts: Topic;
  readonly size: SizeSettings['worker'];
}

/** What the worker writes of the lake: everything but what collectors, the stream and training jobs write. */
const written = ['manifests/', 'interactions/', 'reports/', 'alerts/', 'loads/', 'erasures/', 'fresh/'] as const;
const removed = ['loads/', 'fresh/'] as const;
const jobNames = 'frontpage-*';

export class Worker extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { portal, size } = props;
    const program = new Program(this, 'Program', {
      image: props.image,
      size,
      command: runFile('src/worker.ts'),
      environment: {
        AWS_REGION: props.region,
        TEMPORAL_ADDRESS: portal.temporal.address,
        TEMPORAL_NAMESPACE: portal.temporal.namespace,
        FRONTPAGE_BUCKET: props.lake.bucketName,
        FRONTPAGE_TABLE: props.table.tableName,
        FRONTPAGE_STREAM: props.stream.ref,
        FRONTPAGE_TRAINING_ROLE_ARN: props.training.role.roleArn,
        FRONTPAGE_TRAINING_IMAGE: props.training.imageUri,
        FRONTPAGE_ALERT_TOPIC_ARN: props.alerts.topicArn,
        FRONTPAGE_RUNBOOK_URL: portal.alerts.runbookUrl,
      },
      secrets: this.secrets(portal),
      // Loads and watches hand over at their next heartbeat, within ten seconds.
      stopSeconds: 60,
    });
    const { taskRole } = program.task;
    this.mayUseTheLake(taskRole, props.lake);
    this.mayUseTheTable(taskRole, props);
    this.mayTrain(taskRole, props.training);
    this.mayWatchAndTell(taskRole, props.alerts);
    this.service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: program.task,
      vpcSubnets: { subnetType: props.subnets },
      desiredCount: size.tasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
  }

  private secrets({ temporal, alerts, payloadKeysSecret }: Portal): Record<string, ContainerSecret> {
    const secret = (id: string, name: string): ContainerSecret =>
      ContainerSecret.fromSecretsManager(Secret.fromSecretNameV2(this, id, name));
    return {
      TEMPORAL_API_KEY: secret('TemporalApiKey', temporal.apiKeySecret),
      ...(alerts.webhookUrlSecret === undefined
        ? {}
        : { FRONTPAGE_ALERT_WEBHOOK_URL: secret('WebhookUrl', alerts.webhookUrlSecret) }),
      ...(payloadKeysSecret === undefined ? {} : { FRONTPAGE_PAYLOAD_KEYS: secret('PayloadKeys', payloadKeysSecret) }),
    };
  }

  private mayUseTheLake(role: IRole, lake: Bucket): void {
    const objects = (prefixes: readonly string[]): string[] =>
      prefixes.map((prefix) => lake.arnForObjects(`${prefix}*`));
    may(role, 'ReadTheLake', ['s3:GetObject'], [lake.arnForObjects('*')]);
    may(role, 'ListTheLake', ['s3:ListBucket'], [lake.bucketArn]);
    may(role, 'WriteItsOwn', ['s3:PutObject'], objects(written));
    may(role, 'RemoveItsOwn', ['s3:DeleteObject'], objects(removed));
    Validations.of(role).acknowledge(
      ...anyObject(lake, ['', ...written], 'Days, versions and jobs are not known when this is deployed.'),
    );
  }

  private mayUseTheTable(role: IRole, { table, lake, portal }: WorkerProps): void {
    may(role, 'ReadTheTable', ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], [table.tableArn]);
    may(
      role,
      'WriteTheTable',
      ['dynamodb:BatchWriteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      [table.tableArn],
    );
    // As the call's own model reads; not tried on AWS, like the call itself.
    if (!portal.bulkLoad) return;
    may(
      role,
      'OrderBulkLoads',
      ['dynamodb:StartBulkPutItems', 'dynamodb:DescribeBulkOperation', 'dynamodb:CancelBulkOperation'],
      [table.tableArn, `${table.tableArn}/*`],
    );
    Validations.of(role).acknowledge(
      reason(
        `AwsSolutions-IAM5[Resource::<${logicalIdOf(table)}.Arn>/*]`,
        'The service names its bulk operations below the table.',
      ),
      ...anyObject(lake, ['bulk-errors/'], 'Jobs are not known when this is deployed.'),
    );
    may(role, 'TellOfBulkLoads', ['s3:PutObject', 's3:AbortMultipartUpload'], [lake.arnForObjects('bulk-errors/*')]);
  }

  private mayTrain(role: IRole, training: Training): void {
    const { partition, region, account } = Stack.of(this);
    may(
      role,
      'Train',
      [
        'sagemaker:CreateTrainingJob',
        'sagemaker:DescribeTrainingJob',
        'sagemaker:StopTrainingJob',
        'sagemaker:AddTags',
      ],
      [`arn:${partition}:sagemaker:${region}:${account}:training-job/${jobNames}`],
    );
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'PassTheRoleOfTraining',
        actions: ['iam:PassRole'],
        resources: [training.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      }),
    );
    Validations.of(role).acknowledge(
      reason(
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:training-job/${jobNames}]`,
        'Jobs are named by day and attempt; the prefix is their own.',
      ),
    );
  }

  private mayWatchAndTell(role: IRole, alerts: Topic): void {
    may(role, 'ReadMetrics', ['cloudwatch:GetMetricData'], ['*']);
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'PutMetrics',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': pipelineMetricsNamespace } },
      }),
    );
    may(role, 'Tell', ['sns:Publish'], [alerts.topicArn]);
    Validations.of(role).acknowledge(
      reason(
        'AwsSolutions-IAM5[Resource::*]',
        'Metrics of CloudWatch know no resources; writing is held to one namespace.',
      ),
    );
  }
}

function may(role: IRole, sid: string, actions: string[], resources: string[]): void {
  role.addToPrincipalPolicy(new PolicyStatement({ sid, actions, resources }));
}
