/**
 * Where collectors keep clicks that were answered 202 and are not delivered yet: one file system for all of their tasks,
 * with a folder for each (docs/decisions/0018-spool-on-fargate.md). A disk of a task's own would go with the task.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Volume } from 'aws-cdk-lib/aws-ecs';
import { type AccessPoint, FileSystem, ThroughputMode } from 'aws-cdk-lib/aws-efs';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { mountPoint } from './program';

/** The image's own user. */
const user = { uid: '1000', gid: '1000' } as const;

export const spoolRoot = `${mountPoint}/spools`;

export class Spools extends Construct {
  readonly fileSystem: FileSystem;
  readonly volume: Volume;
  private readonly accessPoint: AccessPoint;

  constructor(scope: Construct, id: string, { vpc }: { readonly vpc: Vpc }) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'The file system of the spools',
      allowAllOutbound: false,
    });
    this.fileSystem = new FileSystem(this, 'FileSystem', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroup,
      encrypted: true,
      throughputMode: ThroughputMode.ELASTIC,
      allowAnonymousAccess: false,
      enableAutomaticBackups: false,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.accessPoint = this.fileSystem.addAccessPoint('AccessPoint', {
      path: '/frontpage',
      posixUser: user,
      createAcl: { ownerUid: user.uid, ownerGid: user.gid, permissions: '0750' },
    });
    this.volume = {
      name: 'spools',
      efsVolumeConfiguration: {
        fileSystemId: this.fileSystem.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: this.accessPoint.accessPointId, iam: 'ENABLED' },
      },
    };
    this.fileSystem.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EncryptedInTransitOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['*'],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  }

  /** A task under this role may mount the folder of the spools, and write there. */
  grantMount(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'KeepSpools',
        actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        resources: [this.fileSystem.fileSystemArn],
        conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': this.accessPoint.accessPointArn } },
      }),
    );
  }
}
