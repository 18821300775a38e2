import { randomUUID } from 'node:crypto';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { createCloudWatchPipelineMetrics } from '../../src/clients/pipelineMetrics.cloudwatch';
import type { PipelineBeat } from '../../src/domain/pipelineAlarms';
import { testAws } from '../support/aws';

const minuteMs = 60_000;
const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 30 * minuteMs;

describe('pipeline metrics in CloudWatch', () => {
  it('are one metric for each figure of a beat, by the table that the pipeline fills', async () => {
    const table = `t-${randomUUID()}`;
    await createCloudWatchPipelineMetrics(table, testAws()).put(
      { WatchBeats: 1, RunsNotStarted: 0, LiveSetAgeHours: 6.5 },
      startMs,
    );
    await createCloudWatchPipelineMetrics('another', testAws()).put({ WatchBeats: 1, RunsNotStarted: 1 }, startMs);
    const cloudwatch = new CloudWatchClient(testAws());
    const maximumOf = async (metric: keyof PipelineBeat) => {
      const { Datapoints = [] } = await cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'Frontpage/Pipeline',
          MetricName: metric,
          Dimensions: [{ Name: 'Table', Value: table }],
          StartTime: new Date(startMs - minuteMs),
          EndTime: new Date(startMs + minuteMs),
          Period: 60,
          Statistics: ['Maximum'],
        }),
      );
      return Datapoints.map(({ Maximum }) => Maximum);
    };
    expect(await maximumOf('WatchBeats')).toEqual([1]);
    expect(await maximumOf('RunsNotStarted')).toEqual([0]);
    expect(await maximumOf('LiveSetAgeHours')).toEqual([6.5]);
    cloudwatch.destroy();
  });
});
