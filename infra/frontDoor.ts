/** A load balancer with HTTPS before a service: for everybody, or for the portal's own networks. */
import { Duration, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Port, SecurityGroup, SubnetType, type Vpc } from 'aws-cdk-lib/aws-ec2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  type ApplicationTargetGroup,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { reason } from './reason';

export interface FrontDoorProps {
  readonly vpc: Vpc;
  readonly service: FargateService;
  readonly port: number;
  readonly certificateArn: string;
  /** Networks, or the internet. */
  readonly audience: 'everybody' | readonly string[];
}

export class FrontDoor extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;

  constructor(scope: Construct, id: string, { vpc, service, port, certificateArn, audience }: FrontDoorProps) {
    super(scope, id);
    const isPublic = audience === 'everybody';
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: isPublic ? 'HTTPS from everywhere' : 'HTTPS from the networks of the portal',
      allowAllOutbound: false,
    });
    const peers = isPublic ? [Peer.anyIpv4()] : audience.map((network) => Peer.ipv4(network));
    for (const peer of peers) securityGroup.addIngressRule(peer, Port.tcp(443), 'HTTPS');
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: isPublic,
      vpcSubnets: { subnetType: isPublic ? SubnetType.PUBLIC : SubnetType.PRIVATE_ISOLATED },
      securityGroup,
      dropInvalidHeaderFields: true,
      deletionProtection: true,
    });
    const listener = this.balancer.addListener('Https', {
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      open: false,
    });
    this.targets = listener.addTargets('Tasks', {
      port,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      healthCheck: {
        path: '/healthz',
        interval: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
      },
      deregistrationDelay: Duration.seconds(30),
    });
    Validations.of(this.balancer).acknowledge(
      reason(
        'AwsSolutions-ELB2',
        'An access log would hold the addresses of readers, or their ids in paths. Counts come from metrics.',
      ),
    );
    if (isPublic) {
      Validations.of(securityGroup).acknowledge(
        reason(
          'AwsSolutions-EC23',
          'Browsers of readers send clicks from everywhere; the collector limits rate, size and origin.',
        ),
      );
    }
  }
}
