/**
 * A local server that speaks DynamoDB's bulk puts as the SDK's model describes them: it reads the objects of a lake, gzip and
 * DynamoDB JSON, and holds what they say. Looks tell how far it is; what goes wrong is up to the test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { MemoryLake } from './memoryLake';

const startSchema = z.strictObject({
  ClientToken: z.string().min(1).max(64),
  TableName: z.string(),
  InputS3Configuration: z.strictObject({
    S3Bucket: z.string(),
    S3KeyPrefix: z.string(),
    InputFormat: z.literal('DYNAMODB_JSON'),
    InputCompressionType: z.literal('GZIP'),
  }),
  OutputS3Configuration: z.strictObject({
    S3Bucket: z.string(),
    S3KeyPrefix: z.string(),
    OutputType: z.array(z.enum(['ERROR', 'CONDITION_CHECK_FAILURE'])).nonempty(),
  }),
  MaxWriteRequestUnits: z.number().int().min(1024),
});
const operationSchema = z.strictObject({ BulkOperationArn: z.string() });
const lineSchema = z.object({
  Item: z.looseObject({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
});

export type BulkRequest = z.infer<typeof startSchema>;

export interface BulkOperation {
  readonly arn: string;
  readonly request: BulkRequest;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'COMPLETED_WITH_ERRORS' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  looksLeft: number;
  items: number;
  failedItems: number;
}

/** What becomes of a call instead of what should. */
export type BulkFault = { readonly status: number; readonly type: string } | 'answer nobody';

export interface BulkEndpoint {
  readonly url: string;
  /** By `pk|sk`: the item as the wire has it. */
  readonly table: Map<string, unknown>;
  readonly operations: BulkOperation[];
  readonly calls: string[];
  fault: (operation: string, call: number) => BulkFault | undefined;
  /** How an operation ends that has been looked at often enough. */
  end: (operation: BulkOperation) => BulkOperation['status'];
  close(): Promise<void>;
}

export async function startBulkEndpoint(lake: MemoryLake, looksUntilDone = 3): Promise<BulkEndpoint> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
  const endpoint: BulkEndpoint = {
    url: `http://127.0.0.1:${address.port}`,
    table: new Map(),
    operations: [],
    calls: [],
    fault: () => undefined,
    end: () => 'COMPLETED',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = JSON.parse((await buffer(incoming)).toString());
    const operation = String(incoming.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    const call = endpoint.calls.push(operation);
    const fault = endpoint.fault(operation, call);
    if (fault !== undefined && fault !== 'answer nobody') {
      return send(response, fault.status, {
        __type: `com.amazonaws.dynamodb.v20120810#${fault.type}`,
        message: 'as told',
      });
    }
    const told = operation === 'StartBulkPutItems' ? start(startSchema.parse(body)) : lookOrCancel(operation, body);
    if (fault === 'answer nobody') return void response.destroy();
    send(response, 200, told);
  }

  function start(request: BulkRequest): object {
    const same = endpoint.operations.find((one) => one.request.ClientToken === request.ClientToken);
    if (same !== undefined) {
      if (JSON.stringify(same.request) !== JSON.stringify(request)) throw new Error('one token, two requests');
      return describe(same);
    }
    const arn = `arn:aws:dynamodb:us-east-1:000000000000:table/${request.TableName}/bulk/${endpoint.operations.length}`;
    const made: BulkOperation = {
      arn,
      request,
      status: 'IN_PROGRESS',
      looksLeft: looksUntilDone,
      items: 0,
      failedItems: 0,
    };
    endpoint.operations.push(made);
    return describe(made);
  }

  function lookOrCancel(operation: string, body: unknown): object {
    const { BulkOperationArn: arn } = operationSchema.parse(body);
    const found = endpoint.operations.find((one) => one.arn === arn);
    if (found === undefined) throw new Error(`there is no operation ${arn}`);
    if (operation === 'CancelBulkOperation') {
      found.status = 'CANCELLING';
      return { BulkOperationArn: arn, BulkOperationStatus: found.status };
    }
    progress(found);
    return describe(found);
  }

  /** The table is written at the end of it, which is when its items are counted. */
  function progress(operation: BulkOperation): void {
    if (operation.status === 'CANCELLING') operation.status = 'CANCELLED';
    if (operation.status !== 'IN_PROGRESS') return;
    operation.looksLeft -= 1;
    if (operation.looksLeft > 0) return;
    const { S3KeyPrefix: prefix } = operation.request.InputS3Configuration;
    for (const [key, object] of lake.objects) {
      if (!key.startsWith(prefix)) continue;
      for (const line of gunzipSync(object).toString().trimEnd().split('\n')) {
        const { Item: item } = lineSchema.parse(JSON.parse(line));
        endpoint.table.set(`${item.pk.S}|${item.sk.S}`, item);
        operation.items += 1;
      }
    }
    operation.status = endpoint.end(operation);
  }

  return endpoint;
}

function describe({ arn, request, status, items, failedItems }: BulkOperation): object {
  return {
    BulkOperationDescription: {
      BulkOperationArn: arn,
      BulkOperationStatus: status,
      TableDetails: [{ TableName: request.TableName }],
      ...request,
      StartTime: 1_795_564_800,
      ProcessedItemCount: items,
      ProcessedInputBytes: items * 100,
      FailedItemCount: failedItems,
      ...(status === 'FAILED' ? { FailureCode: 'InternalFailure', FailureMessage: 'as told' } : {}),
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
