/** One of the product's programs as a Fargate task: the one image, its command, its environment, its log. */
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  type Cluster,
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  type Secret,
  type Volume,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { TaskSize } from '../src/domain/costPlanSizes';
import type { Portal } from './portal';
import { reason } from './reason';

export interface ProgramProps {
  readonly image: DockerImageAsset;
  readonly size: TaskSize;
  readonly command: readonly string[];
  /** Variables that src/config reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Secret>>;
  readonly port?: number;
  readonly stopSeconds: number;
  readonly volumes?: readonly Volume[];
}

/** Where a service of the product runs, and for whom. */
export interface ServicePlace {
  readonly vpc: Vpc;
  readonly cluster: Cluster;
  readonly image: DockerImageAsset;
  readonly portal: Portal;
  readonly region: string;
}

/** Beside what .dockerignore leaves out: what is not copied must not change the image's name, or all tasks would be replaced. */
export const notInImage = [
  'infra',
  'local',
  'trainer',
  'docs',
  'bench',
  'test',
  'dist',
  '.ci',
  '.frontpage',
  '*.md',
] as const;

/** The image of all programs: what `docker build --target app .` makes. */
export function appImage(scope: Construct, id: string): DockerImageAsset {
  return new DockerImageAsset(scope, id, {
    directory: join(__dirname, '..'),
    target: 'app',
    platform: Platform.LINUX_AMD64,
    exclude: [...notInImage],
  });
}

/** Where a program finds its volume. The image's user may write there. */
export const mountPoint = '/data';

/** Runs what a file of `src` was compiled to. */
export const runFile = (file: string): readonly string[] => ['node', file.replace(/^src\/(.*)\.ts$/, 'dist/$1.js')];

export class Program extends Construct {
  readonly task: FargateTaskDefinition;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: ProgramProps) {
    super(scope, id);
    this.log = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    this.task = new FargateTaskDefinition(this, 'Task', {
      cpu: props.size.cpuUnits,
      memoryLimitMiB: props.size.memoryMib,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.X86_64, operatingSystemFamily: OperatingSystemFamily.LINUX },
      volumes: [...(props.volumes ?? [])],
    });
    const container = this.task.addContainer('Program', {
      image: ContainerImage.fromDockerImageAsset(props.image),
      command: [...props.command],
      environment: { ...props.environment, NODE_NO_WARNINGS: '1' },
      secrets: { ...props.secrets },
      logging: LogDrivers.awsLogs({ logGroup: this.log, streamPrefix: id.toLowerCase() }),
      // Signals reach the program, and what it leaves behind is reaped.
      linuxParameters: new LinuxParameters(this, 'Linux', { initProcessEnabled: true }),
      stopTimeout: Duration.seconds(props.stopSeconds),
      ...(props.port === undefined ? {} : { portMappings: [{ containerPort: props.port }] }),
    });
    for (const volume of props.volumes ?? []) {
      container.addMountPoints({ sourceVolume: volume.name, containerPath: mountPoint, readOnly: false });
    }
    Validations.of(this.task).acknowledge(
      reason(
        'AwsSolutions-ECS2',
        'No variable holds a secret: those come from Secrets Manager. What is here is names and limits.',
      ),
      reason('AwsSolutions-IAM5[Resource::*]', 'ecr:GetAuthorizationToken knows no resources.'),
    );
  }
}
