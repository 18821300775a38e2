/** Delivery metrics from Amazon CloudWatch, namespace AWS/Firehose. */
import { CloudWatchClient, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import type { FreshnessPoint } from '../domain/readiness';
import type { AwsEndpoint } from './awsEndpoint';
import type { DeliveryMetrics } from './deliveryMetrics';

const periodSeconds = 60;

export function createCloudWatchDeliveryMetrics(streamName: string, endpoint: AwsEndpoint): DeliveryMetrics {
  const cloudwatch = new CloudWatchClient({ ...endpoint, maxAttempts: 5 });
  return {
    async freshness(fromMs, toMs) {
      const points: FreshnessPoint[] = [];
      const pages = paginateGetMetricData(
        { client: cloudwatch },
        {
          StartTime: new Date(fromMs),
          EndTime: new Date(toMs),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [
            {
              Id: 'freshness',
              MetricStat: {
                Metric: {
                  Namespace: 'AWS/Firehose',
                  MetricName: 'DeliveryToS3.DataFreshness',
                  Dimensions: [{ Name: 'DeliveryStreamName', Value: streamName }],
                },
                Period: periodSeconds,
                Stat: 'Maximum',
              },
            },
          ],
        },
      );
      for await (const page of pages) {
        for (const result of page.MetricDataResults ?? []) {
          (result.Timestamps ?? []).forEach((timestamp, index) => {
            points.push({ atMs: timestamp.getTime(), ageSeconds: result.Values?.[index] ?? Number.NaN });
          });
        }
      }
      return points.sort((a, b) => a.atMs - b.atMs);
    },
  };
}
