/** The inspection of the delivery stream on Amazon Data Firehose. */
import {
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationDescription,
  FirehoseClient,
} from '@aws-sdk/client-firehose';
import type { StreamDescription } from '../domain/checkupStream';
import type { AwsEndpoint } from './awsEndpoint';
import { asking } from './awsFault';
import { shortPatience } from './awsPatience';
import type { StreamInspection } from './streamInspection';

export function createFirehoseStreamInspection(streamName: string, endpoint: AwsEndpoint): StreamInspection {
  const firehose = new FirehoseClient({ ...endpoint, ...shortPatience });
  return {
    describe: () =>
      asking('firehose:DescribeDeliveryStream', async () => {
        const answer = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: streamName }));
        const description = answer.DeliveryStreamDescription;
        const destination = description?.Destinations?.[0]?.ExtendedS3DestinationDescription;
        return {
          status: description?.DeliveryStreamStatus ?? 'unknown',
          ...(destination === undefined ? {} : { lake: lakeOf(destination) }),
        };
      }),
  };
}

function lakeOf(destination: ExtendedS3DestinationDescription): NonNullable<StreamDescription['lake']> {
  const { BucketARN, Prefix, ErrorOutputPrefix, CompressionFormat, BufferingHints, CustomTimeZone } = destination;
  return {
    bucket: (BucketARN ?? '').replace(/^arn:[^:]*:s3:::/, ''),
    prefix: Prefix ?? '',
    errorPrefix: ErrorOutputPrefix ?? '',
    compression: CompressionFormat ?? 'UNCOMPRESSED',
    // What the service takes when nothing was asked for.
    intervalSeconds: BufferingHints?.IntervalInSeconds ?? 300,
    sizeMb: BufferingHints?.SizeInMBs ?? 5,
    timeZone: CustomTimeZone ?? 'UTC',
    processed:
      destination.ProcessingConfiguration?.Enabled === true ||
      destination.DynamicPartitioningConfiguration?.Enabled === true,
  };
}
