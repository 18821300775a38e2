/**
 * Prices that the plan of costs uses: US dollars, us-east-1, without free tiers, discounts and taxes. Each with its unit, where it
 * was read, and the date of that text. `recalled`: the vendor's page is named, and nobody has read it at that date: check it
 * before money depends on it.
 */

export const pricedRegion = 'us-east-1';

export interface Price {
  readonly usd: number;
  readonly unit: string;
  readonly source: string;
  /** Of the text that was read; of the release of this file for what was recalled. */
  readonly asOf: string;
  readonly seen: 'read' | 'recalled';
}

const fargate = { source: 'https://www.vantage.sh/blog/fargate-pricing', asOf: '2026-03-10', seen: 'read' } as const;
const network = {
  source: 'https://www.zacfukuda.com/blog/aws-nat-gateway-vs-vpc-endpoint',
  asOf: '2026-06-01',
  seen: 'read',
} as const;
const efs = {
  source: 'https://www.factualminds.com/blog/amazon-efs-pricing-throughput-modes-storage-classes/',
  asOf: '2026-06-13',
  seen: 'read',
} as const;
const dynamoDb = {
  source: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  asOf: '2025-07-21',
  seen: 'read',
} as const;
const cloudWatch = {
  source: 'https://cloudburn.io/blog/amazon-cloudwatch-pricing',
  asOf: '2026-02-01',
  seen: 'read',
} as const;
const glue = {
  source: 'https://awsnegotiations.com/glue-job-cost-optimization.html',
  asOf: '2026-05-01',
  seen: 'read',
} as const;
const temporal = { source: 'https://docs.temporal.io/cloud/pricing', asOf: '2026-11-30', seen: 'read' } as const;
const recalled = (source: string) => ({ source, asOf: '2026-11-30', seen: 'recalled' }) as const;

export const prices = {
  firehoseGb: {
    usd: 0.029,
    unit: 'GB, records rounded up to 5 KB',
    ...recalled('https://aws.amazon.com/firehose/pricing/'),
  },
  s3GbMonth: { usd: 0.023, unit: 'GB-month', ...recalled('https://aws.amazon.com/s3/pricing/') },
  s3Put: { usd: 0.005 / 1000, unit: 'PUT or LIST', ...recalled('https://aws.amazon.com/s3/pricing/') },
  s3Get: { usd: 0.0004 / 1000, unit: 'GET', ...recalled('https://aws.amazon.com/s3/pricing/') },
  dynamoDbWrite: { usd: 0.625 / 1e6, unit: 'write request unit', ...dynamoDb },
  dynamoDbRead: { usd: 0.125 / 1e6, unit: 'read request unit', ...dynamoDb },
  dynamoDbGbMonth: { usd: 0.25, unit: 'GB-month', ...recalled('https://aws.amazon.com/dynamodb/pricing/on-demand/') },
  dynamoDbRecoveryGbMonth: {
    usd: 0.2,
    unit: 'GB-month of point-in-time recovery',
    ...recalled('https://aws.amazon.com/dynamodb/pricing/on-demand/'),
  },
  sageMakerStorageGbMonth: {
    usd: 0.14,
    unit: 'GB-month of training storage',
    ...recalled('https://aws.amazon.com/sagemaker/pricing/'),
  },
  fargateCpuHour: { usd: 0.04048, unit: 'virtual CPU-hour, x86', ...fargate },
  fargateGbHour: { usd: 0.004445, unit: 'GB-hour, x86', ...fargate },
  balancerHour: { usd: 0.0225, unit: 'hour', ...recalled('https://aws.amazon.com/elasticloadbalancing/pricing/') },
  balancerUnitHour: {
    usd: 0.008,
    unit: 'capacity unit-hour',
    ...recalled('https://aws.amazon.com/elasticloadbalancing/pricing/'),
  },
  natHour: { usd: 0.045, unit: 'hour', ...network },
  endpointHour: { usd: 0.01, unit: 'hour and availability zone', ...network },
  endpointGb: { usd: 0.01, unit: 'GB', ...network },
  efsWriteGb: { usd: 0.06, unit: 'GB written, elastic throughput', ...efs },
  efsReadGb: { usd: 0.03, unit: 'GB read, elastic throughput', ...efs },
  alarmMonth: { usd: 0.1, unit: 'alarm-month', ...cloudWatch },
  dashboardMonth: { usd: 3, unit: 'dashboard-month', ...cloudWatch },
  metricMonth: { usd: 0.3, unit: 'metric-month', ...cloudWatch },
  metricPut: { usd: 0.01 / 1000, unit: 'PutMetricData', ...cloudWatch },
  logGb: { usd: 0.5, unit: 'GB of logs', ...cloudWatch },
  secretMonth: { usd: 0.4, unit: 'secret-month', ...recalled('https://aws.amazon.com/secrets-manager/pricing/') },
  temporalAction: { usd: 50 / 1e6, unit: 'action', ...temporal },
  // Of the alternatives.
  kafkaBrokerHour: { usd: 0.21, unit: 'hour of a kafka.m5.large', ...recalled('https://aws.amazon.com/msk/pricing/') },
  kafkaGbMonth: { usd: 0.1, unit: 'GB-month of broker storage', ...recalled('https://aws.amazon.com/msk/pricing/') },
  kafkaConnectHour: { usd: 0.11, unit: 'connect unit-hour', ...recalled('https://aws.amazon.com/msk/pricing/') },
  auroraHour: { usd: 0.26, unit: 'hour of a db.r6g.large', ...recalled('https://aws.amazon.com/rds/aurora/pricing/') },
  auroraGbMonth: { usd: 0.1, unit: 'GB-month', ...recalled('https://aws.amazon.com/rds/aurora/pricing/') },
  auroraIo: {
    usd: 0.2 / 1e6,
    unit: 'I/O',
    source: 'https://www.jusdb.com/blog/aws-rds-vs-aurora-vs-serverless-cost-comparison',
    asOf: '2026-11-30',
    seen: 'read',
  },
  kinesisStreamHour: {
    usd: 0.04,
    unit: 'stream-hour, on demand',
    ...recalled('https://aws.amazon.com/kinesis/data-streams/pricing/'),
  },
  kinesisInGb: { usd: 0.08, unit: 'GB in', ...recalled('https://aws.amazon.com/kinesis/data-streams/pricing/') },
  kinesisOutGb: { usd: 0.04, unit: 'GB out', ...recalled('https://aws.amazon.com/kinesis/data-streams/pricing/') },
  glueUnitHour: { usd: 0.44, unit: 'DPU-hour', ...glue },
  dataBrewNodeHour: { usd: 0.48, unit: 'node-hour', ...glue },
} as const satisfies Readonly<Record<string, Price>>;
