/** One page of graphs, in the order in which a click flows. */
import { Duration } from 'aws-cdk-lib';
import { Dashboard as CloudWatchDashboard, GraphWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { pipelineMetricsNamespace } from '../src/clients/pipelineMetrics.cloudwatch';
import type { FrontDoor } from './frontDoor';
import { servingMetricsNamespace } from './serving';

export interface DashboardProps {
  readonly stream: CfnDeliveryStream;
  readonly table: Table;
  readonly services: Readonly<Record<'worker' | 'collector' | 'serving', FargateService>>;
  readonly doors: Readonly<Record<'collector' | 'serving', FrontDoor>>;
}

const { SUM, MAXIMUM, AVERAGE } = Stats;

export class Dashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: DashboardProps,
  ) {
    super(scope, id);
    const { doors } = props;
    new CloudWatchDashboard(this, 'Page', {
      defaultInterval: Duration.days(2),
      widgets: [
        [this.requests('Clicks: requests', doors.collector), this.times('Clicks: seconds', doors.collector)],
        [
          graph('Delivery: records', this.stream(SUM, 'IncomingRecords', 'DeliveryToS3.Records', 'ThrottledRecords')),
          graph('Delivery: age of the oldest click, seconds', this.stream(MAXIMUM, 'DeliveryToS3.DataFreshness')),
        ],
        [
          graph('Runs: age of the live set, hours', this.ofTable(pipelineMetricsNamespace, MAXIMUM, 'LiveSetAgeHours')),
          graph(
            'Runs: beats of the watchdog, runs not started',
            this.ofTable(pipelineMetricsNamespace, SUM, 'WatchBeats', 'RunsNotStarted'),
          ),
        ],
        [
          graph('Table: units', this.dynamodb('ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits')),
          graph('Table: throttled', this.dynamodb('ReadThrottleEvents', 'WriteThrottleEvents')),
        ],
        [this.requests('Pages: requests', doors.serving), this.times('Pages: seconds', doors.serving)],
        [
          graph(
            'Pages: answers',
            this.ofTable(servingMetricsNamespace, SUM, 'Answers', 'Unavailable', 'Empty', 'Degraded'),
          ),
          graph('Tasks: CPU, percent', this.cpu()),
        ],
      ],
    });
  }

  private requests(title: string, { targets, balancer }: FrontDoor): GraphWidget {
    const options = { period: Duration.minutes(1), statistic: SUM };
    return graph(title, [balancer.metrics.requestCount(options), targets.metrics.requestCountPerTarget(options)]);
  }

  private times(title: string, { targets }: FrontDoor): GraphWidget {
    return graph(
      title,
      [50, 99].map((p) => targets.metrics.targetResponseTime({ statistic: Stats.percentile(p) })),
    );
  }

  private stream(statistic: string, ...names: string[]): Metric[] {
    const dimensionsMap = { DeliveryStreamName: this.props.stream.ref };
    return names.map((metricName) => new Metric({ namespace: 'AWS/Firehose', metricName, dimensionsMap, statistic }));
  }

  private ofTable(namespace: string, statistic: string, ...names: string[]): Metric[] {
    const dimensionsMap = { Table: this.props.table.tableName };
    return names.map((metricName) => new Metric({ namespace, metricName, dimensionsMap, statistic }));
  }

  private dynamodb(...names: string[]): Metric[] {
    const dimensionsMap = { TableName: this.props.table.tableName };
    return names.map(
      (metricName) => new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: SUM }),
    );
  }

  private cpu(): Metric[] {
    return Object.entries(this.props.services).map(([label, service]) =>
      service.metricCpuUtilization({ label, statistic: AVERAGE }),
    );
  }
}

function graph(title: string, left: Metric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12 });
}
