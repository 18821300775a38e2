/** The serving API behind a load balancer that only the portal's own networks reach. It reads the table, and nothing else. */
import { Duration, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Secret as ContainerSecret, FargateService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SizeSettings } from '../src/domain/costPlanSizes';
import { FrontDoor } from './frontDoor';
import { Program, runFile, type ServicePlace } from './program';
import { reason } from './reason';

export interface ServingProps extends ServicePlace {
  readonly table: Table;
  readonly size: SizeSettings['serving'];
}

const port = 8082;
export const servingMetricsNamespace = 'Frontpage/Serving';

export class Serving extends Construct {
  readonly service: FargateService;
  readonly door: FrontDoor;
  readonly apiKey: Secret;

  constructor(scope: Construct, id: string, { vpc, cluster, image, table, size, portal, region }: ServingProps) {
    super(scope, id);
    this.apiKey = new Secret(this, 'ApiKey', {
      description: 'What the servers of the portal send in x-api-key',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    Validations.of(this.apiKey).acknowledge(
      reason(
        'AwsSolutions-SMG4',
        'The servers of the portal hold it too, so whoever changes it changes both; docs/deploy.md says how.',
      ),
    );
    const program = new Program(this, 'Program', {
      image,
      size,
      command: runFile('src/serving/main.ts'),
      environment: {
        AWS_REGION: region,
        FRONTPAGE_TABLE: table.tableName,
        SERVING_HOST: '0.0.0.0',
        SERVING_PORT: String(port),
        SERVING_REPORT_SECONDS: '30',
        SERVING_STATIC_ARTICLES: portal.serving.staticArticles.join(','),
      },
      secrets: { SERVING_API_KEY: ContainerSecret.fromSecretsManager(this.apiKey) },
      port,
      stopSeconds: 30,
    });
    const { taskRole } = program.task;
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'ReadLists',
        actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        resources: [table.tableArn],
      }),
    );
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'ReportAnswers',
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': servingMetricsNamespace } },
      }),
    );
    Validations.of(taskRole).acknowledge(
      reason(
        'AwsSolutions-IAM5[Resource::*]',
        'cloudwatch:PutMetricData knows no resources; the condition names the namespace.',
      ),
    );
    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: program.task,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      desiredCount: size.minTasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
    this.door = new FrontDoor(this, 'Door', {
      vpc,
      service: this.service,
      port,
      certificateArn: portal.serving.certificateArn,
      audience: portal.serving.clientNetworks,
    });
    const scaling = this.service.autoScaleTaskCount({ minCapacity: size.minTasks, maxCapacity: size.maxTasks });
    scaling.scaleOnRequestCount('Requests', {
      targetGroup: this.door.targets,
      requestsPerTarget: size.requestsPerMinute,
      scaleOutCooldown: Duration.seconds(30),
      scaleInCooldown: Duration.minutes(5),
    });
  }
}
