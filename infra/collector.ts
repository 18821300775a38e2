/**
 * The collector behind a public load balancer. It scales on requests, may put records and write its ledger, and keeps its
 * spool on the shared file system. Beside it a task that looks once an hour for spools that nobody works in.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Port, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { FargateService, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ScheduledFargateTask } from 'aws-cdk-lib/aws-ecs-patterns';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { SizeSettings } from '../src/domain/costPlanSizes';
import { FrontDoor } from './frontDoor';
import { Program, runFile, type ServicePlace } from './program';
import { anyObject, logicalIdOf, reason } from './reason';
import { Spools, spoolRoot } from './spools';

export interface CollectorProps extends ServicePlace {
  readonly lake: Bucket;
  readonly stream: CfnDeliveryStream;
  readonly size: SizeSettings['collector'];
}

const port = 8081;
const stopSeconds = 120;
/** Less than a task has to stop, so that the ledger is written too. */
const drainSeconds = 100;
const drainEveryMinutes = 60;

const script = (file: string): readonly string[] => ['sh', '-c', readFileSync(join(__dirname, file), 'utf8'), file];

export class Collector extends Construct {
  readonly service: FargateService;
  readonly door: FrontDoor;
  readonly spools: Spools;

  constructor(scope: Construct, id: string, props: CollectorProps) {
    super(scope, id);
    const { vpc, cluster, size, portal } = props;
    this.spools = new Spools(this, 'Spools', { vpc });
    const environment = {
      AWS_REGION: props.region,
      FRONTPAGE_STREAM: props.stream.ref,
      FRONTPAGE_BUCKET: props.lake.bucketName,
      COLLECTOR_SPOOL_MAX_MB: String(size.spoolMaxMb),
      SPOOL_ROOT: spoolRoot,
      // While all tasks are being replaced there are twice as many, and a task that died holds its folder for a while.
      SPOOL_FOLDERS: String(3 * size.maxTasks),
    };
    const program = new Program(this, 'Program', {
      image: props.image,
      size,
      command: [...script('claimSpool.sh'), ...runFile('src/collector/main.ts')],
      environment: {
        ...environment,
        COLLECTOR_HOST: '0.0.0.0',
        COLLECTOR_PORT: String(port),
        COLLECTOR_DRAIN_SECONDS: String(drainSeconds),
        COLLECTOR_ALLOWED_ORIGINS: portal.collector.allowedOrigins.join(','),
        // Only the load balancer speaks to it, from an address of the VPC, and says whose request it is.
        COLLECTOR_TRUST_PROXY: portal.vpcNetwork,
      },
      port,
      stopSeconds,
      volumes: [this.spools.volume],
    });
    const drain = new Program(this, 'Drain', {
      image: props.image,
      size: { cpuUnits: 256, memoryMib: 1024 },
      command: [...script('drainSpools.sh'), ...runFile('src/collector/main.ts')],
      environment: {
        ...environment,
        COLLECTOR_HOST: '127.0.0.1',
        COLLECTOR_PORT: '0',
        COLLECTOR_DRAIN_SECONDS: '10',
        SPOOL_DRAIN_SECONDS: '900',
      },
      stopSeconds,
      volumes: [this.spools.volume],
    });
    for (const { task } of [program, drain]) this.mayDeliver(task, props);

    this.service = new FargateService(this, 'Service', {
      cluster,
      taskDefinition: program.task,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      desiredCount: size.minTasks,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
    this.spools.fileSystem.connections.allowDefaultPortFrom(this.service, 'spools of the collector');
    this.service.node.addDependency(this.spools.fileSystem.mountTargetsAvailable);
    this.door = new FrontDoor(this, 'Door', {
      vpc,
      service: this.service,
      port,
      certificateArn: portal.collector.certificateArn,
      audience: 'everybody',
    });
    const scaling = this.service.autoScaleTaskCount({ minCapacity: size.minTasks, maxCapacity: size.maxTasks });
    scaling.scaleOnRequestCount('Requests', {
      targetGroup: this.door.targets,
      requestsPerTarget: size.requestsPerMinute,
      scaleOutCooldown: Duration.seconds(30),
      // Each task that leaves has to empty its spool.
      scaleInCooldown: Duration.minutes(10),
    });
    this.drainByTheHour(props, drain);
  }

  private mayDeliver(task: TaskDefinition, { stream, lake }: CollectorProps): void {
    const { taskRole } = task;
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'DeliverClicks', actions: ['firehose:PutRecordBatch'], resources: [stream.attrArn] }),
    );
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'WriteLedger',
        actions: ['s3:PutObject'],
        resources: [lake.arnForObjects('ledger/*')],
      }),
    );
    this.spools.grantMount(taskRole);
    Validations.of(taskRole).acknowledge(
      ...anyObject(lake, ['ledger/'], 'Days and spools are not known when this is deployed.'),
    );
  }

  private drainByTheHour({ vpc, cluster }: CollectorProps, { task }: Program): void {
    const scheduled = new ScheduledFargateTask(this, 'DrainEachHour', {
      cluster,
      vpc,
      scheduledFargateTaskDefinitionOptions: { taskDefinition: task },
      schedule: Schedule.rate(Duration.minutes(drainEveryMinutes)),
      subnetSelection: { subnetType: SubnetType.PRIVATE_ISOLATED },
    });
    const tasks = `arn:<AWS::Partition>:ecs:<AWS::Region>:*:task/<${logicalIdOf(cluster)}>/*`;
    Validations.of(task).acknowledge(
      reason(
        `AwsSolutions-IAM5[Resource::${tasks}]`,
        'CDK lets the rule start this task alone, and tag tasks of this cluster.',
      ),
    );
    for (const group of scheduled.task.securityGroups ?? []) {
      this.spools.fileSystem.connections.allowFrom(group, Port.tcp(2049), 'spools that nobody works in');
    }
  }
}
