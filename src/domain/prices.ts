/**
 * Prices that the plan of costs uses: US dollars, us-east-1, without free tiers, discounts and taxes. Each with its unit, where it
 * was read, and the date of that text. AWS's price lists could not be reached: most texts quote them or AWS's pages, and
 * where others disagree (a Kafka broker at 0.317, Kinesis at 0.04 a GB in, DynamoDB before its cut of November 2024), the one that
 * quotes AWS is taken.
 */

export const pricedRegion = 'us-east-1';

export interface Price {
  readonly usd: number;
  readonly unit: string;
  readonly source: string;
  /** Of the text that was read. */
  readonly asOf: string;
}

const fargate = { source: 'https://www.vantage.sh/blog/fargate-pricing', asOf: '2026-03-10' } as const;
const network = {
  source: 'https://www.zacfukuda.com/blog/aws-nat-gateway-vs-vpc-endpoint',
  asOf: '2026-06-01',
} as const;
const efs = {
  source: 'https://www.factualminds.com/blog/amazon-efs-pricing-throughput-modes-storage-classes/',
  asOf: '2026-06-13',
} as const;
/** Quotes AWS's page. */
const dynamoDb = {
  source:
    'https://github.com/Knu334/reminder-server/blob/3772405217eeb9d475a59a07cf143654d17df22c/docs/aws-cost-estimate-2026-10-02.md',
  asOf: '2026-10-02',
} as const;
const cloudWatch = {
  source: 'https://cloudburn.io/blog/amazon-cloudwatch-pricing',
  asOf: '2026-02-01',
} as const;
const glue = {
  source: 'https://awsnegotiations.com/glue-job-cost-optimization.html',
  asOf: '2026-05-01',
} as const;
/** Quotes AWS's price lists of September 2026: AmazonS3, AWSELB, AWSSecretsManager. */
const priceLists = {
  source:
    'https://github.com/SoongGuanLeong/de-platform/blob/ca43bacf7c779862c39eed9231dbd187814f75d9/docs/research/21-aws-pricing-snapshot.md',
  asOf: '2026-09-28',
} as const;
/** Quotes AWS's page. */
const firehose = {
  source:
    'https://github.com/chrishuffman5/agents/blob/795808b8b41b8a529c0c9b88892fae9f5904611c/plugins/cloud-platforms/skills/aws/references/analytics.md',
  asOf: '2026-08-08',
} as const;
/** Quotes AWS's page. */
const kinesis = {
  source:
    'https://github.com/chrishuffman5/agents/blob/7168f3991f62de84d96fc01f77bd3bb597aa89a2/plugins/cloud-platforms/skills/aws/references/messaging.md',
  asOf: '2026-08-08',
} as const;
/** Quotes AWS's price list. */
const kafka = {
  source:
    'https://github.com/Clocknext/events-microservice/blob/69abdd6d94bd9d8b9a55829f53f7b9f3be235237/docs/COSTS.md',
  asOf: '2026-08-26',
} as const;
/** AWS's own, without a date: the day it was read. */
const auroraStorage = {
  source:
    'https://raw.githubusercontent.com/aws/agent-toolkit-for-aws/main/skills/specialized-skills/database-skills/amazon-aurora-mysql/references/io-optimized-pricing.md',
  asOf: '2026-11-30',
} as const;
const temporal = { source: 'https://docs.temporal.io/cloud/pricing', asOf: '2026-11-30' } as const;
/**
 * Quotes AWS's price list: the volume of a notebook is 0.14 in us-east-1, 0.154 in eu-west-1. A bill of AWS's own for eu-west-1 has the
 * volumes of training jobs, notebooks and endpoints at that one price:
 * https://github.com/aws-samples/sagemaker-ssh-helper/blob/b6bf9ba39119784eb6ce6683ae9a6a2ed8ef4cd3/Sample_Costs.md
 */
const trainingVolume = {
  source:
    'https://github.com/cloudwise-app/cloudcostwise/blob/8495e2dedf6366ec3c462f7c8e7a9164e8b41185/src/cloudwise_scan_core/detectors/open/compute.py',
  asOf: '2026-10-01',
} as const;

export const prices = {
  firehoseGb: { usd: 0.029, unit: 'GB, records rounded up to 5 KB', ...firehose },
  s3GbMonth: { usd: 0.023, unit: 'GB-month', ...priceLists },
  s3Put: { usd: 0.005 / 1000, unit: 'PUT or LIST', ...priceLists },
  s3Get: { usd: 0.0004 / 1000, unit: 'GET', ...priceLists },
  dynamoDbWrite: { usd: 0.625 / 1e6, unit: 'write request unit', ...dynamoDb },
  dynamoDbRead: { usd: 0.125 / 1e6, unit: 'read request unit', ...dynamoDb },
  dynamoDbGbMonth: { usd: 0.25, unit: 'GB-month', ...dynamoDb },
  dynamoDbRecoveryGbMonth: { usd: 0.2, unit: 'GB-month of point-in-time recovery', ...dynamoDb },
  sageMakerStorageGbMonth: { usd: 0.14, unit: 'GB-month of training storage', ...trainingVolume },
  fargateCpuHour: { usd: 0.04048, unit: 'virtual CPU-hour, x86', ...fargate },
  fargateGbHour: { usd: 0.004445, unit: 'GB-hour, x86', ...fargate },
  balancerHour: { usd: 0.0225, unit: 'hour', ...priceLists },
  balancerUnitHour: { usd: 0.008, unit: 'capacity unit-hour', ...priceLists },
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
  secretMonth: { usd: 0.4, unit: 'secret-month', ...priceLists },
  temporalAction: { usd: 50 / 1e6, unit: 'action', ...temporal },
  // Of the alternatives.
  kafkaBrokerHour: { usd: 0.21, unit: 'hour of a kafka.m5.large', ...kafka },
  kafkaGbMonth: { usd: 0.1, unit: 'GB-month of broker storage', ...kafka },
  kafkaConnectHour: { usd: 0.11, unit: 'connect unit-hour', ...kafka },
  auroraHour: {
    usd: 0.26,
    unit: 'hour of a db.r6g.large',
    // A copy of what AWS's price list of 2026-03-18 answers.
    source:
      'https://github.com/SergSlon/assignee-ai/blob/3f6ac8d2e405090771c60a641428b5969997e7c0/apps/cli/src/test-fixtures/mcp-mock-responses.ts',
    asOf: '2026-03-22',
  },
  auroraGbMonth: { usd: 0.1, unit: 'GB-month', ...auroraStorage },
  auroraIo: { usd: 0.2 / 1e6, unit: 'I/O', ...auroraStorage },
  kinesisStreamHour: { usd: 0.04, unit: 'stream-hour, on demand', ...kinesis },
  kinesisInGb: { usd: 0.08, unit: 'GB in', ...kinesis },
  kinesisOutGb: { usd: 0.04, unit: 'GB out', ...kinesis },
  glueUnitHour: { usd: 0.44, unit: 'DPU-hour', ...glue },
  dataBrewNodeHour: { usd: 0.48, unit: 'node-hour', ...glue },
} as const satisfies Readonly<Record<string, Price>>;
