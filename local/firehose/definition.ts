/** A delivery stream as it was created and updated: what is kept on disk and what Describe shows. */
import { z } from 'zod';
import { type Destination, type DestinationUpdate, destinationSchema, updateDestination } from './destination';
import { accountId, destinationNotFound, versionIsOld } from './errors';

export const definitionSchema = z.object({
  name: z.string(),
  arn: z.string(),
  /** Begins at 1 and rises by 1 with each update; part of object names. */
  version: z.number().int().min(1),
  createdAtMs: z.number(),
  updatedAtMs: z.number().optional(),
  destination: destinationSchema,
});
export type StreamDefinition = z.infer<typeof definitionSchema>;

/** A stream has one destination. */
const destinationId = 'destinationId-000000000001';

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'DELETING';

export function newDefinition(
  name: string,
  region: string,
  destination: Destination,
  createdAtMs: number,
): StreamDefinition {
  const arn = `arn:aws:firehose:${region}:${accountId}:deliverystream/${name}`;
  return { name, arn, version: 1, createdAtMs, destination };
}

export interface UpdateRequest {
  readonly CurrentDeliveryStreamVersionId: string;
  readonly DestinationId: string;
  readonly ExtendedS3DestinationUpdate?: DestinationUpdate | undefined;
}

export function updatedDefinition(
  definition: StreamDefinition,
  request: UpdateRequest,
  updatedAtMs: number,
): StreamDefinition {
  if (request.DestinationId !== destinationId) throw destinationNotFound(request.DestinationId);
  if (request.CurrentDeliveryStreamVersionId !== String(definition.version)) throw versionIsOld();
  const destination = updateDestination(definition.destination, request.ExtendedS3DestinationUpdate ?? {});
  return { ...definition, version: definition.version + 1, updatedAtMs, destination };
}

/** The answer of DescribeDeliveryStream. */
export function describeStream(definition: StreamDefinition, status: StreamStatus): object {
  const { destination } = definition;
  const described = {
    ...destination,
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: { Enabled: destination.CloudWatchLoggingOptions?.Enabled ?? false },
  };
  const { RoleARN, BucketARN, Prefix, ErrorOutputPrefix, BufferingHints, CompressionFormat } = described;
  const { EncryptionConfiguration, CloudWatchLoggingOptions } = described;
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: definition.name,
      DeliveryStreamARN: definition.arn,
      DeliveryStreamStatus: status,
      DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' },
      DeliveryStreamType: 'DirectPut',
      VersionId: String(definition.version),
      CreateTimestamp: definition.createdAtMs / 1000,
      ...(definition.updatedAtMs === undefined ? {} : { LastUpdateTimestamp: definition.updatedAtMs / 1000 }),
      Destinations: [
        {
          DestinationId: destinationId,
          ExtendedS3DestinationDescription: described,
          S3DestinationDescription: {
            ...{ RoleARN, BucketARN, Prefix, ErrorOutputPrefix, BufferingHints, CompressionFormat },
            ...{ EncryptionConfiguration, CloudWatchLoggingOptions },
          },
        },
      ],
      HasMoreDestinations: false,
    },
  };
}
