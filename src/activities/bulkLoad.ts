/**
 * Has DynamoDB load the shards by itself, one folder of them after the other, and watches it do so. What is written is what
 * `loadShards` would write.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CancelledFailure, Context, cancellationDetails } from '@temporalio/activity';
import { type BulkLoadLook, BulkLoadNotAccepted } from '../clients/bulkLoads';
import type { Activities, BulkCursor, BulkLoadInput } from '../contract';
import { type BulkFolder, bulkFolders, InvalidBulkInput } from '../domain/bulkInput';
import { bulkErrorsPrefix, modelPrefix } from '../domain/keys';
import { failure } from '../failures';
import { removeErased } from './bulkErasures';
import type { ActivityDependencies } from './dependencies';
import { type ModelFile, readModelManifest, shardsOf } from './modelArtefact';

type BulkDependencies = Pick<ActivityDependencies, 'lake' | 'table' | 'bulkLoads'>;

export interface BulkOptions {
  readonly pollMs: number;
  /** Loads of one folder that were over when they were found; then something is wrong that another one does not mend. */
  readonly maxOperations: number;
}

const defaultBulkOptions: BulkOptions = { pollMs: 10_000, maxOperations: 5 };

/** Safe to retry: a load is found again by what it loads, and loading again writes the same items. */
export function createBulkLoad(
  dependencies: BulkDependencies,
  options: BulkOptions = defaultBulkOptions,
): Activities['bulkLoad'] {
  return async (input) => {
    const shards = shardsOf(await readModelManifest(dependencies.lake, input));
    const load = new BulkLoad(dependencies, input, options);
    const items = await load.run(await foldersOf(dependencies, input, shards));
    await removeErased(dependencies, input, shards, () => load.beat());
    return { items, throttledBatches: 0 };
  };
}

async function foldersOf({ lake }: BulkDependencies, { jobName }: BulkLoadInput, shards: readonly ModelFile[]) {
  const prefix = modelPrefix(jobName);
  const there = (await lake.list(prefix)).map(({ key, sizeBytes }) => ({ path: key.slice(prefix.length), sizeBytes }));
  try {
    return bulkFolders(shards, there);
  } catch (error) {
    if (!(error instanceof InvalidBulkInput)) throw error;
    throw failure('ModelArtefactInvalid', `${error.message} [uri=s3://${lake.bucket}/${prefix}]`, { cause: error });
  }
}

class BulkLoad {
  private readonly context = Context.current();
  private cursor: BulkCursor = this.cursorOfLastAttempt() ?? { prefix: 0, items: 0 };

  constructor(
    private readonly dependencies: BulkDependencies,
    private readonly input: BulkLoadInput,
    private readonly options: BulkOptions,
  ) {}

  beat(): void {
    this.context.heartbeat(this.cursor);
  }

  async run(folders: readonly BulkFolder[]): Promise<number> {
    for (let folder = folders[this.cursor.prefix]; folder !== undefined; folder = folders[this.cursor.prefix]) {
      const items = await this.load(folder);
      this.cursor = { prefix: this.cursor.prefix + 1, items: this.cursor.items + items };
      this.beat();
    }
    return this.cursor.items;
  }

  private async load(folder: BulkFolder): Promise<number> {
    const { bulkLoads } = this.dependencies;
    let look = (await this.ofLastAttempt()) ?? (await this.start(folder));
    this.cursor = { ...this.cursor, operation: look.operation };
    while (look.state === 'running' || look.state === 'cancelling') {
      this.beat();
      await this.pause(look);
      look = await bulkLoads.look(look.operation);
    }
    return itemsOf(look, folder, `${this.place(folder)}, operation=${look.operation}`);
  }

  /** The load that the attempt before this one watched, unless that is what it failed of. */
  private async ofLastAttempt(): Promise<BulkLoadLook | undefined> {
    const { operation } = this.cursor;
    if (operation === undefined) return undefined;
    const look = await this.dependencies.bulkLoads.look(operation);
    return look.state === 'failed' ? undefined : look;
  }

  /** A load that is over when it is found is one of before, and tells nothing of what the table holds now. */
  private async start({ folder }: BulkFolder): Promise<BulkLoadLook> {
    const { lake, bulkLoads } = this.dependencies;
    const { jobName, maxUnitsPerSecond } = this.input;
    for (let number = 1; number <= this.options.maxOperations; number++) {
      const look = await this.accepted(
        bulkLoads.start({
          bucket: lake.bucket,
          prefix: modelPrefix(jobName) + folder,
          errorsPrefix: bulkErrorsPrefix(jobName),
          maxUnitsPerSecond,
          number,
        }),
      );
      if (look.state === 'running') return look;
    }
    throw failure(
      'BulkLoadFailed',
      `${this.options.maxOperations} loads of these shards have ended within the last hours; load with load.mode 'batch' [prefix=${folder}, version=${this.input.version}]`,
      { final: true },
    );
  }

  private async accepted(starting: Promise<BulkLoadLook>): Promise<BulkLoadLook> {
    try {
      return await starting;
    } catch (error) {
      if (!(error instanceof BulkLoadNotAccepted)) throw error;
      throw failure('BulkLoadRefused', error.message, { cause: error });
    }
  }

  /** A run that is cancelled must not go on writing; a worker that leaves hands over. */
  private async pause({ operation }: BulkLoadLook): Promise<void> {
    try {
      await this.context.sleep(this.options.pollMs);
    } catch (error) {
      if (error instanceof CancelledFailure && cancellationDetails()?.cancelRequested) await this.end(operation);
      throw error;
    }
  }

  private async end(operation: string): Promise<void> {
    const { bulkLoads } = this.dependencies;
    await bulkLoads.cancel(operation);
    for (;;) {
      const { state } = await bulkLoads.look(operation);
      if (state !== 'running' && state !== 'cancelling') return;
      this.beat();
      await delay(this.options.pollMs);
    }
  }

  private place({ folder }: BulkFolder): string {
    return `prefix=${folder}, version=${this.input.version}`;
  }

  private cursorOfLastAttempt(): BulkCursor | undefined {
    const details: BulkCursor | undefined = this.context.info.heartbeatDetails;
    return details;
  }
}

/** So many items that a load has written; throws when it has not written all of the folder. */
function itemsOf(look: BulkLoadLook, { items }: BulkFolder, place: string): number {
  const { state, processedItems, failedItems } = look;
  switch (state) {
    case 'completed':
      if (processedItems === items) return items;
      throw failure(
        'BulkLoadFailed',
        `a load has read ${processedItems} items, the manifest has ${items} in these shards [${place}]`,
        { final: true },
      );
    case 'completed with errors':
      throw failure(
        'BulkLoadFailed',
        `${failedItems} of ${processedItems} items could not be written; below bulk-errors/ is why [${place}]`,
        { final: true },
      );
    case 'cancelled':
      throw failure('BulkLoadFailed', `somebody cancelled the load [${place}]`, { final: true });
    case 'failed':
      throw failure('BulkLoadFailed', `the load failed, ${look.failure ?? 'without a reason'} [${place}]`);
    case 'running':
    case 'cancelling':
      throw new Error(`a load was judged before it was over [${place}]`);
  }
}
