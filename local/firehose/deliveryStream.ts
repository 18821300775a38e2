/**
 * One delivery stream: an open buffer that takes records, and a line of closed ones on their way to S3. A record is held
 * from its arrival until its object is in S3; that is what the freshness metric tells.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { VirtualClock } from './clock';
import type { StreamDefinition, StreamStatus } from './definition';
import { DeliveryLine } from './deliveryLine';
import { appendsDelimiter } from './destination';
import { StreamFaults } from './faults';
import { type Datapoint, MinuteMeter } from './minuteMeter';
import { bucketOf, objectKey } from './objectName';
import { type DeliveryTarget, loadBuffers, RecordBuffer } from './recordBuffer';
import type { Settings } from './settings';

export interface StreamContext {
  readonly clock: VirtualClock;
  readonly bucket: (name: string) => ObjectStore;
  readonly settings: () => Settings;
  readonly publish: (points: readonly Datapoint[]) => void;
  /** A buffer may be due earlier than before. */
  readonly onDueChanged: () => void;
  readonly warn: (message: string) => void;
}

const delimiter = Buffer.from('\n');
/** With an interval of 0 the service delivers "within a few seconds". */
const shortestIntervalMs = 1000;

export class DeliveryStream {
  readonly faults = new StreamFaults();
  readonly meter: MinuteMeter;
  private readonly line: DeliveryLine;
  private readonly ending = new AbortController();
  private open: RecordBuffer | undefined;
  private currentStatus: StreamStatus = 'ACTIVE';
  private objectsDelivered = 0;

  constructor(
    private currentDefinition: StreamDefinition,
    private readonly dir: string,
    private readonly context: StreamContext,
  ) {
    const { clock, bucket, settings, publish, warn } = context;
    this.meter = new MinuteMeter(currentDefinition.name, () => this.oldestHeldAtMs(), publish, clock.nowMs());
    this.line = new DeliveryLine({
      bucket,
      retrySeconds: () => settings().retrySeconds,
      onPut: (records, sizeBytes) => {
        this.meter.delivered(clock.nowMs(), records, sizeBytes);
        this.objectsDelivered += 1;
      },
      onPutFailed: () => this.meter.putFailed(clock.nowMs()),
      warn,
    });
  }

  get definition(): StreamDefinition {
    return this.currentDefinition;
  }

  get status(): StreamStatus {
    return this.currentStatus;
  }

  /** A new stream; it takes records after so many seconds of the wall clock. */
  create(creatingSeconds: number): void {
    mkdirSync(this.dir, { recursive: true });
    if (creatingSeconds === 0) return;
    this.currentStatus = 'CREATING';
    const { signal } = this.ending;
    sleep(creatingSeconds * 1000, undefined, { signal }).then(
      () => {
        this.currentStatus = 'ACTIVE';
      },
      () => undefined,
    );
  }

  /** Goes on with what an earlier process left in the folder. */
  resume(): void {
    for (const buffer of loadBuffers(this.dir)) {
      if (buffer.target) {
        this.line.add(buffer, buffer.target, Promise.resolve());
      } else {
        // Of several open ones the newest stays open: a kill came between a closing and its entry in the journal.
        this.close();
        this.open = buffer;
      }
    }
  }

  /** Resolves when the records are on disk. */
  async put(records: readonly Buffer[]): Promise<void> {
    const nowMs = this.context.clock.nowMs();
    this.meter.received(
      nowMs,
      records.length,
      records.reduce((sum, record) => sum + record.length, 0),
    );
    const isNew = this.open === undefined;
    this.open ??= RecordBuffer.create(this.dir, nowMs);
    const payload = appendsDelimiter(this.definition.destination)
      ? records.flatMap((record) => [record, delimiter])
      : records;
    const stored = this.open.append(payload, records.length, nowMs);
    this.closeDue(nowMs);
    if (isNew) this.context.onDueChanged();
    await stored;
  }

  throttled(records: number): void {
    this.meter.throttled(this.context.clock.nowMs(), records);
  }

  /** When the open buffer is to be delivered: when it is old enough or large enough, and never during a delay. */
  dueAtMs(): number | undefined {
    if (!this.open) return undefined;
    const { SizeInMBs, IntervalInSeconds } = this.definition.destination.BufferingHints;
    const isFull = this.open.sizeBytes >= SizeInMBs * 1024 * 1024;
    const waitMs = isFull ? 0 : Math.max(shortestIntervalMs, IntervalInSeconds * 1000);
    return Math.max(this.open.oldestAtMs + waitMs, this.faults.delayedUntilMs);
  }

  closeDue(nowMs: number): void {
    const dueAtMs = this.dueAtMs();
    if (dueAtMs !== undefined && dueAtMs <= nowMs) this.close();
  }

  /** Sends the open buffer on its way, due or not. */
  close(): void {
    const buffer = this.open;
    if (!buffer) return;
    this.open = undefined;
    const target = this.newTarget(buffer.oldestAtMs);
    this.line.add(buffer, target, buffer.close(target, this.context.clock.nowMs()));
  }

  /** Resolves when everything that is closed by now is in S3. */
  delivered(): Promise<void> {
    return this.line.delivered();
  }

  /** Records accepted before keep the destination they were accepted for. */
  update(definition: StreamDefinition): void {
    this.close();
    this.currentDefinition = definition;
  }

  /** Delivers no more and leaves the journals for the next start. */
  async end(): Promise<void> {
    this.ending.abort();
    await this.line.end();
    await this.open?.release();
  }

  /** Whatever is buffered is lost, as in the service. */
  async delete(): Promise<void> {
    this.currentStatus = 'DELETING';
    const { open } = this;
    this.open = undefined;
    await this.end();
    await open?.release();
    rmSync(this.dir, { recursive: true, force: true });
  }

  state(): object {
    const held = this.held();
    return {
      name: this.definition.name,
      status: this.status,
      version: this.definition.version,
      bufferedRecords: held.reduce((sum, { records }) => sum + records, 0),
      bufferedBytes: held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      /** Since this process started. */
      objectsDelivered: this.objectsDelivered,
      faults: this.faults.state(this.context.clock.nowMs()),
    };
  }

  private held(): readonly RecordBuffer[] {
    return this.open ? [...this.line.waiting, this.open] : this.line.waiting;
  }

  private oldestHeldAtMs(): number | undefined {
    const held = this.held();
    return held.length === 0 ? undefined : Math.min(...held.map(({ oldestAtMs }) => oldestAtMs));
  }

  private newTarget(oldestAtMs: number): DeliveryTarget {
    const { name: stream, version, destination } = this.definition;
    const closedAtMs = this.context.clock.nowMs();
    const key = (): string => objectKey({ stream, version, destination, oldestAtMs, closedAtMs, uuid: randomUUID() });
    const { objects, isShared } = this.faults.takeObjects();
    return {
      bucket: bucketOf(destination),
      keys: Array.from({ length: objects }, key),
      isShared,
      isCompressed: destination.CompressionFormat === 'GZIP',
      members: this.faults.takeMembers(),
    };
  }
}
