/** The delivery stream on Amazon Data Firehose. */
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { AwsEndpoint } from './awsEndpoint';
import type { DeliveryStream } from './deliveryStream';

export function createFirehoseDeliveryStream(streamName: string, endpoint: AwsEndpoint): DeliveryStream {
  // The packer above decides about retries, record by record; a retry of the whole call here would only add duplicates.
  const firehose = new FirehoseClient({
    ...endpoint,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  return {
    async put(records) {
      const answer = await firehose.send(
        new PutRecordBatchCommand({
          DeliveryStreamName: streamName,
          Records: records.map((data) => ({ Data: data })),
        }),
      );
      const responses = answer.RequestResponses ?? [];
      if (responses.length !== records.length) {
        throw new Error(
          `Firehose answered ${responses.length} outcomes for ${records.length} records [stream=${streamName}]`,
        );
      }
      return responses.map((response) =>
        response.ErrorCode === undefined
          ? { accepted: true }
          : { accepted: false, reason: `${response.ErrorCode}: ${response.ErrorMessage ?? ''}` },
      );
    },
  };
}
