/**
 * Loads a share of the shards into the table under the candidate's version, which no reader sees yet. Heartbeats carry
 * a cursor, so that another worker goes on where this one was killed.
 */
import { Context } from '@temporalio/activity';
import { erasedReaders, readerHash } from '../clients/erasureRegister';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { Activities, LoadCursor, LoadShardsInput } from '../contract';
import { BatchWindow } from '../domain/batches';
import { readerPk, versionSk } from '../domain/keys';
import { readShardItem, type ShardItem } from '../domain/shardItem';
import { InvalidShardLine } from '../domain/storedList';
import type { WriteRate } from '../domain/writeRate';
import { failure } from '../failures';
import { BatchSender, defaultSenderOptions, type SenderOptions } from './batchSender';
import type { ActivityDependencies } from './dependencies';
import { type ModelFile, readModelManifest, shardsOf } from './modelArtefact';
import { streamShard } from './shardStream';
import { SharedWriteRate } from './sharedWriteRate';

export interface LoadOptions extends SenderOptions {
  readonly heartbeatEveryMs: number;
}

/** What a heartbeat carries is at most this old: so much is written again when a worker dies. */
const defaultLoadOptions: LoadOptions = { ...defaultSenderOptions, heartbeatEveryMs: 1000 };

type LoadDependencies = Pick<ActivityDependencies, 'lake' | 'table'>;

/** Safe to retry: an item is a pure function of its shard line, so writing it again changes nothing. */
export function createLoadShards(
  dependencies: LoadDependencies,
  options: LoadOptions = defaultLoadOptions,
): Activities['loadShards'] {
  const shared = new SharedWriteRate();
  return async (input) => {
    const shards = shardsOf(await readModelManifest(dependencies.lake, input));
    const rate = shared.join(input.maxUnitsPerSecond);
    try {
      const load = new Load(dependencies, input, rate, options);
      return await load.run(shards);
    } finally {
      shared.leave(input.maxUnitsPerSecond);
    }
  };
}

class Load {
  private readonly context = Context.current();
  private readonly table: RecommendationTable;
  private readonly sk: string;
  private cursor: LoadCursor;
  private failShard: (error: unknown) => void = () => undefined;

  constructor(
    private readonly dependencies: LoadDependencies,
    private readonly input: LoadShardsInput,
    private readonly rate: WriteRate,
    private readonly options: LoadOptions,
  ) {
    this.table = dependencies.table;
    this.sk = versionSk(input.version);
    this.cursor = this.cursorOfLastAttempt() ?? { shard: input.group, line: 0, itemsLoaded: 0, throttledBatches: 0 };
  }

  async run(shards: readonly ModelFile[]): Promise<{ items: number; throttledBatches: number }> {
    // One listener for all shards: each would keep its shard's lines in memory.
    this.context.cancelled.catch((error: unknown) => this.failShard(error));
    for (let shard = shards[this.cursor.shard]; shard !== undefined; shard = shards[this.cursor.shard]) {
      if (this.context.cancellationSignal.aborted) await this.context.cancelled;
      await this.loadShard(shard);
      this.cursor = { ...this.cursor, shard: this.cursor.shard + this.input.groups, line: 0 };
      this.context.heartbeat(this.cursor);
    }
    return { items: this.cursor.itemsLoaded, throttledBatches: this.cursor.throttledBatches };
  }

  private async loadShard(shard: ModelFile): Promise<void> {
    const start = this.cursor;
    const erased = await erasedReaders(this.dependencies.lake);
    const window = new BatchWindow(start.line);
    const advance = (): void => {
      this.cursor = {
        shard: start.shard,
        line: window.linesDone,
        itemsLoaded: start.itemsLoaded + window.linesDone - start.line,
        throttledBatches: start.throttledBatches + sender.throttledBatches,
      };
    };
    const sender = new BatchSender(
      {
        table: this.table,
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
      for await (const lines of streamShard(this.dependencies.lake, this.input.jobName, shard)) {
        for (const text of lines) {
          line += 1;
          if (line <= start.line) continue;
          const item = this.read(text, line, shard);
          if (isOfOneOf(erased, item)) {
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
      this.context.heartbeat(this.cursor);
    }
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

/** Whether the list is that of one of these readers. A hash costs as much as a fifth of a write, so nobody is looked for first. */
function isOfOneOf(readers: ReadonlySet<string>, { pk }: ShardItem): boolean {
  return readers.size > 0 && readers.has(readerHash(pk.slice(readerPk('').length)));
}
