/** What the operations accept: shapes and limits of the service's model (botocore 2015-08-04), and its rules between fields. */
import { z } from 'zod';
import { parseInput } from '../validation';
import { checkDestination, type Destination, destinationSchema, destinationUpdateSchema } from './destination';
import { invalidArgument, unsupported } from './errors';

export const maxRecordsPerBatch = 500;
export const maxBytesPerBatch = 4 * 1024 * 1024;
export const maxBytesPerRecord = 1000 * 1024;

const streamName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_.-]+$/);

const createSchema = z.looseObject({
  DeliveryStreamName: streamName,
  DeliveryStreamType: z
    .enum(['DirectPut', 'KinesisStreamAsSource', 'MSKAsSource', 'DatabaseAsSource'])
    .default('DirectPut'),
  ExtendedS3DestinationConfiguration: destinationSchema.optional(),
});

const byNameSchema = z.object({ DeliveryStreamName: streamName });

const updateSchema = byNameSchema.extend({
  CurrentDeliveryStreamVersionId: z
    .string()
    .min(1)
    .max(50)
    .regex(/^[0-9]+$/),
  DestinationId: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[a-zA-Z0-9-]+$/),
  ExtendedS3DestinationUpdate: destinationUpdateSchema.optional(),
});

const listSchema = z.object({
  Limit: z.number().int().min(1).max(10_000).default(10),
  DeliveryStreamType: z.string().optional(),
  ExclusiveStartDeliveryStreamName: streamName.optional(),
});

/** Base64 on the wire; the limit counts raw bytes. */
const recordSchema = z.object({
  Data: z.string().transform((text, context): Buffer => {
    const data = Buffer.from(text, 'base64');
    const issue = (constraint: string): void => context.addIssue({ code: 'custom', params: { constraint } });
    // Decoding skips what is no base64, and then comes out shorter.
    if (data.length !== Buffer.byteLength(text, 'base64')) issue('Member must be base64 encoded');
    if (data.length > maxBytesPerRecord) {
      issue(`Member must have length less than or equal to ${maxBytesPerRecord}`);
    }
    return data;
  }),
});

const putRecordSchema = byNameSchema.extend({ Record: recordSchema });
const putRecordBatchSchema = byNameSchema.extend({ Records: z.array(recordSchema).min(1).max(maxRecordsPerBatch) });

/** As the service does, refusals name the member and do not repeat its value. */
function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  return parseInput(schema, input, { repeatsValues: false });
}

export function parseCreateRequest(input: unknown): { name: string; destination: Destination } {
  const request = parse(createSchema, input);
  const given = Object.keys(request).filter((member) => member.endsWith('DestinationConfiguration'));
  if (given.length !== 1) {
    throw invalidArgument('Exactly one destination configuration is supported for a Firehose');
  }
  const {
    DeliveryStreamName: name,
    DeliveryStreamType: type,
    ExtendedS3DestinationConfiguration: destination,
  } = request;
  if (type !== 'DirectPut') throw unsupported(`DeliveryStreamType ${type}`, 'use DirectPut');
  if (!destination) throw unsupported(given.join(), 'use ExtendedS3DestinationConfiguration');
  checkDestination(destination);
  return { name, destination };
}

export function parseUpdateRequest(input: unknown): z.infer<typeof updateSchema> {
  return parse(updateSchema, input);
}

export function parseName(input: unknown): string {
  return parse(byNameSchema, input).DeliveryStreamName;
}

export function parseListRequest(input: unknown): z.infer<typeof listSchema> {
  return parse(listSchema, input);
}

export interface PutRequest {
  readonly name: string;
  readonly records: readonly Buffer[];
}

export function parsePutRecord(input: unknown): PutRequest {
  const request = parse(putRecordSchema, input);
  return { name: request.DeliveryStreamName, records: [request.Record.Data] };
}

export function parsePutRecordBatch(input: unknown): PutRequest {
  const request = parse(putRecordBatchSchema, input);
  const records = request.Records.map(({ Data }) => Data);
  const sizeBytes = records.reduce((sum, record) => sum + record.length, 0);
  if (sizeBytes > maxBytesPerBatch) throw invalidArgument('Records size exceeds 4 MB limit');
  return { name: request.DeliveryStreamName, records };
}
