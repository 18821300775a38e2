/** Pipeline metrics in Amazon CloudWatch, one dimension: the table that the pipeline fills. */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { AwsEndpoint } from './awsEndpoint';
import type { PipelineMetrics } from './pipelineMetrics';

export const pipelineMetricsNamespace = 'Frontpage/Pipeline';

export function createCloudWatchPipelineMetrics(tableName: string, endpoint: AwsEndpoint): PipelineMetrics {
  const cloudwatch = new CloudWatchClient({ ...endpoint, maxAttempts: 5 });
  return {
    async put(beat, atMs) {
      await cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: pipelineMetricsNamespace,
          MetricData: Object.entries(beat).map(([name, value]) => ({
            MetricName: name,
            Dimensions: [{ Name: 'Table', Value: tableName }],
            Timestamp: new Date(atMs),
            Value: value,
          })),
        }),
      );
    },
  };
}
