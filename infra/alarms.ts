/** All alarms, to one topic. What each of them says links to its article in the runbook. */
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import type { FileSystem } from 'aws-cdk-lib/aws-efs';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { pipelineMetricsNamespace } from '../src/clients/pipelineMetrics.cloudwatch';
import { articleLink } from '../src/domain/alerts';
import { type PipelineAlarm, pipelineAlarms } from '../src/domain/pipelineAlarms';
import { type PlatformAlarm, platformAlarms } from './alarmCatalogue';
import type { FrontDoor } from './frontDoor';

export interface AlarmsProps {
  readonly topic: Topic;
  readonly runbookUrl: string;
  readonly stream: CfnDeliveryStream;
  readonly table: Table;
  readonly spools: FileSystem;
  readonly worker: FargateService;
  readonly collector: FrontDoor;
  readonly serving: FrontDoor;
}

interface Rule {
  readonly metric: IMetric;
  readonly threshold: number;
  readonly above: boolean;
  readonly periods: number;
  readonly missing: TreatMissingData;
}

const minutes = (count: number): Duration => Duration.minutes(count);
/** Of a stream that buffers for a minute. */
const lateSeconds = 15 * 60;
/** Delivery empties a spool within seconds; this much is minutes of clicks at the most that one task is given. */
const waitingBytes = 512 * 1024 * 1024;
/** Of all answers, so that a single one of a quiet hour tells nobody. */
const errorPercent = 2;

export class Alarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: AlarmsProps,
  ) {
    super(scope, id);
    const { worker, collector, serving } = props;
    for (const [name, alarm] of Object.entries(pipelineAlarms)) this.overPipeline(name, alarm);
    this.overDelivery();
    this.overTable();
    this.add('Worker is down', {
      // Each task reports once a minute: the count of reports is the count of tasks.
      metric: worker.metricCpuUtilization({ statistic: Stats.SAMPLE_COUNT, period: minutes(1) }),
      ...below(1, 5, TreatMissingData.BREACHING),
    });
    for (const [name, door] of [
      ['Collector', collector],
      ['Serving', serving],
    ] as const) {
      this.add(`${name} is down`, {
        metric: door.targets.metrics.healthyHostCount({ statistic: Stats.MAXIMUM, period: minutes(1) }),
        ...below(1, 3, TreatMissingData.BREACHING),
      });
      this.add(`${name} answers errors`, {
        metric: shareOfErrors(door),
        ...above(errorPercent, 3, TreatMissingData.NOT_BREACHING),
      });
    }
  }

  private overPipeline(
    name: string,
    { metric, statistic, when, periodMinutes, periods, missing }: PipelineAlarm,
  ): void {
    this.make(name, 'What the watchdog says about the runs, or that it says nothing.', {
      metric: new Metric({
        namespace: pipelineMetricsNamespace,
        metricName: metric,
        dimensionsMap: { Table: this.props.table.tableName },
        statistic,
        period: minutes(periodMinutes),
      }),
      threshold: when.threshold,
      above: when.comparison === 'above',
      periods,
      missing: missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.IGNORE,
    });
  }

  private overDelivery(): void {
    const ofStream = (metricName: string, statistic: string): Metric =>
      new Metric({
        namespace: 'AWS/Firehose',
        metricName,
        dimensionsMap: { DeliveryStreamName: this.props.stream.ref },
        statistic,
        period: minutes(5),
      });
    this.add('Delivery is late', {
      metric: ofStream('DeliveryToS3.DataFreshness', Stats.MAXIMUM),
      // Collectors beat each minute, so a stream that tells nothing is blocked, or nobody sends.
      ...above(lateSeconds, 3, TreatMissingData.BREACHING),
    });
    this.add('Delivery is throttled', {
      metric: ofStream('ThrottledRecords', Stats.SUM),
      // A rising load is throttled for minutes, until the service has raised its limit.
      ...above(0, 3, TreatMissingData.NOT_BREACHING),
    });
    this.add('Delivery fails', {
      metric: ofStream('DeliveryToS3.Success', Stats.AVERAGE),
      ...below(0.95, 3, TreatMissingData.IGNORE),
    });
    this.add('Clicks wait on disk', {
      metric: new Metric({
        namespace: 'AWS/EFS',
        metricName: 'StorageBytes',
        dimensionsMap: { FileSystemId: this.props.spools.fileSystemId, StorageClass: 'Total' },
        statistic: Stats.MAXIMUM,
        // As often as the service tells it.
        period: minutes(15),
      }),
      ...above(waitingBytes, 2, TreatMissingData.IGNORE),
    });
  }

  private overTable(): void {
    const ofTable = (metricName: string): Metric =>
      new Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: this.props.table.tableName },
        statistic: Stats.SUM,
        period: minutes(5),
      });
    this.add('Reads are throttled', {
      metric: ofTable('ReadThrottleEvents'),
      ...above(0, 2, TreatMissingData.NOT_BREACHING),
    });
    this.add('Writes are throttled', {
      metric: ofTable('WriteThrottleEvents'),
      // A load looks for the rate that the table can take, and is throttled for seconds while it does.
      ...above(0, 6, TreatMissingData.NOT_BREACHING),
    });
  }

  private add(name: PlatformAlarm, rule: Rule): void {
    this.make(name, platformAlarms[name], rule);
  }

  private make(name: string, description: string, { metric, threshold, above: isAbove, periods, missing }: Rule): void {
    const alarm = new Alarm(this, name.replaceAll(' ', ''), {
      alarmDescription: `${name}. ${description} ${articleLink(name, this.props.runbookUrl)}`,
      metric,
      threshold,
      comparisonOperator: isAbove ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missing,
    });
    const action = new SnsAction(this.props.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function above(threshold: number, periods: number, missing: TreatMissingData) {
  return { above: true, threshold, periods, missing };
}

function below(threshold: number, periods: number, missing: TreatMissingData) {
  return { above: false, threshold, periods, missing };
}

/** Percent of requests, over five minutes: answers 5xx of the tasks, and of the balancer when no task answers. */
function shareOfErrors({ balancer, targets }: FrontDoor): MathExpression {
  const options = { period: minutes(5), statistic: Stats.SUM };
  return new MathExpression({
    expression: '100 * (FILL(tasks, 0) + FILL(balancer, 0)) / requests',
    usingMetrics: {
      tasks: targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, options),
      balancer: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, options),
      requests: balancer.metrics.requestCount(options),
    },
    period: minutes(5),
  });
}
