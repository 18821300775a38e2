/**
 * One collector's spool, delivery and ledger through losses of power: clicks go in, the power fails at some operation of
 * the disk, the next start goes on with what the disk then holds, until a last one delivers everything.
 */
import { gzipSync } from 'node:zlib';
import { Random } from '../../local/newsroom/random';
import type { DeliveryStream } from '../../src/clients/deliveryStream';
import { Counters } from '../../src/collector/counters';
import { startDelivery } from '../../src/collector/delivery';
import { type LedgerWriter, startLedgerWriter } from '../../src/collector/ledgerWriter';
import { createPacker } from '../../src/collector/packer';
import { Spool } from '../../src/collector/spool';
import { judge, type Verdict } from '../chaos/verdict';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { freshFolder } from './collectorFixture';
import type { Leftovers, MemoryDisk } from './memoryDisk';
import { entry } from './spoolFixture';

export interface PlayedRound {
  readonly acknowledged: ReadonlySet<string>;
  readonly verdict: Verdict;
}

const losses = 4;
const senders = 4;
const requestsOfSender = 12;
const longestStepMs = 45 * 60_000;
/** Beyond what it takes: a click that is never delivered counts as lost. */
const drainMs = 20_000;
/** So small that segments are deleted all the while. */
const spoolBytes = 64 * 1024;

export async function playRound(seed: number, leftovers: Leftovers, first: MemoryDisk): Promise<PlayedRound> {
  const round = new Round(new Random(seed));
  let disk = first;
  for (let loss = 0; loss < losses; loss++) {
    disk.failAfter(10 + round.random.below(150));
    await round.live(disk, `l${loss}`);
    disk = disk.afterPowerLoss(leftovers);
  }
  await round.live(disk, 'last');
  return { acknowledged: round.acknowledged, verdict: await judge(round.lake, round.acknowledged) };
}

class Round {
  readonly acknowledged = new Set<string>();
  readonly lake: MemoryLake = createMemoryLake();
  private readonly folder = freshFolder();
  private nowMs = Date.parse('2026-11-23T10:10:00Z');
  private records = 0;

  constructor(readonly random: Random) {}

  /** One life of the collector; it ends when the power fails, or everything is delivered. */
  async live(disk: MemoryDisk, life: string): Promise<void> {
    this.nowMs += this.random.below(longestStepMs);
    const spool = await this.open(disk);
    if (spool === undefined) return;
    const packer = createPacker({
      stream: this.streamBeside(disk),
      counters: new Counters(),
      lingerMs: 0,
      maxRecordBytes: 2048,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const delivery = startDelivery({
      spool,
      packer,
      pieceBytes: 2048,
      pauseMs: 0,
      windowBytes: 8192,
      onTrouble: () => undefined,
    });
    const put = this.beside(disk, (key: string, body: Buffer | string) => this.lake.put(key, body));
    const ledger = startLedgerWriter({ spool, lake: { put }, intervalSeconds: 3600, onFailure: () => undefined });
    await Promise.all(Array.from({ length: senders }, (_, sender) => this.send(spool, ledger, `${life}-${sender}`)));
    await spool.endAppends();
    await Promise.race([delivery.drain(drainMs), disk.failed]);
    await delivery.drain(0);
    await ledger.write();
    await ledger.stop();
    await spool.close();
  }

  /** `undefined` when the power failed while the spool was read. */
  private async open(files: MemoryDisk): Promise<Spool | undefined> {
    try {
      const { folder } = this;
      return await Spool.open({ folder, collectorId: 'web1', maxBytes: spoolBytes, files, now: () => this.nowMs });
    } catch (error) {
      if (files.isOff) return undefined;
      throw error;
    }
  }

  private async send(spool: Spool, ledger: LedgerWriter, name: string): Promise<void> {
    for (let request = 0; request < requestsOfSender; request++) {
      // Senders out of step: some of them come while the clicks of others are on their way onto the disk.
      for (let turns = this.random.below(5); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      const ids = Array.from({ length: 1 + this.random.below(5) }, (_, index) => `${name}-${request}-${index}`);
      try {
        await spool.append(entry(...ids));
      } catch {
        // Refused, so nothing was promised.
        continue;
      }
      for (const id of ids) this.acknowledged.add(id);
      if (this.random.next() < 0.1) this.nowMs += this.random.below(longestStepMs);
      if (this.random.next() < 0.1) await ledger.write();
    }
  }

  /** Takes records into the lake, as long as the machine is there to send them; refuses some, and loses some answers. */
  private streamBeside(disk: MemoryDisk): DeliveryStream {
    const take = async (record: Buffer): Promise<void> => {
      this.records += 1;
      await this.lake.put(`clicks/dt=2026-11-23/hr=10/${this.records}.gz`, gzipSync(record));
    };
    return {
      put: this.beside(disk, async (records) => {
        const taken = records.map(() => this.random.next() < 0.8);
        for (const [index, record] of records.entries()) if (taken[index]) await take(record);
        if (this.random.next() < 0.1) throw new Error('socket hang up');
        return taken.map((accepted) => (accepted ? { accepted } : { accepted, reason: 'Slow down.' }));
      }),
    };
  }

  /** Nothing leaves a machine that has no power. */
  private beside<Input extends readonly unknown[], Result>(
    disk: MemoryDisk,
    call: (...input: Input) => Promise<Result>,
  ): (...input: Input) => Promise<Result> {
    return async (...input) => {
      if (disk.isOff) throw new Error('the power is off');
      return call(...input);
    };
  }
}
