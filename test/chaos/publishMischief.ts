/** What goes wrong while sets are published: the weather over the table, and the instants at which the worker dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../local/newsroom/random';
import type { DynamoDbCall, Intervention, Weather } from './faultyDynamoDb';
import type { PublishHouse } from './publishHouse';

/** Longer than it takes until the call is tried again by another worker. */
const heldMs = 8_000;

const phases = ['load', 'load', 'load', 'verify', 'verify', 'publish', 'publish', 'rollback', 'any'] as const;
type Phase = (typeof phases)[number];

/** The worker dies at this call of this phase, and the call never arrives, arrives unanswered, or arrives long after. */
interface PlannedKill {
  readonly phase: Phase;
  callsLeft: number;
  readonly what: 'lose' | 'answer nobody' | 'hold';
}

const writerWeathers: readonly [Weather, ...Weather[]] = [
  {},
  { throttled: 0.3 },
  { unprocessed: 0.5 },
  { 'server error': 0.15, slow: 0.1 },
  { truncated: 0.15, corrupt: 0.15 },
  { 'dropped before': 0.08, 'dropped after': 0.1 },
  { throttled: 0.05, unprocessed: 0.2, 'server error': 0.04, truncated: 0.02, corrupt: 0.02, 'dropped after': 0.05 },
];

/** A damaged answer to one of its many reads ends a whole verification, which then begins again. */
function seldomDamaged(weather: Weather): Weather {
  const { truncated = 0, corrupt = 0 } = weather;
  return { ...weather, truncated: truncated / 20, corrupt: corrupt / 20 };
}

/** What a page does without is a fault or two; only the last of these opens the circuit. */
const readerWeathers: readonly [Weather, ...Weather[]] = [
  {},
  { throttled: 0.03, 'server error': 0.02, truncated: 0.01, corrupt: 0.01, 'dropped before': 0.01, slow: 0.01 },
  { throttled: 0.1, unprocessed: 0.2 },
  { 'server error': 0.1, 'dropped after': 0.1 },
  { truncated: 0.1, corrupt: 0.1 },
  { unprocessed: 0.3, slow: 0.02 },
  { throttled: 0.02, 'server error': 0.02, unprocessed: 0.05 },
  { throttled: 0.4, 'server error': 0.4 },
];

export class Mischief {
  readonly killsByPhase: Record<string, number> = {};
  private readonly planned: PlannedKill[] = [];

  constructor(
    private readonly house: PublishHouse,
    private readonly random: Random,
    private readonly maxKills: number,
  ) {
    house.forWorker.intervene = (call) => this.intervene(call);
  }

  /** For the next publish: another weather, and one to three kills. */
  turn(): void {
    const { house, random } = this;
    const [forWorker, forServing] = [random.pick(writerWeathers), random.pick(readerWeathers)];
    house.forWorker.weather = (operation) => (operation === 'BatchWriteItem' ? forWorker : seldomDamaged(forWorker));
    house.forServing.weather = () => forServing;
    this.planned.length = 0;
    this.planned.push(...Array.from({ length: 1 + random.below(3) }, () => this.planKill()));
  }

  get waitsForRollback(): boolean {
    return this.planned.some(({ phase }) => phase === 'rollback');
  }

  end(): void {
    this.planned.length = 0;
    this.house.forWorker.weather = () => ({});
    this.house.forServing.weather = () => ({});
  }

  private planKill(): PlannedKill {
    const phase = this.random.pick(phases);
    return {
      phase,
      callsLeft:
        phase === 'load' || phase === 'any' ? this.random.below(25) : phase === 'verify' ? this.random.below(8) : 0,
      what: this.random.pick(['lose', 'answer nobody', ...(phase === 'load' ? [] : ['hold' as const])]),
    };
  }

  private intervene(call: DynamoDbCall): Intervention | undefined {
    const phase = phaseOf(call);
    for (const kill of this.planned) {
      if (kill.phase !== phase && kill.phase !== 'any') continue;
      kill.callsLeft -= 1;
      if (kill.callsLeft >= 0) continue;
      if (this.house.kills >= this.maxKills || !this.house.killWorker()) return undefined;
      this.planned.splice(this.planned.indexOf(kill), 1);
      this.killsByPhase[phase] = (this.killsByPhase[phase] ?? 0) + 1;
      return kill.what === 'hold' ? { holdUntil: sleep(heldMs) } : kill.what;
    }
    return undefined;
  }
}

function phaseOf({ operation, reason, body }: DynamoDbCall): string {
  if (operation === 'BatchWriteItem') return 'load';
  if (reason !== undefined) return isRollback(reason) ? 'rollback' : 'publish';
  // A rollback looks for a single list.
  if (operation === 'BatchGetItem' && body.split('"sk"').length > 2) return 'verify';
  return 'between';
}

/** By what a move of the pointer is told from those of the daily run. */
export const rollbackReason = 'chaos';
export const isRollback = (reason: string): boolean => reason === rollbackReason;
