/** Everything that Frontpage needs of one AWS account and region, put together. Temporal is somewhere else: in Temporal Cloud. */
import { CfnOutput, Stack, type StackProps, Tags, Validations } from 'aws-cdk-lib';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { pipelineSettingsOf, sizeSettings } from '../src/domain/costPlanSizes';
import { Alarms } from './alarms';
import { Budget } from './budget';
import { Collector } from './collector';
import { Dashboard } from './dashboard';
import { DeliveryStream } from './deliveryStream';
import { Lake } from './lake';
import { Network } from './network';
import type { Portal } from './portal';
import { appImage } from './program';
import { reason } from './reason';
import { Serving } from './serving';
import { RecommendationTable } from './table';
import { Training } from './training';
import { Worker } from './worker';

export interface FrontpageStackProps extends StackProps {
  readonly portal: Portal;
}

export class FrontpageStack extends Stack {
  constructor(scope: Construct, id: string, { portal, ...props }: FrontpageStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    Tags.of(this).add('project', 'frontpage');
    const size = sizeSettings[portal.size];
    const { region } = this;

    const { bucket: lake } = new Lake(this, 'Lake', portal);
    const { stream } = new DeliveryStream(this, 'Delivery', { lake, buffer: size.buffer });
    const { table } = new RecommendationTable(this, 'Recommendations', size);
    const training = new Training(this, 'Training', { lake });
    const alerts = this.alerts(portal);

    const { vpc, outward } = new Network(this, 'Network', {
      ipNetwork: portal.vpcNetwork,
      natGateways: size.natGateways,
      temporal: {
        privateLinkService: portal.temporal.privateLinkService,
        port: Number(portal.temporal.address.split(':')[1]),
      },
    });
    const cluster = new Cluster(this, 'Cluster', { vpc, enableFargateCapacityProviders: true });
    Validations.of(cluster).acknowledge(
      reason(
        'AwsSolutions-ECS4',
        'The programs tell their own figures at /metrics, and ECS tells CPU, memory and tasks for nothing. Insights would be paid by the metric.',
      ),
    );
    const common = { vpc, cluster, image: appImage(this, 'Image'), portal, region };
    const worker = new Worker(this, 'Worker', {
      ...common,
      ...{ subnets: outward, lake, table, stream, training, alerts, size: size.worker },
    });
    const collector = new Collector(this, 'Collector', { ...common, lake, stream, size: size.collector });
    const serving = new Serving(this, 'Serving', { ...common, table, size: size.serving });

    new Alarms(this, 'Alarms', {
      topic: alerts,
      runbookUrl: portal.alerts.runbookUrl,
      ...{ stream, table, spools: collector.spools.fileSystem, worker: worker.service },
      ...{ collector: collector.door, serving: serving.door },
    });
    new Dashboard(this, 'Dashboard', {
      ...{ stream, table, doors: { collector: collector.door, serving: serving.door } },
      services: { worker: worker.service, collector: collector.service, serving: serving.service },
    });
    new Budget(this, 'Budget', { monthlyUsd: portal.monthlyBudgetUsd, topic: alerts });

    this.tell({
      FRONTPAGEBUCKET: lake.bucketName,
      FRONTPAGETABLE: table.tableName,
      FRONTPAGESTREAM: stream.ref,
      FRONTPAGETRAININGROLEARN: training.role.roleArn,
      FRONTPAGETRAININGIMAGE: training.imageUri,
      CollectorAddress: collector.door.balancer.loadBalancerDnsName,
      ServingAddress: serving.door.balancer.loadBalancerDnsName,
      ServingApiKeySecret: serving.apiKey.secretArn,
      Settings: JSON.stringify(pipelineSettingsOf(portal.size)),
    });
  }

  private alerts({ alerts: { email } }: Portal): Topic {
    const topic = new Topic(this, 'Alerts', { enforceSSL: true });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /** For whoever deploys: what the environment of the commands needs, and where the programs are. */
  private tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }
}
