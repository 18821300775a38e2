/** The operations of the local Firehose. */
import { randomUUID } from 'node:crypto';
import type { AwsOperation } from '../aws-json';
import type { VirtualClock } from './clock';
import { describeStream, newDefinition, updatedDefinition } from './definition';
import type { DeliveryStream } from './deliveryStream';
import { checkDestination } from './destination';
import { internalFailure, slowDown, streamExists, streamNotActive, streamNotFound, throttled } from './errors';
import {
  type PutRequest,
  parseCreateRequest,
  parseListRequest,
  parseName,
  parsePutRecord,
  parsePutRecordBatch,
  parseUpdateRequest,
} from './request';
import type { Streams } from './streams';

export class FirehoseService {
  constructor(
    private readonly streams: Streams,
    private readonly clock: VirtualClock,
    private readonly region: string,
  ) {}

  operations(): Record<string, AwsOperation> {
    return {
      CreateDeliveryStream: (input) => this.create(input),
      DescribeDeliveryStream: (input) => this.describe(input),
      ListDeliveryStreams: (input) => this.list(input),
      PutRecord: (input) => this.putRecord(input),
      PutRecordBatch: (input) => this.putRecordBatch(input),
      UpdateDestination: (input) => this.update(input),
      DeleteDeliveryStream: (input) => this.delete(input),
    };
  }

  private create(input: unknown): object {
    const { name, destination } = parseCreateRequest(input);
    if (this.streams.get(name)) throw streamExists(name);
    const definition = newDefinition(name, this.region, destination, this.clock.nowMs());
    this.streams.create(definition);
    return { DeliveryStreamARN: definition.arn };
  }

  private describe(input: unknown): object {
    const { definition, status } = this.byName(parseName(input));
    return describeStream(definition, status);
  }

  private list(input: unknown): object {
    const request = parseListRequest(input);
    const isListed = (request.DeliveryStreamType ?? 'DirectPut') === 'DirectPut';
    const names = this.streams
      .all()
      .map(({ definition }) => definition.name)
      .filter((name) => isListed && name > (request.ExclusiveStartDeliveryStreamName ?? ''));
    return {
      DeliveryStreamNames: names.slice(0, request.Limit),
      HasMoreDeliveryStreams: names.length > request.Limit,
    };
  }

  private async putRecord(input: unknown): Promise<object> {
    const request = parsePutRecord(input);
    const stream = this.takingStream(request);
    await stream.put(request.records);
    if (stream.faults.takeFailureAfterStoring()) throw internalFailure();
    return { RecordId: randomUUID(), Encrypted: false };
  }

  private async putRecordBatch(input: unknown): Promise<object> {
    const request = parsePutRecordBatch(input);
    const stream = this.takingStream(request);
    const refused = stream.faults.takeRefusedPositions(request.records.length);
    const accepted = request.records.filter((_, position) => !refused.has(position));
    if (refused.size > 0) stream.throttled(refused.size);
    if (accepted.length > 0) await stream.put(accepted);
    if (stream.faults.takeFailureAfterStoring()) throw internalFailure();
    return {
      FailedPutCount: refused.size,
      Encrypted: false,
      RequestResponses: request.records.map((_, position) =>
        refused.has(position)
          ? { ErrorCode: slowDown.name, ErrorMessage: slowDown.message }
          : { RecordId: randomUUID() },
      ),
    };
  }

  private update(input: unknown): object {
    const request = parseUpdateRequest(input);
    const stream = this.byName(request.DeliveryStreamName);
    if (stream.status !== 'ACTIVE') throw streamNotActive(request.DeliveryStreamName, stream.status);
    const definition = updatedDefinition(stream.definition, request, this.clock.nowMs());
    checkDestination(definition.destination);
    this.streams.update(stream, definition);
    return {};
  }

  private async delete(input: unknown): Promise<object> {
    const name = parseName(input);
    const stream = this.byName(name);
    if (stream.status !== 'ACTIVE') throw streamNotActive(name, stream.status);
    await this.streams.remove(stream);
    return {};
  }

  /** Puts declare no ResourceInUseException: a stream that is not active is not there for them. */
  private takingStream({ name, records }: PutRequest): DeliveryStream {
    const stream = this.byName(name);
    if (stream.status !== 'ACTIVE') throw streamNotFound(name);
    if (stream.faults.takeThrottle()) {
      stream.throttled(records.length);
      throw throttled();
    }
    return stream;
  }

  private byName(name: string): DeliveryStream {
    const stream = this.streams.get(name);
    if (!stream) throw streamNotFound(name);
    return stream;
  }
}
