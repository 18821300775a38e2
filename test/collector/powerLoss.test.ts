/**
 * F2, power loss, on a disk in memory that forgets what was not flushed (memoryDisk.ts): each round is four losses and a
 * last start. More of them: POWER_LOSS_ROUNDS=1000 npx jest test/collector/powerLoss
 */
import { Random } from '../../local/newsroom/random';
import { type Leftovers, MemoryDisk } from './memoryDisk';
import { playRound } from './powerLossRound';

const rounds = Number(process.env['POWER_LOSS_ROUNDS'] ?? 100);
const seeds = Array.from({ length: rounds }, (_, index) => index + 1);
const timeLimitMs = 30_000 + rounds * 1000;

interface Outcome {
  readonly seed: number;
  readonly acknowledged: number;
  /** A sentence for each loss and for each disagreement of the ledger; empty when all is well. */
  readonly harm: readonly string[];
}

async function outcomeOf(seed: number, leftovers: Leftovers, disk: MemoryDisk): Promise<Outcome> {
  try {
    const { acknowledged, verdict } = await playRound(seed, leftovers, disk);
    const harm = [...verdict.lost.map((id) => `${id} is lost`), ...verdict.ledgerMismatches];
    return { seed, acknowledged: acknowledged.size, harm };
  } catch (error) {
    // A spool that calls itself damaged, or a line in the lake that is no click.
    return { seed, acknowledged: 0, harm: [String(error)] };
  }
}

describe('F2: a loss of power', () => {
  it.each<Leftovers>(['nothing', 'a random part'])(
    'that leaves %s of what was not flushed takes no acknowledged click, tears no line, and leaves ledger and lake agreed',
    async (leftovers) => {
      const outcomes: Outcome[] = [];
      for (const seed of seeds) outcomes.push(await outcomeOf(seed, leftovers, new MemoryDisk(new Random(seed))));
      expect(outcomes.filter(({ harm }) => harm.length > 0)).toEqual([]);
      expect(outcomes.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThan(rounds * 100);
    },
    timeLimitMs,
  );
});

describe('the rounds notice that the disk only pretends to flush', () => {
  it.each<[string, (path: string) => boolean]>([
    ['the clicks', (path) => path.endsWith('.ndjson')],
    ['the state', (path) => path.endsWith('.tmp')],
    ['the folder', (path) => !/\.\w+$/.test(path)],
  ])(
    '%s',
    async (_what, isSkipped) => {
      const harm: string[] = [];
      for (const seed of seeds) {
        harm.push(...(await outcomeOf(seed, 'nothing', new MemoryDisk(new Random(seed), isSkipped))).harm);
        if (harm.length > 0) break;
      }
      expect(harm).not.toEqual([]);
    },
    timeLimitMs,
  );
});
