/**
 * Bulk loads by DynamoDB's StartBulkPutItems. Built from the SDK's own model of the call and tested against a local server that
 * speaks it; not tried on AWS.
 */
import { createHash } from 'node:crypto';
import {
  type BulkOperationDescription,
  type BulkOperationStatus,
  CancelBulkOperationCommand,
  DescribeBulkOperationCommand,
  DynamoDBClient,
  StartBulkPutItemsCommand,
  type StartBulkPutItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsEndpoint } from './awsEndpoint';
import {
  type BulkLoadLook,
  BulkLoadNotAccepted,
  type BulkLoadRequest,
  type BulkLoadState,
  type BulkLoads,
} from './bulkLoads';

const states: Readonly<Record<BulkOperationStatus, BulkLoadState>> = {
  IN_PROGRESS: 'running',
  COMPLETED: 'completed',
  COMPLETED_WITH_ERRORS: 'completed with errors',
  CANCELLING: 'cancelling',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

const refusals = new Set([
  'ValidationException',
  'ResourceNotFoundException',
  'AccessDeniedException',
  'IdempotentParameterMismatchException',
  'UnknownOperationException',
]);

export function createDynamoDbBulkLoads(tableName: string, endpoint: AwsEndpoint): BulkLoads {
  const dynamodb = new DynamoDBClient({ ...endpoint, maxAttempts: 5 });
  return {
    async start(request) {
      const input = bulkPutInput(tableName, request);
      try {
        const { BulkOperationDescription: description } = await dynamodb.send(new StartBulkPutItemsCommand(input));
        return toLook(description);
      } catch (error) {
        if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
        const { bucket, prefix } = request;
        throw new BulkLoadNotAccepted(`${error.name}: ${error.message} [input=s3://${bucket}/${prefix}]`, {
          cause: error,
        });
      }
    },

    async look(operation) {
      const answer = await dynamodb.send(new DescribeBulkOperationCommand({ BulkOperationArn: operation }));
      return toLook(answer.BulkOperationDescription);
    },

    async cancel(operation) {
      await dynamodb.send(new CancelBulkOperationCommand({ BulkOperationArn: operation }));
    },
  };
}

/** The token follows from everything else: DynamoDB refuses a token that comes again with another request. */
export function bulkPutInput(tableName: string, request: BulkLoadRequest): StartBulkPutItemsCommandInput {
  const input = {
    TableName: tableName,
    InputS3Configuration: {
      S3Bucket: request.bucket,
      S3KeyPrefix: request.prefix,
      InputFormat: 'DYNAMODB_JSON',
      InputCompressionType: 'GZIP',
    },
    OutputS3Configuration: { S3Bucket: request.bucket, S3KeyPrefix: request.errorsPrefix, OutputType: ['ERROR'] },
    MaxWriteRequestUnits: Math.floor(request.maxUnitsPerSecond),
  } as const;
  const said = JSON.stringify([input, request.number]);
  const ClientToken = createHash('sha256').update(said).digest('hex').slice(0, 32);
  return {
    ...input,
    OutputS3Configuration: { ...input.OutputS3Configuration, OutputType: [...input.OutputS3Configuration.OutputType] },
    ClientToken,
  };
}

function toLook(description: BulkOperationDescription | undefined): BulkLoadLook {
  const operation = description?.BulkOperationArn;
  const status = description?.BulkOperationStatus;
  if (description === undefined || operation === undefined || status === undefined) {
    throw new Error('DynamoDB described a bulk operation without its ARN or its status');
  }
  const { FailureCode: code, FailureMessage: message, TotalInputBytes: totalBytes } = description;
  return {
    operation,
    state: states[status],
    processedItems: description.ProcessedItemCount ?? 0,
    failedItems: description.FailedItemCount ?? 0,
    processedBytes: description.ProcessedInputBytes ?? 0,
    ...(totalBytes === undefined ? {} : { totalBytes }),
    ...(code === undefined && message === undefined
      ? {}
      : { failure: `${code ?? 'no code'}: ${message ?? 'no message'}` }),
  };
}
