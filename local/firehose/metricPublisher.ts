/** Puts datapoints to CloudWatch in their order. A failing CloudWatch delays them, and nothing else. */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import type { Datapoint } from './minuteMeter';

/** PutMetricData takes 1,000. */
const pointsPerCall = 500;

export class MetricPublisher {
  private readonly queue: Datapoint[] = [];
  private readonly cloudwatch: CloudWatchClient;
  private sending: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    endpoint: AwsEndpoint,
    private readonly retrySeconds: () => number,
    private readonly warn: (message: string) => void,
  ) {
    this.cloudwatch = new CloudWatchClient({
      ...endpoint,
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    });
  }

  add(points: readonly Datapoint[]): void {
    this.queue.push(...points);
    this.retry ??= setTimeout(() => void this.send(), 0);
  }

  /** Tries once to put everything; resolves also when CloudWatch did not take it. */
  async send(): Promise<void> {
    while (this.sending) await this.sending;
    this.sending = this.sendAll().finally(() => {
      this.sending = undefined;
    });
    await this.sending;
  }

  /** Tries once more; what CloudWatch does not take now is lost. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.send();
    this.cloudwatch.destroy();
  }

  private async sendAll(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = undefined;
    try {
      while (this.queue.length > 0) {
        const batch = this.queue.slice(0, pointsPerCall);
        await this.cloudwatch.send(
          new PutMetricDataCommand({
            Namespace: 'AWS/Firehose',
            MetricData: batch.map(({ stream, metric, unit, atMs, value }) => ({
              MetricName: metric,
              Dimensions: [{ Name: 'DeliveryStreamName', Value: stream }],
              Timestamp: new Date(atMs),
              Value: value,
              Unit: unit,
            })),
          }),
        );
        this.queue.splice(0, batch.length);
      }
    } catch (error) {
      this.warn(`CloudWatch did not take ${this.queue.length} datapoints, they wait: ${String(error)}`);
      if (!this.isClosed) this.retry = setTimeout(() => void this.send(), this.retrySeconds() * 1000);
    }
  }
}
