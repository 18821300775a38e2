/**
 * The network: load balancers in public subnets, the worker in private ones with a way to Temporal Cloud, collector and
 * serving in isolated ones that reach AWS by endpoints and nothing else.
 */
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  InterfaceVpcEndpointService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

export interface NetworkProps {
  readonly ipNetwork: string;
  readonly natGateways: number;
  readonly temporal: { readonly privateLinkService?: string | undefined; readonly port: number };
}

/** Which AWS services the programs speak to, beside S3 and DynamoDB, whose gateways cost nothing. */
const services = {
  Firehose: InterfaceVpcEndpointAwsService.KINESIS_FIREHOSE,
  SageMaker: InterfaceVpcEndpointAwsService.SAGEMAKER_API,
  CloudWatch: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Registry: InterfaceVpcEndpointAwsService.ECR,
  RegistryImages: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Topics: InterfaceVpcEndpointAwsService.SNS,
} as const;

export const interfaceEndpoints = Object.keys(services).length;
export const availabilityZones = 2;

export class Network extends Construct {
  readonly vpc: Vpc;
  /** Where the worker runs. */
  readonly outward: SubnetType;

  constructor(scope: Construct, id: string, { ipNetwork, natGateways, temporal }: NetworkProps) {
    super(scope, id);
    const isPrivate = temporal.privateLinkService !== undefined;
    this.outward = isPrivate ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(ipNetwork),
      maxAzs: availabilityZones,
      natGateways: isPrivate ? 0 : natGateways,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24 },
        ...(isPrivate ? [] : [{ name: 'Outward', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 }]),
        { name: 'Inner', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 22 },
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
      flowLogs: { Rejected: { destination: FlowLogDestination.toCloudWatchLogs() } },
    });
    const within = this.endpointGroup(ipNetwork, 443);
    for (const [name, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [within],
        open: false,
      });
    }
    if (temporal.privateLinkService !== undefined) {
      this.vpc.addInterfaceEndpoint('Temporal', {
        service: new InterfaceVpcEndpointService(temporal.privateLinkService, temporal.port),
        subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [this.endpointGroup(ipNetwork, temporal.port)],
        open: false,
      });
    }
  }

  private endpointGroup(ipNetwork: string, port: number): SecurityGroup {
    const group = new SecurityGroup(this, `Endpoints${port}`, {
      vpc: this.vpc,
      description: `Endpoints of services at port ${port}, from within the VPC`,
      allowAllOutbound: false,
    });
    group.addIngressRule(Peer.ipv4(ipNetwork), Port.tcp(port), 'from within the VPC');
    return group;
  }
}
