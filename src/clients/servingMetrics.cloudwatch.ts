/**
 * Serving metrics in Amazon CloudWatch: one metric for each count, over all processes of a table. CloudWatch adds up, and
 * remembers what was before a publish, also of processes that are gone.
 */
import { CloudWatchClient, PutMetricDataCommand, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import type { ServingCounts, ServingPoint } from '../domain/servingHealth';
import type { AwsEndpoint } from './awsEndpoint';
import type { ServingMetrics } from './servingMetrics';

const namespace = 'Frontpage/Serving';
const periodSeconds = 60;

const metrics: readonly { readonly name: string; readonly count: keyof ServingCounts }[] = [
  { name: 'Answers', count: 'answers' },
  { name: 'Unavailable', count: 'unavailable' },
  { name: 'Empty', count: 'empty' },
  { name: 'Degraded', count: 'degraded' },
];
const nothing: ServingCounts = { answers: 0, unavailable: 0, empty: 0, degraded: 0 };

export function createCloudWatchServingMetrics(tableName: string, endpoint: AwsEndpoint): ServingMetrics {
  const cloudwatch = new CloudWatchClient({ ...endpoint, maxAttempts: 5 });
  const Dimensions = [{ Name: 'Table', Value: tableName }];
  return {
    async answered(fromMs, toMs) {
      const points = new Map<number, ServingPoint>();
      const pages = paginateGetMetricData(
        { client: cloudwatch },
        {
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: metrics.map(({ name, count }) => ({
            Id: count,
            MetricStat: {
              Metric: { Namespace: namespace, MetricName: name, Dimensions },
              Period: periodSeconds,
              Stat: 'Sum',
            },
          })),
        },
      );
      for await (const { MetricDataResults: results = [] } of pages) {
        for (const { Id, Timestamps = [], Values = [] } of results) {
          const metric = metrics.find(({ count }) => count === Id);
          if (metric === undefined) continue;
          for (const [index, timestamp] of Timestamps.entries()) {
            const atMs = timestamp.getTime();
            const point = points.get(atMs) ?? { ...nothing, atMs };
            points.set(atMs, { ...point, [metric.count]: point[metric.count] + (Values[index] ?? 0) });
          }
        }
      }
      return [...points.values()].sort((a, b) => a.atMs - b.atMs);
    },

    async add(counts, atMs) {
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: namespace,
          MetricData: metrics.map(({ name, count }) => ({
            MetricName: name,
            Dimensions,
            Timestamp: new Date(atMs),
            Value: counts[count],
            Unit: 'Count',
          })),
        }),
      );
    },
  };
}
