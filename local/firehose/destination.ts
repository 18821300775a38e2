/**
 * The S3 destination of a stream: shapes and limits of the service's model (botocore 2015-08-04), and the rules between
 * fields. What the service knows and this server cannot do is refused by name; fields that change nothing here are dropped.
 */
import { z } from 'zod';
import { invalidArgument, unsupported } from './errors';
import { compileErrorPrefix, compilePrefix } from './prefix';

const prefix = z.string().max(1024);
const compression = z.enum(['ZIP', 'HADOOP_SNAPPY', 'Snappy', 'GZIP', 'UNCOMPRESSED']);

const bufferingHints = z
  .object({
    SizeInMBs: z.number().int().min(1).max(128).optional(),
    IntervalInSeconds: z.number().int().min(0).max(900).optional(),
  })
  .refine((hints) => (hints.SizeInMBs === undefined) === (hints.IntervalInSeconds === undefined), {
    params: { constraint: 'SizeInMBs and IntervalInSeconds must be given together or not at all' },
  })
  .transform(({ SizeInMBs = 5, IntervalInSeconds = 300 }) => ({ SizeInMBs, IntervalInSeconds }));

const switchable = z.object({ Enabled: z.boolean().optional() });
const processingConfiguration = switchable.extend({ Processors: z.array(z.object({ Type: z.string() })).optional() });

const fields = z.object({
  RoleARN: z
    .string()
    .min(1)
    .max(512)
    .regex(/^arn:.*$/),
  BucketARN: z
    .string()
    .min(1)
    .max(2048)
    .regex(/^arn:.*:s3:::[\w.-]{1,255}$/),
  Prefix: prefix.optional(),
  ErrorOutputPrefix: prefix.optional(),
  BufferingHints: bufferingHints,
  CompressionFormat: compression,
  EncryptionConfiguration: z.object({ NoEncryptionConfig: z.literal('NoEncryption').optional() }).optional(),
  CloudWatchLoggingOptions: switchable.optional(),
  ProcessingConfiguration: processingConfiguration.optional(),
  S3BackupMode: z.enum(['Disabled', 'Enabled']),
  DataFormatConversionConfiguration: switchable.optional(),
  DynamicPartitioningConfiguration: switchable.optional(),
  FileExtension: z
    .string()
    .max(128)
    .regex(/^$|\.[0-9a-z!\-_.*'()]+/)
    .optional(),
  CustomTimeZone: z
    .string()
    .max(50)
    .regex(/^$|[a-zA-Z/_]+/),
});

export const destinationSchema = fields.extend({
  BufferingHints: bufferingHints.prefault({}),
  CompressionFormat: compression.default('UNCOMPRESSED'),
  S3BackupMode: fields.shape.S3BackupMode.default('Disabled'),
  CustomTimeZone: fields.shape.CustomTimeZone.default('UTC'),
});
export type Destination = z.infer<typeof destinationSchema>;

/** What is left out stays as it is. */
export const destinationUpdateSchema = fields.partial();
export type DestinationUpdate = z.infer<typeof destinationUpdateSchema>;

export function updateDestination(destination: Destination, update: DestinationUpdate): Destination {
  return destinationSchema.parse({ ...destination, ...update });
}

/** Throws what the service answers to fields that do not go together. */
export function checkDestination(destination: Destination): void {
  const objects = compilePrefix(destination.Prefix ?? '');
  if (destination.ErrorOutputPrefix) compileErrorPrefix(destination.ErrorOutputPrefix);
  else if (objects.hasExpressions) {
    throw invalidArgument('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions');
  }
  const { CompressionFormat, CustomTimeZone, ProcessingConfiguration } = destination;
  const processors = ProcessingConfiguration?.Processors ?? [];
  const refusals: readonly [boolean, string, string][] = [
    [
      !['GZIP', 'UNCOMPRESSED'].includes(CompressionFormat),
      `CompressionFormat ${CompressionFormat}`,
      'use GZIP or UNCOMPRESSED',
    ],
    [!['', 'UTC'].includes(CustomTimeZone), `CustomTimeZone ${CustomTimeZone}`, 'use UTC'],
    [
      processors.some(({ Type }) => Type !== 'AppendDelimiterToRecord'),
      'A processor other than AppendDelimiterToRecord in ProcessingConfiguration',
      'leave it out',
    ],
    [destination.S3BackupMode === 'Enabled', 'S3BackupMode Enabled', 'use Disabled'],
    [
      destination.DataFormatConversionConfiguration?.Enabled === true,
      'DataFormatConversionConfiguration',
      'leave it out',
    ],
    [
      destination.DynamicPartitioningConfiguration?.Enabled === true,
      'DynamicPartitioningConfiguration',
      'leave it out',
    ],
  ];
  const refused = refusals.find(([applies]) => applies);
  if (refused) throw unsupported(refused[1], refused[2]);
}

export function appendsDelimiter({ ProcessingConfiguration: processing }: Destination): boolean {
  return processing?.Enabled === true && (processing.Processors ?? []).length > 0;
}
