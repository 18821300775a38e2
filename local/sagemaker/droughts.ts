/** Capacity as a test or a recorded trace says: when there is none, and for whom. Kept in memory only. */

export type Market = 'spot' | 'on-demand';

/** What a job asks an instance of. */
export interface Pool {
  readonly market: Market;
  readonly instanceType: string;
}

export interface Drought {
  readonly market: Market;
  /** Absent: of every type. */
  readonly instanceType?: string | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whether running Spot jobs lose their instance too. */
  readonly reclaimsRunning: boolean;
}

export class Droughts {
  private droughts: Drought[] = [];

  add(droughts: readonly Drought[]): void {
    this.droughts.push(...droughts);
  }

  clear(): void {
    this.droughts = [];
  }

  hasCapacity(pool: Pool, nowMs: number): boolean {
    return !this.droughts.some((drought) => covers(drought, pool, nowMs));
  }

  /** Whether a running job of this pool loses its instance now; on demand never does. */
  takesRunning(pool: Pool, nowMs: number): boolean {
    return (
      pool.market === 'spot' && this.droughts.some((drought) => drought.reclaimsRunning && covers(drought, pool, nowMs))
    );
  }

  state(): object {
    return {
      droughts: this.droughts.map(({ fromMs, untilMs, ...drought }) => ({
        ...drought,
        from: new Date(fromMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      })),
    };
  }
}

function covers({ market, instanceType, fromMs, untilMs }: Drought, pool: Pool, nowMs: number): boolean {
  return (
    market === pool.market &&
    (instanceType ?? pool.instanceType) === pool.instanceType &&
    fromMs <= nowMs &&
    nowMs < untilMs
  );
}
