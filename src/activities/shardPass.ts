/**
 * One way through a share of a set's shards, at the shared rate, with a cursor in its heartbeats: each line's item is written,
 * or taken out. Another worker goes on where this one was killed.
 */
import { Context } from '@temporalio/activity';
import { isListOfOneOf } from '../clients/erasureRegister';
import type { ObjectStore } from '../clients/objectStore';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { LoadCursor, ModelInput } from '../contract';
import { BatchWindow } from '../domain/batches';
import { versionSk } from '../domain/keys';
import { readShardItem, type ShardItem } from '../domain/shardItem';
import { InvalidShardLine } from '../domain/storedList';
import type { WriteRate } from '../domain/writeRate';
import { failure } from '../failures';
import { BatchSender, type SenderOptions } from './batchSender';
import type { ModelFile } from './modelArtefact';
import { streamShard } from './shardStream';

export interface PassOptions extends SenderOptions {
  readonly heartbeatEveryMs: number;
}

/** The shards whose index modulo `groups` is `group`. */
export interface ShardShare extends ModelInput {
  readonly group: number;
  readonly groups: number;
}

/** What is done with each line's item. Doing it again must change nothing. */
export interface ShardDeed {
  readonly change: RecommendationTable['write'];
  /** Asked before each shard: hashes of the readers whose lines are passed over. */
  readonly leaveOut: () => Promise<ReadonlySet<string>>;
  /** Asked before the first line of a shard: whether the deed is done to all of it already. */
  readonly isDone?: (shard: ModelFile, leftOut: ReadonlySet<string>, beat: () => void) => Promise<boolean>;
  /** Told after the last line of a shard. */
  readonly wasDone?: (shard: ModelFile) => Promise<void>;
}

export class ShardPass {
  private readonly context = Context.current();
  private readonly sk: string;
  private cursor: LoadCursor;
  private failShard: (error: unknown) => void = () => undefined;

  constructor(
    private readonly lake: ObjectStore,
    private readonly input: ShardShare,
    private readonly deed: ShardDeed,
    private readonly rate: WriteRate,
    private readonly options: PassOptions,
  ) {
    this.sk = versionSk(input.version);
    this.cursor = this.cursorOfLastAttempt() ?? { shard: input.group, line: 0, itemsLoaded: 0, throttledBatches: 0 };
  }

  async run(shards: readonly ModelFile[]): Promise<LoadCursor> {
    // One listener for all shards: each would keep its shard's lines in memory.
    this.context.cancelled.catch((error: unknown) => this.failShard(error));
    for (let shard = shards[this.cursor.shard]; shard !== undefined; shard = shards[this.cursor.shard]) {
      if (this.context.cancellationSignal.aborted) await this.context.cancelled;
      await this.pass(shard);
      this.cursor = { ...this.cursor, shard: this.cursor.shard + this.input.groups, line: 0 };
      this.context.heartbeat(this.cursor);
    }
    return this.cursor;
  }

  private async pass(shard: ModelFile): Promise<void> {
    const start = this.cursor;
    const leftOut = await this.deed.leaveOut();
    const beat = (): void => this.context.heartbeat(this.cursor);
    if (start.line === 0 && (await this.deed.isDone?.(shard, leftOut, beat)) === true) {
      const { items = 0 } = shard;
      const itemsFound = (start.itemsFound ?? 0) + items;
      this.cursor = { ...start, itemsLoaded: start.itemsLoaded + items, itemsFound };
      return;
    }
    const window = new BatchWindow(start.line);
    const advance = (): void => {
      this.cursor = {
        ...start,
        line: window.linesDone,
        itemsLoaded: start.itemsLoaded + window.linesDone - start.line,
        throttledBatches: start.throttledBatches + sender.throttledBatches,
      };
    };
    const sender = new BatchSender(
      {
        write: this.deed.change,
        rate: this.rate,
        place: `shard=${shard.path}, version=${this.input.version}`,
      },
      window,
      this.options,
    );
    // A request that hangs ends by its own time limit, so a load that beats is one that goes on.
    const beating = setInterval(() => {
      advance();
      this.context.heartbeat(this.cursor);
    }, this.options.heartbeatEveryMs);
    this.failShard = (error) => sender.fail(error);
    try {
      let line = 0;
      for await (const lines of streamShard(this.lake, this.input.jobName, shard)) {
        for (const text of lines) {
          line += 1;
          if (line <= start.line) continue;
          const item = this.read(text, line, shard);
          if (isListOfOneOf(leftOut, item.pk)) {
            window.skip(item);
            continue;
          }
          if (!sender.hasRoomFor(item)) await sender.makeRoom(item);
          window.add(item);
          if (window.hasFullBatch) await sender.sendFull();
        }
      }
      await sender.drain();
    } finally {
      await sender.settle();
      clearInterval(beating);
      advance();
      beat();
    }
    await this.deed.wasDone?.(shard);
  }

  private read(text: string, line: number, shard: ModelFile): ShardItem {
    try {
      return readShardItem(text, this.sk);
    } catch (error) {
      if (!(error instanceof InvalidShardLine)) throw error;
      throw failure('ModelArtefactInvalid', `line ${line} of a shard: ${error.message} [shard=${shard.path}]`, {
        cause: error,
      });
    }
  }

  /** What the attempt before this one had done when it was last heard of. */
  private cursorOfLastAttempt(): LoadCursor | undefined {
    const details: LoadCursor | undefined = this.context.info.heartbeatDetails;
    return details;
  }
}
